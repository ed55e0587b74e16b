package staging

import (
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

func reference(t *testing.T, c refstaging.Config) (*refstaging.Server, config.Config) {
	t.Helper()
	s, err := refstaging.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, config.Config{
		Target: config.Embedded, APIURL: s.APIURL(), AuthURL: s.AuthURL(), WebSocketURL: s.WebSocketURL(), AppURL: s.AppURL(),
		SimulationKey: config.NewSecret(s.SimulationKey()), Dialect: "auto", EventShape: "auto",
	}
}

func TestAStoryFromLoginToAnswer(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	ctx := t.Context()

	require.NoError(t, target.WarmUp(ctx))
	user, err := target.Login(ctx)
	require.NoError(t, err)
	require.NoError(t, user.Verify(ctx))
	agents, err := user.Agents(ctx)
	require.NoError(t, err)
	assert.Equal(t, fixtures.AgentNames, agents)

	session, err := user.Connect(ctx)
	require.NoError(t, err)
	assert.Equal(t, wire.September, session.Dialect())
	require.NoError(t, session.Ping(ctx))
	p := prompts.Sum(prompts.NewNonce())
	run, err := session.Ask(p)
	require.NoError(t, err)
	answer, err := run.Wait(ctx)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), "%q holds %s", answer.Text, p.Want)
	assert.Contains(t, answer.Text, p.Nonce)
	assert.Equal(t, run.id, answer.Run)
	assert.Equal(t, run.thread, answer.Thread)
	assert.GreaterOrEqual(t, answer.Events, 5)

	next := prompts.FollowUp(p, prompts.NewNonce())
	run, err = session.Ask(next, OnThread(answer.Thread))
	require.NoError(t, err)
	answer, err = run.Wait(ctx)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, next.Want), "%q holds %s", answer.Text, next.Want)

	require.NoError(t, session.Settle(ctx))
	require.NoError(t, session.Close(ctx))
	require.ErrorAs(t, session.Err(), new(*ClosedError))

	p = prompts.Largest(prompts.NewNonce())
	answer, err = user.Execute(ctx, "triage", p)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), "%q holds %s", answer.Text, p.Want)

	require.NoError(t, user.Refresh(ctx))
	require.NoError(t, user.Logout(ctx))
	require.ErrorIs(t, user.Verify(ctx), ErrTokenRefused)
	require.NoError(t, target.Archive(ctx))

	records, text := recorded.close(t)
	assert.NotContains(t, text, c.SimulationKey.Reveal())
	assert.NotContains(t, text, user.pair.Access)
	assert.Equal(t, []string{"settled"}, topics(records))
	for _, r := range of(records, history.HTTP) {
		assert.Nil(t, r.Exchange.Broken)
		assert.Positive(t, r.Exchange.Took)
	}
	closed := of(records, history.Close)
	require.Len(t, closed, 1)
	assert.Equal(t, &history.Closed{By: history.ByClient, Code: 1000}, closed[0].Closed)
	for _, r := range of(records, history.Recv) {
		if ofRun(r.Event.Type) {
			assert.NotEmpty(t, r.Run, r.Frame)
		}
	}
	sent := of(records, history.Send)
	require.Len(t, sent, 3) // ping and two prompts
	assert.Equal(t, "u1.s1.r1", sent[1].Run)
	assert.Equal(t, run.thread, sent[2].Intent.Thread)
	logins := of(records, history.Login)
	assert.Equal(t, bySimulation, logins[0].Login.Method)
	assert.Equal(t, user.Subject(), logins[0].Login.Subject)
	assert.WithinDuration(t, time.Now().Add(logins[0].Login.ExpiresIn), logins[0].Login.Expires, time.Minute)
}
