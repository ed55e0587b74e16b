package replay

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// everything uses most of what stories do.
func everything(s *storyteller) {
	s.must(s.target.WarmUp(s.ctx))
	alice, mallory := s.user(), s.user()
	like, err := s.target.LoginLike(s.ctx, alice, staging.Longer)
	s.must(err)
	listener := s.connect(like, staging.Listening())
	again, err := alice.LoginAgain(s.ctx)
	s.must(err)
	s.must(alice.Verify(s.ctx))
	s.must(alice.Inspect(s.ctx))
	chat := s.connect(alice)
	s.must(chat.Ping(s.ctx))
	question := prompts.Sum(prompts.NewNonce())
	first := s.ask(chat, question)
	s.ask(chat, prompts.FollowUp(question, prompts.NewNonce()), staging.OnThread(first.Thread))
	s.must(chat.Typing(s.ctx, first.Thread, true))
	s.must(chat.Provoke(s.ctx, staging.UnknownType))
	s.must(chat.Settle(s.ctx))
	s.must(chat.Burst(s.ctx, 20))
	s.ask(chat, prompts.Largest(prompts.NewNonce()), staging.ToAgent("data"), staging.SimulateFailure())
	mallorys := s.connect(mallory, staging.WithToken(staging.Pair), staging.Path(fixtures.MainDoors[1]))
	s.ask(mallorys, prompts.Sum(prompts.NewNonce()), staging.UnderRun(first.Run, alice))
	s.ask(mallorys, prompts.Sum(prompts.NewNonce()), staging.OnThreadOf(alice, first.Thread))
	s.must(mallory.TryThread(s.ctx, alice, first.Thread))
	thread, err := alice.CreateThread(s.ctx, "Notes")
	s.must(err)
	_, err = alice.Say(s.ctx, thread.ID, "Keep it.")
	s.must(err)
	_, err = alice.Execute(s.ctx, "data", prompts.Sum(prompts.NewNonce()))
	s.must(err)
	_, err = alice.Stream(s.ctx, "data", prompts.Sum(prompts.NewNonce()))
	s.must(err)
	id, err := alice.Start(s.ctx, "data", prompts.Sum(prompts.NewNonce()))
	s.must(err)
	_, err = alice.AwaitAgent(s.ctx, id)
	s.must(err)
	abandoned, err := chat.Ask(prompts.FullAnalysis(prompts.NewNonce()), staging.Abandoning())
	s.must(err)
	s.must(abandoned.Begun(s.ctx))
	chat.Abort()
	s.must(alice.RaceRefresh(s.ctx, 3))
	s.must(alice.Refresh(s.ctx))
	s.must(alice.TryRefresh(s.ctx, staging.UsedRefreshToken))
	s.must(mallory.BeRefused(s.ctx, staging.WithCredential(staging.SignatureFlipped)))
	s.must(mallory.TryREST(s.ctx, staging.SignatureFlipped))
	s.must(again.Logout(s.ctx))
	s.must(mallory.TryREST(s.ctx, staging.LoggedOut(again)))
	s.must(mallory.RecoverREST(s.ctx))
	recovered, err := mallory.Recover(s.ctx)
	s.must(err)
	s.must(recovered.Close(s.ctx))
	s.must(mallorys.Close(s.ctx))
	s.must(listener.Settle(s.ctx))
	s.must(listener.Close(s.ctx))
	s.must(s.target.Archive(s.ctx))
}

// A replay at a healthy target does what the story did, in its order, and is green; and so is its own replay.
func TestAStoryIsToldAgain(t *testing.T) {
	path := record(t, embedded(), venue.Shared, everything)
	original, err := ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, original.Missing)
	require.Contains(t, done(original), "u1.s1: settle", "in its middle")
	require.NotContains(t, done(original), "u3.s1: settle", "at its end")
	result, again := told(t, path, embedded())
	require.NoError(t, result.Err(), "%+v", result)
	assert.Empty(t, result.Diverged)
	assert.Equal(t, original.Header.Start, result.Header.Replays)
	assert.ElementsMatch(t, done(original), done(again))

	_, third := told(t, result.History, embedded())
	assert.ElementsMatch(t, done(again), done(third))
}

// done are the acts of a script, in words.
func done(s *Script) (acts []string) {
	for _, a := range s.Acts {
		acts = append(acts, a.String())
	}
	return acts
}

// Nobody and nothing is used twice: neither users, nor nonces, nor ids of runs and threads.
func TestAReplayRepeatsNoName(t *testing.T) {
	path := record(t, embedded(), venue.Shared, everything)
	result, _ := told(t, path, embedded())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	after, err := os.ReadFile(result.History)
	require.NoError(t, err)
	for _, pattern := range []string{"go-20", "thread_chat_", "run_chat_", prompts.NonceMark} {
		seen := map[string]bool{}
		for _, name := range idLike.FindAllString(string(before), -1) {
			if strings.HasPrefix(name, pattern) && len(name) > len(pattern)+6 {
				seen[strings.TrimRight(name, ".-")] = true
			}
		}
		require.NotEmpty(t, seen, pattern)
		for name := range seen {
			assert.NotContains(t, string(after), name)
		}
	}
}

