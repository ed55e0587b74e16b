package judge

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestFinishIsIdempotent(t *testing.T) {
	j := New(newStory().header)
	require.NotEmpty(t, j.Finish())
	require.Nil(t, j.Finish())
}

func TestFindingsComeWithTheRecordThatCompletesThem(t *testing.T) {
	s := newStory()
	c := s.user().connect()
	run := c.ask().started().thinking()
	run.executed() // without executing
	proof := uint64(len(s.records))
	j := New(s.header)
	for _, r := range s.records {
		found := j.Observe(r)
		if r.Seq < proof {
			require.Empty(t, found)
			continue
		}
		require.Len(t, found, 1)
		require.Equal(t, "lifecycle/tools-paired", found[0].Rule)
		require.Equal(t, []string{"u1", "u1.s1", "u1.s1.r1"}, []string{found[0].User, found[0].Session, found[0].Run})
		require.Equal(t, proof, found[0].Records[len(found[0].Records)-1])
	}
}

func TestFindingsOfOneRunAreCapped(t *testing.T) {
	s := newStory()
	j := s.user().connect().ask().started()
	for range 20 {
		j.executed()
	}
	var shown []Finding
	for _, f := range s.end().judged() {
		if f.Rule == "lifecycle/tools-paired" {
			shown = append(shown, f)
		}
	}
	require.Len(t, shown, perPlace+1)
	last := shown[perPlace]
	require.True(t, last.Hard)
	require.Contains(t, last.Message, "15 more findings")
}

func TestAdviceNeverHidesAFailure(t *testing.T) {
	mixed := Rule{ID: "a/b", Says: "X.", Source: "here", Hooks: Hooks{Note: func(v *View) {
		v.ReportAs(v.Record.Note.Text == "hard", nil, "%s", v.Record.Note.Text)
	}}}
	s := newStory()
	for range 10 {
		s.note("x", "soft")
	}
	s.note("x", "hard")
	require.Equal(t, []string{"a/b"}, ids(s.judged(mixed), true))
}

func TestAFindingWithoutProofPointsToItsRecord(t *testing.T) {
	rule := Rule{ID: "a/b", Hooks: Hooks{Note: func(v *View) { v.Report([]uint64{0}, "note %d", v.Record.Seq) }}}
	s := newStory()
	s.note("x", "")
	s.note("x", "")
	found := s.judged(rule)
	require.Len(t, found, 2)
	require.Equal(t, []uint64{2}, found[1].Records)
}

func TestARuleWithStateStartsAfreshInEachJudge(t *testing.T) {
	counting := Rule{ID: "a/b", State: func() Hooks {
		n := 0
		return Hooks{Note: func(v *View) {
			if n++; n == 2 {
				v.Report(nil, "twice")
			}
		}}
	}}
	s := newStory()
	s.note("x", "")
	require.Empty(t, s.judged(counting))
	require.Empty(t, s.judged(counting))
}

// Histories may come from other writers, or be damaged: whatever is missing in a record, the judge
// neither panics nor hangs.
func TestAnyRecordIsSurvived(t *testing.T) {
	donor := crowd(2, 2).records
	rapid.Check(t, func(t *rapid.T) {
		j := New(newStory().header)
		for i := range rapid.IntRange(1, 60).Draw(t, "records") {
			r := *rapid.SampledFrom(donor).Draw(t, "record")
			r.Seq = uint64(i + 1)
			r.Kind = rapid.SampledFrom([]history.Kind{history.Login, history.HTTP, history.Dial, history.Open, history.Send, history.Recv, history.Close, history.Cloud, history.Note, "new"}).Draw(t, "kind")
			r.User = rapid.SampledFrom([]string{"", "u1", "u2", r.User}).Draw(t, "user")
			r.Session = rapid.SampledFrom([]string{"", "u1.s1", "u2.s1", r.Session}).Draw(t, "session")
			r.Run = rapid.SampledFrom([]string{"", "u1.s1.r1", r.Run}).Draw(t, "run")
			j.Observe(&r)
		}
		j.Finish()
	})
}

