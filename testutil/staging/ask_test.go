package staging

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func TestOptionsSayWhatIsAskedAndWhatMustCome(t *testing.T) {
	victim := &User{label: "u2"}
	subject := "e2e-go-2"
	victim.subject.Store(&subject)
	for _, row := range []struct {
		name    string
		opts    []AskOption
		message wire.PromptMessage
		intent  history.Intent
	}{
		{"a type", []AskOption{As("chat")}, wire.PromptMessage{Type: "chat"}, history.Intent{}},
		{"an agent", []AskOption{ToAgent("triage")}, wire.PromptMessage{Type: "agent_request", Agent: "triage"}, history.Intent{Agent: "triage"}},
		{"an agent and a type, in any order", []AskOption{As("start_agent"), ToAgent("triage")},
			wire.PromptMessage{Type: "start_agent", Agent: "triage"}, history.Intent{Agent: "triage"}},
		{"a place", []AskOption{AtRoot(), InPayload()}, wire.PromptMessage{Place: wire.InPayload}, history.Intent{}},
		{"another's user id", []AskOption{Claiming(victim)}, wire.PromptMessage{UserID: subject},
			history.Intent{Spoofs: "u2", Why: "claims the user id of u2"}},
		{"another's run id", []AskOption{UnderRun("run_1", victim)}, wire.PromptMessage{RunID: "run_1"},
			history.Intent{Spoofs: "u2", Why: "claims a run id of u2"}},
		{"another's thread", []AskOption{OnThreadOf(victim, "thread_1")}, wire.PromptMessage{ThreadID: "thread_1"},
			history.Intent{Spoofs: "u2", Why: "asks on a thread of u2", Expect: history.Failure}},
		{"a failure", []AskOption{SimulateFailure()}, wire.PromptMessage{Type: "agent_request", ForceFailure: true},
			history.Intent{Expect: history.Failure, Why: "the message asks that the agent fail"}},
		{"a delay", []AskOption{As("execute_agent"), SimulateDelay(time.Minute)}, wire.PromptMessage{Type: "execute_agent", SimulateDelay: time.Minute},
			history.Intent{Expect: history.Failure, Why: "the message asks that the agent rest for 1m0s"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAsking(prompts.Prompt{}, row.opts)
			assert.Equal(t, row.message, a.message)
			assert.Equal(t, row.intent, a.intent)
			assert.NoError(t, a.check(wire.September))
		})
	}
}

func TestWhatIsNoPromptIsNotAsked(t *testing.T) {
	target, _ := targetAt(t, at(newDoor(t, nil).URL))
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	for _, row := range []struct {
		name    string
		dialect wire.Dialect
		opt     AskOption
		asked   int
	}{
		{"a control message", wire.September, As("ping"), 0},
		{"an unknown type", wire.September, As("water_plants"), 0},
		{"content at the root, october", wire.October, AtRoot(), 0},
		{"content in the payload, october", wire.October, InPayload(), 1},
		{"another type, october", wire.October, As("chat"), 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &Session{label: "u1.s1", dialect: row.dialect, ended: &ClosedError{}, user: user}
			_, err := s.Ask(prompts.Chat(prompts.NewNonce()), row.opt)
			require.Error(t, err)
			assert.Equal(t, row.asked, s.runs)
		})
	}
}

// pairOf logs two users in at a reference, and gives each a session.
func pairOf(t *testing.T, c refstaging.Config) (users [2]*User, sessions [2]*Session, target *Target, recorded *recording) {
	t.Helper()
	_, at := reference(t, c)
	target, recorded = targetAt(t, at)
	for i := range users {
		var err error
		users[i], err = target.Login(t.Context())
		require.NoError(t, err)
		sessions[i], err = users[i].Connect(t.Context())
		require.NoError(t, err)
	}
	return users, sessions, target, recorded
}

func ask(ctx context.Context, s *Session, p prompts.Prompt, opts ...AskOption) (Answer, error) {
	run, err := s.Ask(p, opts...)
	if err != nil {
		return Answer{}, err
	}
	return run.Wait(ctx)
}

func TestEveryTypeIsAnsweredWithItsContentAtEitherPlace(t *testing.T) {
	_, sessions, _, recorded := pairOf(t, refstaging.Config{})
	for _, wireType := range []string{"user_message", "chat_message", "message", "user", "user_input", "chat",
		"agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT"} {
		for name, place := range map[string][]AskOption{"documented": nil, "root": {AtRoot()}, "payload": {InPayload()}} {
			t.Run(wireType+", "+name, func(t *testing.T) {
				p := prompts.Sum(prompts.NewNonce())
				answer, err := ask(t.Context(), sessions[0], p, append(place, As(wireType))...)
				require.NoError(t, err)
				assert.True(t, prompts.Contains(answer.Text, p.Want), answer.Text)
			})
		}
	}
	recorded.close(t)
}

