package replay

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// question is a story of one question.
func question(s *storyteller) {
	if err := s.target.WarmUp(s.ctx); err == nil {
		s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce()))
	}
}

// keptIn records the story of a question in a folder, with faults.
func keptIn(t *testing.T, dir string, faults ...string) {
	t.Helper()
	path := record(t, embedded(faults...), venue.Shared, question)
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.Rename(path, filepath.Join(dir, "history.jsonl")))
}

const nobodyLogsIn = "config-secrets-not-mounted"

// What a fault broke, it breaks again for the same users, and without it nothing is broken; and what was green at
// the fault is so again.
func TestAProofIsToldAgain(t *testing.T) {
	folder := t.TempDir()
	keptIn(t, filepath.Join(folder, nobodyLogsIn, "1", "1"), nobodyLogsIn)
	keptIn(t, filepath.Join(folder, "limit-typing", "1", "1"))
	told := 0
	all := All{Folder: folder, Proof: true, Config: embedded(), Jobs: 2, Trials: 1, Progress: func(_, of int, _ Comparison) {
		told++
		assert.Equal(t, 2, of)
	}}
	_, err := all.Compare(t.Context())
	require.ErrorContains(t, err, "limit-typing", "which no fault is called")

	require.NoError(t, os.Rename(filepath.Join(folder, "limit-typing"), filepath.Join(folder, "latency-ready-hangs")))
	told = 0
	compared, err := all.Compare(t.Context())
	require.NoError(t, err)
	require.Len(t, compared, 2)
	assert.Equal(t, 2, told)
	assert.Equal(t, nobodyLogsIn+", "+t.Name()+": the same", compared[0].String())
	assert.NotEmpty(t, compared[0].Recorded)
	assert.Equal(t, Held, compared[1].Outcome(), "%+v", compared[1])
	assert.Empty(t, compared[1].Recorded)
}

// Green stories are told again where they were green, and where they are not.
func TestAFolderIsToldAgain(t *testing.T) {
	folder := t.TempDir()
	keptIn(t, filepath.Join(folder, "a"))
	all := All{Folder: folder, Config: embedded()}
	compared, err := all.Compare(t.Context())
	require.NoError(t, err)
	require.Len(t, compared, 1)
	assert.Equal(t, t.Name()+": the same", compared[0].String())

	all.Config, all.Trials = embedded(nobodyLogsIn), 3
	compared, err = all.Compare(t.Context())
	require.NoError(t, err)
	assert.Equal(t, NotHeld, compared[0].Outcome())
	assert.NotEmpty(t, compared[0].Gained())
	assert.Len(t, compared[0].Again, 1, "another replay, should it be green, does not undo a red one")

	all.Proof = true
	_, err = all.Compare(t.Context())
	require.ErrorContains(t, err, "leave out --proof", "it is not below a fault")
}

// A green history that cannot be told whole does not hold: nothing is shown of the rest.
func TestAGreenHistoryIsToldWholeOrDoesNotHold(t *testing.T) {
	folder := t.TempDir()
	path := record(t, embedded(), venue.Shared, func(s *storyteller) {
		question(s)
		s.log.Remark(history.TopicInterrupted, "somebody ended it")
	})
	require.NoError(t, os.Rename(path, filepath.Join(folder, "history.jsonl")))
	compared, err := All{Folder: folder, Config: embedded()}.Compare(t.Context())
	require.NoError(t, err)
	assert.Equal(t, NotHeld, compared[0].Outcome())
	assert.Contains(t, compared[0].String(), "somebody ended it")
}

// Whatever becomes of a replay, the history of one that left threads is kept, for a clean-up.
func TestThreadsThatAreLeftAreTold(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	c := served(t, refstaging.Config{Hooks: refstaging.Hooks{HTTP: refstaging.HTTPHooks{App: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}}})
	for name, faults := range map[string][]string{"green": nil, "red": {"events-tool-events-missing"}} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			keptIn(t, folder, faults...)
			compared, err := All{Folder: folder, Config: c, Trials: 2}.Compare(t.Context())
			require.NoError(t, err)
			assert.Equal(t, name == "red", len(compared[0].Recorded) > 0)
			require.Len(t, compared[0].Left, len(compared[0].Again))
			left, err := LeftIn(compared[0].Left[0])
			require.NoError(t, err)
			require.Len(t, left.Users, 1)
			assert.Len(t, left.Users[0].Threads, 1)
		})
	}
}

func TestAnInterruptedComparisonIsAnError(t *testing.T) {
	folder := t.TempDir()
	keptIn(t, folder)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := All{Folder: folder, Config: embedded()}.Compare(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// A green replay is whole, but for what the recording did not measure either.
func TestWhatIsNotToldAgainCountsUnlessItWasNotMeasuredBefore(t *testing.T) {
	d4, p3 := judge.Criterion{ID: "D4", Verdict: judge.NotMeasured, Reason: "no traffic"}, judge.Criterion{ID: "P3", Verdict: judge.NotMeasured, Reason: "no samples"}
	r := &Result{Criteria: []judge.Criterion{d4, p3}, Missing: []string{"the cloud", notMeasured(d4), notMeasured(p3)}, Undone: []string{"u1: dial"}, Stopped: []string{"u1: login"}}
	before := []judge.Criterion{{ID: "D4", Verdict: judge.NotMeasured, Reason: "nobody came"}, {ID: "P3", Verdict: judge.Pass}}
	green, red := Comparison{}, Comparison{Recorded: []Breach{{"a/x", "u1"}}}
	assert.Equal(t, []string{"the cloud", notMeasured(p3), "u1: dial", "u1: login"}, green.unexpected(before, r))
	assert.Equal(t, []string{"the cloud", notMeasured(p3)}, red.unexpected(before, r), "what fails of it is for the rules")
	assert.Len(t, r.Missing, 3)
}
