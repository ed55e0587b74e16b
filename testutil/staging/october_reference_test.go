package staging

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func inOctober() refstaging.Config {
	return refstaging.Config{Dialect: "october", RunLimit: 300 * time.Millisecond, HeartbeatEvery: time.Second}
}

func TestAnOctoberSessionSaysEverything(t *testing.T) {
	t.Parallel() // it waits
	users, sessions, _, recorded := pairOf(t, inOctober())
	s, ctx := sessions[0], t.Context()
	require.Equal(t, wire.October, s.Dialect())
	require.NotEmpty(t, s.Thread())
	for _, row := range controls {
		require.NoError(t, row.send(ctx, s), row.name)
	}
	for _, p := range Provocations {
		if p.Survives() {
			require.NoError(t, s.Provoke(ctx, p), p.Name)
		}
	}
	require.NoError(t, s.Burst(ctx, 200))
	require.NoError(t, s.Idle(ctx))
	for _, opts := range [][]AskOption{{As("user_message")}, {As("agent_request")}, {As("start_agent"), InPayload()}, {ToAgent("data")}} {
		p := prompts.Sum(prompts.NewNonce())
		answer, err := ask(ctx, s, p, opts...)
		require.NoError(t, err)
		assert.True(t, prompts.Contains(answer.Text, p.Want), answer.Text)
		assert.Equal(t, s.Thread(), answer.Thread)
	}
	for _, opt := range []AskOption{SimulateFailure(), SimulateDelay(time.Second), OnThreadOf(users[1], sessions[1].Thread())} {
		answer, err := ask(ctx, s, prompts.Sum(prompts.NewNonce()), opt)
		require.NoError(t, err)
		assert.NotEmpty(t, answer.Failure.Text)
	}
	records, _ := recorded.close(t)
	assert.Empty(t, topics(records))
}

func TestAConversationGoesOnInAnotherOctoberSession(t *testing.T) {
	t.Parallel() // it waits
	users, sessions, target, recorded := pairOf(t, inOctober())
	ctx := t.Context()
	p := prompts.Sum(prompts.NewNonce())
	before, err := ask(ctx, sessions[0], p)
	require.NoError(t, err)
	require.NoError(t, sessions[0].Close(ctx))
	s, err := users[0].Connect(ctx, Resume(before.Thread))
	require.NoError(t, err)
	assert.Equal(t, before.Thread, s.Thread())
	next := prompts.FollowUp(p, prompts.NewNonce())
	answer, err := ask(ctx, s, next, OnThread(before.Thread))
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, next.Want), answer.Text)

	foreign, err := users[1].Connect(ctx, Resume(before.Thread))
	require.NoError(t, err)
	assert.NotEqual(t, before.Thread, foreign.Thread())
	require.NoError(t, target.Archive(ctx))
	recorded.close(t)
}

func TestTheOctoberReferenceClosesWhatItDoesNotSurvive(t *testing.T) {
	t.Parallel() // it waits
	users, _, _, recorded := pairOf(t, inOctober())
	group, ctx := errgroup.WithContext(t.Context())
	codes := map[string]string{}
	for _, p := range Provocations {
		if p.Survives() {
			continue
		}
		codes[p.Name] = p.Expect
		group.Go(func() error {
			s, err := users[0].Connect(ctx)
			if err != nil {
				return err
			}
			return s.Provoke(ctx, p)
		})
	}
	require.NoError(t, group.Wait())
	records, _ := recorded.close(t)
	whys, got := map[string]string{}, map[string]string{}
	for _, r := range records {
		switch {
		case r.Kind == history.Send && r.Intent != nil:
			whys[r.Session] = r.Intent.Why
		case r.Kind == history.Close && r.Closed.By == history.ByServer:
			got[whys[r.Session]] = strconv.Itoa(r.Closed.Code)
		}
	}
	assert.Equal(t, codes, got)
}

func TestASimulatedFailureIsOneError(t *testing.T) {
	t.Parallel() // it waits
	_, sessions, _, recorded := pairOf(t, refstaging.Config{RunLimit: 300 * time.Millisecond})
	for _, opts := range [][]AskOption{
		{SimulateFailure(), InPayload()}, {SimulateDelay(time.Second)},
	} {
		answer, err := ask(t.Context(), sessions[0], prompts.Sum(prompts.NewNonce()), opts...)
		require.NoError(t, err)
		assert.NotEmpty(t, answer.Failure.Text)
	}
	p := prompts.Sum(prompts.NewNonce())
	answer, err := ask(t.Context(), sessions[0], p)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), "the next run is as ever")
	recorded.close(t)
}
