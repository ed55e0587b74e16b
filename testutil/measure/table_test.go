package measure

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerdict(t *testing.T) {
	for name, row := range map[string]struct {
		row  Row
		want string
	}{
		"met":                     {Row{Met: true, Runs: 50, Asked: 50}, "met"},
		"met in more":             {Row{Met: true, Runs: 60, Asked: 50}, "met"},
		"met in fewer than asked": {Row{Met: true, Runs: 3, Asked: 50}, "met in 3 of 50 runs"},
		"not met":                 {Row{Runs: 50, Asked: 50}, "NOT MET"},
		"not met in fewer":        {Row{Runs: 1, Asked: 50}, "NOT MET"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, row.want, row.row.Verdict()) })
	}
}

func TestNothingMeasuredIsNotMet(t *testing.T) {
	assert.False(t, Report{}.Met())
	assert.True(t, Report{Rows: []Row{{Met: true}, {Met: true}}}.Met())
	assert.False(t, Report{Rows: []Row{{Met: true}, {}}}.Met())
}

func TestText(t *testing.T) {
	report := Report{
		Machine: Machine{OS: "linux", Arch: "amd64", Cores: 2, Processor: "Some CPU", Go: "go1.26", At: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)},
		Rows: []Row{
			{Group: "main-job", What: "main job", Bar: "at most 10 s", Measured: "6.0 s", Met: true, Runs: 5, Asked: 5, Notes: []string{"9 stories"}},
			{Group: "cost", What: "client", Bar: "2.5", Measured: "3.1"},
		},
		Kept: "somewhere",
	}
	var b strings.Builder
	require.NoError(t, report.Text(&b))
	assert.Equal(t, `linux/amd64, 2 cores (Some CPU), go1.26, 2026-01-02 03:04 UTC

group      what       bar            measured   result
main-job   main job   at most 10 s   6.0 s      met
cost       client     2.5            3.1        NOT MET

main-job, main job:
  9 stories

outputs and histories of what went wrong: somewhere
`, b.String())
}

func TestProcessor(t *testing.T) {
	assert.Equal(t, "AMD EPYC", processor("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n"))
	assert.Empty(t, processor("processor\t: 0\n"))
}

func TestResidentMemoryOfAStatus(t *testing.T) {
	for name, row := range map[string]struct {
		status string
		want   int64
		wrong  bool
	}{
		"linux":      {"VmPeak:\t  900 kB\nVmRSS:\t  123 kB\nRssAnon:\t 7 kB\n", 123 << 10, false},
		"absent":     {"VmPeak:\t  900 kB\n", 0, true},
		"other unit": {"VmRSS:\t  123 MB\n", 0, true},
		"no number":  {"VmRSS:\t  x kB\n", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := vmRSS(row.status)
			assert.Equal(t, row.wrong, err != nil)
			assert.Equal(t, row.want, got)
		})
	}
}

func TestCostRow(t *testing.T) {
	pair := func(bare, client time.Duration) pairing {
		return pairing{bare: usage{CPU: bare, Frames: 1000}, real: usage{CPU: client, Frames: 1000, Rules: 9}}
	}
	more := pair(10, 10)
	more.real.Frames = 1100
	few, unjudged, found := pair(10, 10), pair(10, 10), pair(10, 10)
	few.real.Frames = 900
	unjudged.real.Rules = 0
	found.real.Findings = []string{"isolation/x (hard): leak"}
	for name, row := range map[string]struct {
		all      []pairing
		met      bool
		measured string
	}{
		"at the bar":                 {[]pairing{pair(10, 25)}, true, "2.50 / 2.50 / 2.50 (min / median / max)"},
		"above":                      {[]pairing{pair(10, 26)}, false, "2.60 / 2.60 / 2.60 (min / median / max)"},
		"the median counts":          {[]pairing{pair(10, 40), pair(10, 20), pair(10, 10)}, true, "1.00 / 2.00 / 4.00 (min / median / max)"},
		"not the smallest":           {[]pairing{pair(10, 40), pair(10, 30), pair(10, 10)}, false, "1.00 / 3.00 / 4.00 (min / median / max)"},
		"more frames":                {[]pairing{pair(10, 10), more}, false, "1.00 / 1.00 / 1.00 (min / median / max)"},
		"fewer frames":               {[]pairing{pair(10, 10), few}, false, "1.00 / 1.00 / 1.00 (min / median / max)"},
		"nothing judged":             {[]pairing{unjudged, pair(10, 10)}, false, "1.00 / 1.00 / 1.00 (min / median / max)"},
		"the target was found wrong": {[]pairing{found, pair(10, 10)}, false, "1.00 / 1.00 / 1.00 (min / median / max)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := costRow(job{Sessions: 1000, Long: true}, row.all)
			assert.Equal(t, row.met, r.Met, r.Notes)
			assert.Equal(t, row.measured, r.Measured)
		})
	}
}

func TestSeriesRow(t *testing.T) {
	s := series{walls: []time.Duration{time.Second, 3 * time.Second, 2 * time.Second}}
	assert.True(t, s.row("what", "bar").Met)
	assert.Equal(t, "3 of 3 green; 1.0 s / 2.0 s / 3.0 s", s.row("what", "bar").Measured)
	s.problems = []string{"run 2: red"}
	assert.False(t, s.row("what", "bar").Met)
	assert.Equal(t, "2 of 3 green; 1.0 s / 2.0 s / 3.0 s", s.row("what", "bar").Measured)
}

func TestGroup(t *testing.T) {
	g := group{name: "x", runs: 50}
	b := &bench{Options: Options{Repeat: 3}}

	g.measure = func(_ *bench, _ context.Context, g group) ([]Row, error) {
		assert.Equal(t, 3, g.runs)
		return []Row{{What: "a", Met: true}, {What: "b"}}, nil
	}
	assert.Equal(t, []Row{
		{Group: "x", What: "a", Met: true, Runs: 3, Asked: 50},
		{Group: "x", What: "b", Runs: 3, Asked: 50},
	}, b.group(t.Context(), g))

	g.runs = 1
	g.measure = func(_ *bench, _ context.Context, g group) ([]Row, error) {
		assert.Equal(t, 1, g.runs, "what is measured once is not repeated")
		return []Row{{What: "a", Met: true}}, io.ErrUnexpectedEOF
	}
	rows := b.group(t.Context(), g)
	require.Len(t, rows, 2)
	assert.False(t, Report{Rows: rows}.Met(), "what could not be measured is not met")
	assert.Equal(t, []string{io.ErrUnexpectedEOF.Error()}, rows[1].Notes)
}

func TestSettledMemory(t *testing.T) {
	used, err := settledMemory()
	if runtime.GOOS != "linux" {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	assert.Greater(t, used, int64(1<<20), "a process holds a mebibyte at the least")
}
