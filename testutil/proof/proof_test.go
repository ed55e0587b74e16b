package proof

import (
	"bytes"
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/config"
)

var told3 = []Story{
	{"goldenpath", "TestStagingOne", []string{"one-run"}},
	{"goldenpath", "TestStagingTwo", []string{"one-run", "rest"}},
	{"goldenpath", "TestStagingThree", []string{"one-run", "rest", "refresh"}},
}

func entry(id string, needs ...string) regressions.Entry {
	return regressions.Entry{ID: id, Class: "tokens", Mode: "deterministic", Reproducible: true, Needs: needs, Rules: []string{"auth/token", "auth/login"}}
}

// with are options whose stories are played by this test binary.
func with(t *testing.T, entries ...regressions.Entry) Options {
	t.Setenv("TMPDIR", t.TempDir())
	own, err := os.Executable()
	require.NoError(t, err)
	o := Options{Rate: 1, Stories: told3, Entries: entries, Limit: time.Minute, Env: []string{"PROOF_FAKE=1", "GORACE=atexit_sleep_ms=0"}}
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(folder+"/goldenpath", 0o700))
	o.Binaries = &Binaries{Folder: folder, Files: map[string]string{"goldenpath": own}}
	for _, e := range entries {
		o.Faults = append(o.Faults, e.ID)
	}
	return o
}

func TestOutcomes(t *testing.T) {
	o := with(t, entry("auth-caught", "one-run"), entry("auth-second", "one-run"), entry("auth-unseen", "rest"), entry("auth-otherwise", "rest"),
		entry("auth-silent", "rest"), entry("auth-mistaken", "rest"), entry("auth-undiagnosed", "rest"), entry("auth-unable", "burst"))
	absent, unruled := entry("auth-absent"), entry("auth-unruled")
	unruled.Rules = nil
	never := entry("auth-never")
	never.Reproducible = false
	o.Entries = append(o.Entries, absent, unruled, never)
	o.Faults = append(o.Faults, unruled.ID)
	var steps []string
	o.Progress = func(done, of int, r Result) {
		assert.Equal(t, 10, of)
		steps = append(steps, r.ID)
		assert.Len(t, steps, done)
	}
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	assert.Len(t, steps, 10)

	for i, want := range []struct {
		id           string
		outcome      Outcome
		story, place string
		why          string
	}{
		{"auth-caught", Caught, "One", "2", ""},
		{"auth-second", Caught, "Two", "2", ""},
		{"auth-unseen", Missed, "", "unknown", "every story that was told is green"},
		{"auth-otherwise", OtherRule, "", "unknown", "red by infra/tcp"},
		{"auth-silent", OtherRule, "", "unknown", "red by no rule at all"},
		{"auth-mistaken", Misdiagnosed, "Two", "4", "the class tokens is not among the first 3 suspects"},
		{"auth-undiagnosed", Misdiagnosed, "Two", "unknown", "the story left no diagnosis"},
		{"auth-unable", Unproven, "", "unknown", "no story exercises burst together"},
		{"auth-absent", Unproven, "", "unknown", "the reference deployment has no such fault"},
		{"auth-unruled", Unproven, "", "unknown", "the catalogue names no rule"},
	} {
		got := report.Results[i]
		assert.Equal(t, want.id, got.ID)
		assert.Equal(t, want.outcome, got.Outcome, want.id)
		assert.Equal(t, want.story, got.Story, want.id)
		assert.Equal(t, want.place, got.place(), want.id)
		assert.Contains(t, got.Why, want.why, want.id)
		assert.Equal(t, want.why == "", got.Why == "", want.id)
		if want.outcome == Caught || want.outcome == Unproven {
			assert.NoDirExists(t, got.Kept, want.id)
		} else {
			assert.DirExists(t, got.Kept, want.id)
		}
	}
	assert.Equal(t, Miss{8, 10}, report.Err())
	var text bytes.Buffer
	require.NoError(t, report.Text(&text))
	assert.Contains(t, text.String(), "auth-otherwise: red by infra/tcp (expected: auth/token or auth/login)")
	assert.Contains(t, text.String(), "of 10 regressions: 2 caught, 2 misdiagnosed, 2 other rule, 1 missed, 3 unproven")
}

// Nothing is left of a proof in which all is well.
func TestNothingIsLeft(t *testing.T) {
	o := with(t, entry("auth-caught", "one-run"))
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestAHangIsEnded(t *testing.T) {
	o := with(t, entry("auth-hangs", "one-run"))
	o.Limit = 50 * time.Millisecond
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, Hung, report.Results[0].Outcome)
	assert.Contains(t, report.Results[0].Why, "TestStagingOne did not end within 50ms")
	assert.Error(t, report.Err())
}

