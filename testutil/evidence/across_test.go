package evidence_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

// apart makes two histories at one target: what the first user of one asks is answered, and one event of it
// reaches the second user of the other, if it leaks.
func apart(t *testing.T, leaks bool) (asks, hears string) {
	t.Helper()
	dir := t.TempDir()
	asks, hears = filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.jsonl")
	a := sample.Begin(t, asks, sample.Header("goldenpath", "TestStagingA"))
	one := a.User().Connect()
	run := one.Ask()
	run.Answer()
	one.Close()
	a.End()
	b := sample.Begin(t, hears, sample.Header("goldenpath", "TestStagingB"))
	b.User()
	two := b.User().Connect()
	if leaks {
		two.Hear("", run.Event("agent_thinking", map[string]any{"thought": "of " + run.Nonce()}))
	}
	two.Close()
	b.End()
	return asks, hears
}

func elsewhere(s *evidence.Story) map[string]judge.Elsewhere {
	found := map[string]judge.Elsewhere{}
	for _, f := range s.Findings {
		if f.Elsewhere.History != "" {
			found[f.Rule] = f.Elsewhere
		}
	}
	return found
}

func TestALeakFromOneHistoryToAnotherIsFound(t *testing.T) {
	asks, hears := apart(t, true)
	for _, order := range [][]string{{asks, hears}, {hears, asks}} {
		e := gather(t, order...)
		require.Len(t, e.Stories, 2)
		a, b := e.Stories[0], e.Stories[1]
		assert.Empty(t, elsewhere(a))
		assert.False(t, a.Red())
		assert.True(t, b.Red())
		found := elsewhere(b)
		for _, rule := range []string{"isolation/foreign-nonce", "isolation/foreign-run", "isolation/foreign-thread"} {
			assert.Equal(t, asks, found[rule].History, rule)
			assert.Equal(t, "u1", found[rule].User)
			assert.Contains(t, []history.Kind{history.Send, history.Recv}, kindAt(t, asks, found[rule].Record), rule)
		}
		assert.Equal(t, history.Send, kindAt(t, asks, found["isolation/foreign-nonce"].Record), "the prompt is where a reference is first")
	}
}

func TestHistoriesWithoutALeakStayGreenTogether(t *testing.T) {
	asks, hears := apart(t, false)
	for _, s := range gather(t, asks, hears).Stories {
		assert.Empty(t, elsewhere(s))
		assert.False(t, s.Red())
	}
}

func kindAt(t *testing.T, path string, seq uint64) history.Kind {
	t.Helper()
	r, err := history.ReadFile(path)
	require.NoError(t, err)
	defer r.Close()
	for record, err := range r.All() {
		require.NoError(t, err)
		if record.Seq == seq {
			return record.Kind
		}
	}
	return ""
}