// The memory of a judge depends on the sessions that are open and, by a hundred bytes or two for each
// run, on whose ids are whose; not on the events that passed.
func TestMemoryIsBounded(t *testing.T) {
	s := newStory()
	c := s.user().connect()
	start := len(s.records)
	run := c.ask().full()
	prompt := s.records[start:]
	j := New(s.header)
	for _, r := range s.records[:start] {
		j.Observe(r)
	}
	round := 0
	rounds := func(n int) {
		for range n {
			round++
			id := fmt.Sprintf("run_chat_%d_%08x", round, round)
			for _, r := range prompt {
				again := *r
				again.Run = id
				again.Frame = strings.NewReplacer(run.run, id, `"evt_`, fmt.Sprintf(`"evt_%d_`, round)).Replace(r.Frame)
				decode(&again)
				require.Empty(t, j.Observe(&again))
			}
		}
	}
	rounds(50)
	before := heap()
	rounds(2000)
	assert.Less(t, heap()-before, int64(1<<20), "bytes kept after 2,000 runs")
	assert.Len(t, j.view.runs, keep)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestLongTextsAreNotKept(t *testing.T) {
	s := newStory()
	j := s.user().connect().ask(func(in *history.Intent) { in.Nonce, in.Want = "", "" })
	j.started().thinking().executing().executed().completedWith(strings.Repeat("The sum of the figures is 697. ", 40_000))
	judge := New(s.header)
	for _, r := range s.records {
		require.Empty(t, judge.Observe(r))
	}
	run := judge.view.runs[j.label]
	require.NotNil(t, run)
	require.Empty(t, run.streams[0].Answer)
}

func TestServerTextIsNeutralised(t *testing.T) {
	hostile := "\x1b[31mred\u202e ::error::\r\n" + strings.Repeat("é", 500)
	s := newStory()
	s.user().connect().ask().failed(set("data.error_message", hostile))
	found := s.judged()
	require.NotEmpty(t, found)
	for _, f := range found {
		require.NotContains(t, f.Message, "\x1b")
		require.NotContains(t, f.Message, "\u202e")
		require.NotContains(t, f.Message, "\n")
		require.Less(t, len(f.Message), 1000)
	}
}

func TestTheJudgeReadsTimesFromTheHistory(t *testing.T) {
	s := newStory()
	s.user().connect().ask().whole().shut()
	s.end()
	for _, r := range s.records {
		r.Wall = r.Wall.Add(30 * 365 * 24 * time.Hour)
	}
	require.Contains(t, ids(s.judged(), false), "lifecycle/clock")
}

// What is said once is not said again of the next user; a finding of another class is, and so is another
// message.
func TestFindingsThatSayTheSameAreMadeOnce(t *testing.T) {
	echo := Rule{ID: "a/b", Hooks: Hooks{Note: func(v *View) {
		v.ReportAs(strings.HasPrefix(v.Record.Note.Text, "hard"), nil, "%s", strings.TrimPrefix(v.Record.Note.Text, "hard "))
	}}}
	s := newStory()
	for _, user := range []string{"u1", "u2", "u1"} {
		for _, text := range []string{"one", "two", "hard one"} {
			s.note("x", text).User = user
		}
	}
	found := s.judged(echo)
	require.Len(t, found, 3)
	for i, want := range []string{"a/b (soft): one", "a/b (soft): two", "a/b (hard): one"} {
		require.Equal(t, want, found[i].String())
		require.Equal(t, "u1", found[i].User)
	}
}

// A story that stopped is red, whatever else its history holds or lacks.
func TestAStoryThatStoppedIsRed(t *testing.T) {
	var list []trial
	for _, family := range trials {
		list = append(list, family...)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := newStory()
		if try := rapid.IntRange(-1, len(list)-1).Draw(t, "trial"); try >= 0 {
			list[try].tell(s)
		} else {
			s = drawStory(t)
		}
		topic := rapid.SampledFrom([]string{history.TopicStory, history.TopicInterrupted, history.TopicRefusal}).Draw(t, "topic")
		at := rapid.IntRange(0, len(s.records)).Draw(t, "at")
		s.records = slices.Insert(s.records, at, &history.Record{Kind: history.Note, Note: &history.Remark{Topic: topic, Text: "why"}})
		for i, r := range s.records {
			r.Seq = uint64(i + 1)
		}
		require.NotEmpty(t, ids(s.judged(), true))
	})
}

// A label belongs to the latest run that has it, whichever session asked.
func TestALabelIsThatOfTheLatestRun(t *testing.T) {
	s := newStory()
	u := s.user()
	one, two := u.connect(), u.connect()
	one.ask().whole()
	two.ask()
	s.records[len(s.records)-1].Run = "u1.s1.r1"
	pong(one)
	s.records[len(s.records)-1].Run = "u1.s1.r1"
	j := New(s.header)
	for _, r := range s.records {
		j.Observe(r)
	}
	require.NotNil(t, j.view.Run)
	require.Same(t, j.view.runs["u1.s1.r1"], j.view.Run)
}