func TestAnInterruptedProofIsNone(t *testing.T) {
	o := with(t, entry("auth-hangs", "one-run"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Run(ctx, o)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// In Full all stories of a package are told at once, by one process.
func TestFullTellsAll(t *testing.T) {
	o := with(t, entry("auth-second", "burst"))
	o.Full = true
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	assert.Equal(t, "Two", report.Results[0].Story)
}

// Who asks for other stories than those of the catalogue gets them.
func TestBy(t *testing.T) {
	o := with(t, entry("auth-second", "one-run"))
	for story, want := range map[string]Outcome{"One": Missed, "Two": Caught} {
		o.By = []string{story}
		report, err := Run(t.Context(), o)
		require.NoError(t, err)
		assert.Equal(t, want, report.Results[0].Outcome, story)
	}
}

// Who asks only how often it is seen need not have it recognised.
func TestAnySuspect(t *testing.T) {
	o := with(t, entry("auth-mistaken", "rest"), entry("auth-otherwise", "rest"))
	o.AnySuspect = true
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, Caught, report.Results[0].Outcome)
	assert.Equal(t, OtherRule, report.Results[1].Outcome, "the rule must be right all the same")
}

func TestRounds(t *testing.T) {
	o := with(t, entry("auth-seldom", "refresh"))
	o.Rounds, o.Seed = 4, 1
	for share, want := range map[float64]Outcome{0: Missed, 0.5: Missed, 0.25: Caught} {
		o.Share = share
		report, err := Run(t.Context(), o)
		require.NoError(t, err)
		got := report.Results[0]
		assert.Equal(t, want, got.Outcome, share)
		assert.Equal(t, [2]int{1, 4}, [2]int{got.Caught, got.Rounds})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"an unknown id":          func(o *Options) { o.Only = []string{"auth-nothing"} },
		"one beyond a reference": func(o *Options) { o.Only, o.Entries[0].Reproducible = []string{"auth-caught"}, false },
		"an unknown story":       func(o *Options) { o.By = []string{"Nobody"} },
		"negative jobs":          func(o *Options) { o.Jobs = -1 },
		"negative rounds":        func(o *Options) { o.Rounds = -1 },
		"more than always":       func(o *Options) { o.Rate = 2 },
		"more than all":          func(o *Options) { o.Share = 2 },
		"no share":               func(o *Options) { o.Share = math.NaN() },
		"no rate":                func(o *Options) { o.Rate = math.NaN() },
	} {
		t.Run(name, func(t *testing.T) {
			o := with(t, entry("auth-caught", "one-run"))
			change(&o)
			_, err := Run(t.Context(), o)
			require.Error(t, err)
		})
	}
}

// A proof of nothing is none.
func TestNothingIsNotProven(t *testing.T) {
	report, err := Run(t.Context(), with(t))
	require.NoError(t, err)
	assert.Error(t, report.Err())
}

func TestWhatIsToFindIt(t *testing.T) {
	names := func(stories []Story) (all []string) {
		for _, s := range stories {
			all = append(all, s.short())
		}
		return all
	}
	chosen, err := Chosen(entry("a", "rest"), slices.Concat(told3[2:], told3[:2]))
	require.NoError(t, err)
	assert.Equal(t, []string{"Two", "Three"}, names(chosen), "the least first")

	e := entry("a", "rest")
	e.Stories = []string{"Three", "One"}
	chosen, err = Chosen(e, told3)
	require.NoError(t, err)
	assert.Equal(t, e.Stories, names(chosen), "in the catalogue's order")

	e.Stories = []string{"Four"}
	_, err = Chosen(e, told3)
	assert.ErrorContains(t, err, "Four")
	assert.Equal(t, "^(TestStagingOne|TestStagingTwo)$", pattern(told3[:2]))
}

func TestTheWorstCounts(t *testing.T) {
	assert.Equal(t, Hung, worst(Caught, Hung))
	assert.Equal(t, Missed, worst(Missed, OtherRule))
}

func TestUnconfigured(t *testing.T) {
	assert.Equal(t, []string{"PATH=/bin"}, config.Unconfigured(strings.Fields("PATH=/bin STAGING_FAULT=x E2E_OAUTH_SIMULATION_KEY=k TEST_USER_EMAIL=e")))
}
