package evidence_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

// green makes the history of a healthy story of two users.
func green(t *testing.T, path string, h history.Header) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	s := sample.Begin(t, path, h)
	for range 2 {
		session := s.User().Connect()
		session.Ask().Answer()
		session.Close()
	}
	s.End()
}

// leaky makes one whose first user hears of the second.
func leaky(t *testing.T, path string, h history.Header) {
	t.Helper()
	s := sample.Begin(t, path, h)
	one, two := s.User().Connect(), s.User().Connect()
	run := two.Ask()
	for _, event := range run.Events() {
		two.Hear(run.Label, event)
		one.Hear("", event)
	}
	one.Close()
	two.Close()
	s.End()
}

func gather(t *testing.T, paths ...string) *evidence.Evidence {
	t.Helper()
	e, err := evidence.Gather(t.Context(), paths...)
	require.NoError(t, err)
	return e
}

func names(e *evidence.Evidence) (names []string) {
	for _, s := range e.Stories {
		names = append(names, fmt.Sprintf("%s %s %d", s.Header.Package, s.Name(), s.Header.Attempt))
	}
	return names
}

func TestAHealthyStoryIsGreen(t *testing.T) {
	dir := t.TempDir()
	green(t, filepath.Join(dir, "any", "history.jsonl"), sample.Header("goldenpath", "TestStagingX"))
	e := gather(t, dir)
	require.NoError(t, e.Err())
	require.Len(t, e.Stories, 1)
	s := e.Stories[0]
	assert.Empty(t, s.Hard())
	assert.False(t, s.Red())
	assert.Empty(t, s.Suspects)
	assert.Equal(t, [4]int{2, 2, 2, 10}, [4]int{s.Users, s.Sessions, s.Prompts, s.Events})
	assert.Equal(t, map[evidence.Phase]int64{evidence.Connect: 2, evidence.FirstEvent: 2, evidence.Gap: 8, evidence.Answer: 2, evidence.Reply: 0, evidence.HTTP: 2}, counts(s))
	assert.Equal(t, []string{"u1", "u2"}, s.Contacts.Users)
	assert.Zero(t, s.Contacts.Leaks())
	assert.Equal(t, 50*time.Millisecond, s.Latencies.Of(evidence.Answer).Max.Round(time.Millisecond))
}

func counts(s *evidence.Story) map[evidence.Phase]int64 {
	n := map[evidence.Phase]int64{}
	for _, p := range evidence.Phases() {
		n[p] = s.Latencies.Of(p).Count
	}
	return n
}

func TestALeakIsRedInFindingsContactsAndSuspects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	leaky(t, path, sample.Header("concurrentusers", "TestStagingX"))
	s := gather(t, path).Stories[0]
	assert.True(t, s.Red())
	var rules []string
	for _, f := range s.Hard() {
		rules = append(rules, f.Rule)
	}
	assert.Contains(t, rules, "isolation/foreign-run")
	assert.NotEmpty(t, s.Suspects)
	assert.Positive(t, s.Contacts.Leaks())
	assert.Equal(t, 5, s.Contacts.Heard[evidence.Contact{Listener: "u1", Owner: "u2"}], "once for each frame")
	assert.Zero(t, s.Contacts.Heard[evidence.Contact{Listener: "u1", Owner: judge.Nobody}])
	assert.Zero(t, s.Contacts.Heard[evidence.Contact{Listener: "u2", Owner: "u1"}])
}

func TestTheOrderOfThePathsSaysNothing(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	later := sample.Header("goldenpath", "TestStagingB")
	later.Start, later.Attempt = later.Start.Add(time.Minute), 2
	green(t, filepath.Join(dirs[0], "history.jsonl"), sample.Header("goldenpath", "TestStagingB"))
	green(t, filepath.Join(dirs[1], "history.jsonl"), later)
	leaky(t, filepath.Join(dirs[2], "history-copy.jsonl"), sample.Header("concurrentusers", "TestStagingC"))
	stream(t, dirs[1], passing("TestStagingB", later.Start), passing("TestStagingD", later.Start))
	stream(t, dirs[2], passing("TestStagingA", sample.Start))
	want := gather(t, dirs[0], dirs[1], dirs[2])
	assert.Equal(t, []string{"./e2e/concurrentusers TestStagingC 1", "./e2e/goldenpath TestStagingB 1", "./e2e/goldenpath TestStagingB 2"}, names(want))
	for _, paths := range [][]string{{dirs[2], dirs[1], dirs[0]}, {dirs[1], dirs[0], dirs[2], dirs[1]}} {
		got := gather(t, paths...)
		assert.Equal(t, want.Stories, got.Stories)
		assert.Equal(t, want.Tests.All, got.Tests.All)
		assert.Equal(t, want.Untold(), got.Untold())
	}
}

func TestDamageIsNeverLost(t *testing.T) {
	for name, row := range map[string]struct {
		damage func(file []byte) []byte
		unread bool
	}{
		"cut between two lines": {func(file []byte) []byte { return file[:lastLine(file)] }, false},
		"cut within a line":     {func(file []byte) []byte { return file[:len(file)-20] }, false},
		"no header":             {func([]byte) []byte { return []byte("{\n") }, true},
		"empty":                 {func([]byte) []byte { return nil }, true},
		"of a newer suite":      {func([]byte) []byte { return []byte(`{"version":99,"story":"TestStagingX"}` + "\n") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.jsonl")
			green(t, path, sample.Header("goldenpath", "TestStagingX"))
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, row.damage(file), 0o600))
			e := gather(t, filepath.Dir(path))
			require.ErrorContains(t, e.Err(), path)
			if row.unread {
				assert.Empty(t, e.Stories)
				assert.Len(t, e.Unread, 1)
				return
			}
			require.Len(t, e.Stories, 1)
			require.Error(t, e.Stories[0].Cut)
			assert.True(t, e.Stories[0].Red())
			_, err = e.Stories[0].Draw(evidence.Limits{})
			require.NoError(t, err, "what is there is drawn")
		})
	}
}

func lastLine(file []byte) int {
	at := len(file) - 1
	for at > 0 && file[at-1] != '\n' {
		at--
	}
	return at
}

func TestGatheringCanBeInterrupted(t *testing.T) {
	dir := t.TempDir()
	green(t, filepath.Join(dir, "history.jsonl"), sample.Header("goldenpath", "TestStagingX"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := evidence.Gather(ctx, dir)
	require.ErrorIs(t, err, context.Canceled)
}

// A router that mixes up users may well write the listener's own id into what is another's.
func TestALeakWithoutAnIdOfAUserIsInTheMatrix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	s := sample.Begin(t, path, sample.Header("concurrentusers", "TestStagingX"))
	one, two := s.User().Connect(), s.User().Connect()
	run := two.Ask()
	for _, event := range run.Events() {
		event["user_id"] = one.Subject
		one.Hear("", event)
	}
	s.End()
	story := gather(t, path).Stories[0]
	assert.Positive(t, story.Contacts.Heard[evidence.Contact{Listener: "u1", Owner: "u2"}])
	assert.Positive(t, story.Contacts.Leaks())
}

// What the suite read of the server's logs stands beside a history, with its header, and is no second story.
func TestTheServersSideIsNoStory(t *testing.T) {
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingOne")
	found, err := filepath.Glob(filepath.Join(dir, "*", "history.jsonl"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	text, err := os.ReadFile(found[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(found[0]), "server.jsonl"), text, 0o600))
	assert.Len(t, gather(t, dir).Stories, 1)
}