func TestSomebodyElsesIds(t *testing.T) {
	users, sessions, target, recorded := pairOf(t, refstaging.Config{})
	theirs, err := sessions[1].Ask(prompts.Sum(prompts.NewNonce()))
	require.NoError(t, err)
	given, err := theirs.Wait(t.Context())
	require.NoError(t, err)

	p := prompts.Sum(prompts.NewNonce())
	answer, err := ask(t.Context(), sessions[0], p, Claiming(users[1]))
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), answer.Text)

	answer, err = ask(t.Context(), sessions[0], p, UnderRun(given.Run, users[1]))
	require.NoError(t, err)
	assert.NotEqual(t, given.Run, answer.Run)
	assert.NotEmpty(t, answer.Run)

	// The refusal names no run; of two, it must end the right one.
	refused, err := sessions[0].Ask(p, OnThreadOf(users[1], given.Thread))
	require.NoError(t, err)
	run, err := sessions[0].Ask(prompts.FullAnalysis(prompts.NewNonce()))
	require.NoError(t, err)
	answer, err = refused.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Access denied to thread", answer.Failure.Text)
	_, err = run.Wait(t.Context())
	require.NoError(t, err)

	require.NoError(t, target.Archive(t.Context()))
	records, _ := recorded.close(t)
	for _, r := range of(records, history.HTTP) {
		if r.Exchange.Purpose == history.PurposeArchive {
			assert.Equal(t, 200, r.Exchange.Status, "everybody archives threads of their own alone: %s %s", r.User, r.Exchange.URL)
		}
	}
}

func TestAnErrorFrameIsThatOfTheRunThatMustFail(t *testing.T) {
	var c correlation
	s := &Session{}
	run := func(label string, opts ...AskOption) *Run {
		r := &Run{session: s, id: label, label: label, asking: newAsking(prompts.Prompt{}, opts)}
		c.add(r)
		return r
	}
	run("a")
	b := run("b", ExpectFailure("x"))
	run("c", ExpectFailure("x"))
	run("d")
	refusal := &wire.Event{Type: wire.Error}
	assert.Equal(t, "b", c.find(s, "", refusal).label)
	b.over.Store(true)
	assert.Equal(t, "c", c.find(s, "", refusal).label)
	c.find(s, "", &wire.Event{Type: wire.AgentStarted, RunID: "c"})
	assert.Equal(t, "d", c.find(s, "", refusal).label, "a run that has begun is not refused any more")
	assert.Equal(t, "d", c.find(s, "", &wire.Event{Type: wire.CleanupComplete}).label)
}

func TestClaimedIdsBindNothing(t *testing.T) {
	var c correlation
	victim, s := &User{label: "u2"}, &Session{done: make(chan struct{})}
	run := func(opt AskOption) *Run {
		r := &Run{session: s, label: "mine", asking: newAsking(prompts.Prompt{}, []AskOption{opt})}
		r.name("", wire.September)
		c.add(r)
		return r
	}
	run(UnderRun("theirs", victim))
	theirs := wire.Event{Type: wire.AgentStarted, RunID: "theirs", UserID: "e2e-go-2"}
	assert.Nil(t, c.find(s, "e2e-go-1", &theirs), "the victim's run is not the one that claims its id")
	mine := wire.Event{Type: wire.AgentStarted, RunID: "minted", UserID: "e2e-go-1"}
	assert.Equal(t, "mine", c.find(s, "e2e-go-1", &mine).label)
	assert.Len(t, c.takeThreads(), 1)

	r := run(OnThreadOf(victim, "their thread"))
	c.find(s, "", &wire.Event{Type: wire.AgentStarted, RunID: r.id, ThreadID: "their thread"})
	assert.Empty(t, c.takeThreads(), "nobody archives a thread of another user")
}

func TestWhoClaimsIdsMayBeRefused(t *testing.T) {
	victim, refusal := &User{label: "u2"}, &FailedError{Text: "user_id does not match"}
	for _, opt := range []AskOption{Claiming(victim), UnderRun("theirs", victim), OnThreadOf(victim, "theirs")} {
		r := &Run{asking: newAsking(prompts.Prompt{}, []AskOption{opt})}
		assert.True(t, r.Claims())
		answer, err := r.asking.failed(Answer{}, refusal)
		require.NoError(t, err)
		assert.Equal(t, refusal, answer.Failure)
	}
	honest := &Run{asking: newAsking(prompts.Prompt{}, nil)}
	assert.False(t, honest.Claims())
	_, err := honest.asking.failed(Answer{}, refusal)
	require.ErrorIs(t, err, refusal)
}

func TestARefusedRunClaimsNoEvent(t *testing.T) {
	var c correlation
	old, s := &Session{done: make(chan struct{})}, &Session{done: make(chan struct{})}
	refused := &Run{session: old, id: "a", label: "a"}
	c.add(refused)
	refused.observe(&wire.Event{Type: wire.Error}, time.Now())
	close(old.done)
	assert.Nil(t, c.find(s, "", &wire.Event{Type: wire.AgentStarted, RunID: "nobody's"}))
	c.add(&Run{session: s, id: "b", label: "b"})
	assert.Equal(t, "b", c.find(s, "", &wire.Event{Type: wire.AgentStarted, RunID: "minted"}).label)
}

func targetAt(t *testing.T, c config.Config) (*Target, *recording) {
	return target(t, c, fixtures.EmbeddedBudgets())
}