// The circumstances of a story are those of its replay: tokens that end, a restart, heartbeats, a limit.
func TestCircumstancesAreToldAgain(t *testing.T) {
	path := record(t, embedded(), venue.Own, func(s *storyteller) {
		alice := s.user()
		chat := s.connect(alice)
		s.must(chat.Idle(s.ctx))
		s.must(chat.Ping(s.ctx))
		s.must(alice.AwaitExpiry(s.ctx))
		s.must(alice.BeRefused(s.ctx))
		s.must(alice.Inspect(s.ctx))
		s.must(alice.Refresh(s.ctx))
		s.must(chat.Close(s.ctx))
		sessions := []*staging.Session{s.connect(alice), s.connect(alice), s.connect(alice)}
		s.must(alice.BeRefused(s.ctx, staging.ExpectRefused("one session more than the limit")))
		s.must(sessions[0].Close(s.ctx))
		_, err := alice.ConnectWhenFree(s.ctx)
		s.must(err)
	})
	result, again := told(t, path, embedded())
	require.NoError(t, result.Err(), "%+v", result)
	assert.Empty(t, result.Diverged)
	assert.Contains(t, done(again), "u1: await the end of the token")
}

func TestAReplaySeesAFault(t *testing.T) {
	path := record(t, embedded(), venue.Shared, func(s *storyteller) { s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce())) })
	result, _ := told(t, path, embedded("session-thread-not-associated"))
	require.ErrorIs(t, result.Err(), ErrRed)
	require.NotEmpty(t, result.Diverged)
	assert.Contains(t, result.Diverged[0].Of, "u1")
	var text bytes.Buffer
	require.NoError(t, result.Text(&text, "staging replay FILE"))
	assert.Contains(t, text.String(), "diverged: u1.s1.r1: number 1 was agent_started, and is nothing more")
	assert.Contains(t, text.String(), "FINDING ")
	assert.Contains(t, text.String(), "run again: staging replay FILE")
}

// What is not told again is said, and never green.
func TestAnIncompleteReplayIsNeverGreen(t *testing.T) {
	whole := record(t, embedded(), venue.Shared, func(s *storyteller) { s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce())) })
	text, err := os.ReadFile(whole)
	require.NoError(t, err)
	lines := bytes.SplitAfter(text, []byte("\n"))
	last := len(lines) - 2 // the note that ends it; then comes the empty rest
	cloud := fmt.Appendf(nil, `{"n":%d,"at":9.000000001,"wall":"2026-11-23T13:40:02Z","kind":"cloud","cloud":{"api":"run","purpose":"service"}}`+"\n", last)
	end := fmt.Appendf(nil, `{"n":%d,"at":9.000000002,"wall":"2026-11-23T13:40:02Z","kind":"note","note":{"topic":"end"}}`+"\n", last+1)
	for name, c := range map[string]struct {
		lines [][]byte
		want  string
	}{
		"no end":  {lines[:last], "has no end"},
		"damaged": {append(slices.Clone(lines[:last-1]), lines[last]), "is damaged"},
		"cut off": {[][]byte{text[:len(text)-9]}, "is damaged"},
		"cloud":   {append(slices.Clone(lines[:last]), cloud, end), "the cloud"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.jsonl")
			require.NoError(t, os.WriteFile(path, bytes.Join(c.lines, nil), 0o600))
			result, _ := told(t, path, embedded())
			require.ErrorIs(t, result.Err(), ErrIncomplete)
			assert.Contains(t, strings.Join(result.Missing, " "), c.want)
		})
	}
}

// An act that needs what did not come about is not done, which is said.
func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	r := Result{Undone: []string{"u1.s1: say ping"}}
	require.ErrorIs(t, r.Err(), ErrIncomplete)
	r.Stopped = []string{"u1.s1: dial: refused"}
	require.ErrorIs(t, r.Err(), ErrRed)
}

func TestDivergencesAreInTheOrderOfTheRecording(t *testing.T) {
	was := trace{"u2": {first: 1, steps: []string{"a"}}, "u1": {first: 2, steps: []string{"a", "b"}}, "u3": {first: 3, steps: []string{"a"}, chance: true}}
	is := trace{"u1": {steps: []string{"a"}}, "u2": {steps: []string{"c"}}, "u4": {steps: []string{"d"}}}
	var said []string
	for _, d := range was.against(is) {
		said = append(said, d.String())
	}
	assert.Equal(t, []string{"u2: number 1 was a, and is c", "u1: number 2 was b, and is nothing more", "u4: number 1 was nothing more, and is d"}, said)
	assert.Empty(t, was.against(was))
}

// Acts that were simultaneous stay so, and what came after something comes after it.
func TestTheOrderIsKept(t *testing.T) {
	s := &Script{Acts: []*Act{{Start: 5, End: 9, What: "c"}, {Start: 0, End: 4, What: "a"}, {Start: 2, End: 7, What: "b"}}}
	s.order()
	var order []string
	for _, a := range s.Acts {
		order = append(order, a.What)
	}
	assert.Equal(t, []string{"a", "b", "c"}, order)
}

// Who leaves something out leaves out what needs it.
func TestWithout(t *testing.T) {
	path := record(t, embedded(), venue.Shared, func(s *storyteller) {
		chat := s.connect(s.user())
		first := s.ask(chat, prompts.Sum(prompts.NewNonce()))
		s.ask(chat, prompts.Largest(prompts.NewNonce()), staging.OnThread(first.Thread))
		s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce()))
	})
	script, err := ReadFile(path)
	require.NoError(t, err)
	rest := script.Without(func(a *Act) bool { return a.Run == "u1.s1.r1" })
	assert.False(t, slices.ContainsFunc(rest.Acts, func(a *Act) bool { return a.Run == "u1.s1.r2" }), "its thread is not there")
	assert.Equal(t, "2 sessions, 1 message", rest.Size().String())
	assert.Empty(t, rest.trace.steps("u1.s1.r1"))
}

func TestAnUnknownMessageIsNotToldAgain(t *testing.T) {
	g := newReading(history.Header{})
	g.take(&history.Record{Kind: history.Send, User: "u1", Session: "u1.s1"})
	assert.NotEmpty(t, g.Missing)
}
