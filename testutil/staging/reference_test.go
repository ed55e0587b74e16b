package staging

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

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

func TestUsersOfTheReferenceAnswerAtOnce(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	const users, runs = 8, 3
	group, ctx := errgroup.WithContext(t.Context())
	for range users {
		group.Go(func() error {
			user, err := target.Login(ctx)
			if err != nil {
				return err
			}
			session, err := user.Connect(ctx)
			if err != nil {
				return err
			}
			var asked []*Run
			for range runs { // they overlap
				run, err := session.Ask(prompts.FullAnalysis(prompts.NewNonce()))
				if err != nil {
					return err
				}
				asked = append(asked, run)
			}
			for _, run := range asked {
				if _, err := run.Wait(ctx); err != nil {
					return err
				}
			}
			return session.Close(ctx)
		})
	}
	require.NoError(t, group.Wait())
	records, _ := recorded.close(t)
	labels := map[string]bool{}
	for _, r := range records {
		labels[r.User] = true
		if r.Kind == history.Recv && r.Run != "" {
			assert.Contains(t, r.Run, r.Session, "a run of the session that heard it")
		}
	}
	assert.Len(t, labels, users+1, "and the records of no user")
}

func TestTheReferenceOpensToTheTokenFormsOfItsDialect(t *testing.T) {
	authority, err := refstaging.GenerateCA()
	require.NoError(t, err)
	_, c := reference(t, refstaging.Config{TLS: &tls.Config{Certificates: []tls.Certificate{authority.Server}}, SessionLimit: 1})
	c.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(c.CAFile, authority.PEM, 0o600))
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	for _, form := range TokenForms {
		s, err := user.Connect(t.Context(), WithToken(form))
		if !form.Opens(target.Dialect()) {
			var closed *ClosedError
			require.ErrorAs(t, err, &closed, form.Name)
			assert.Equal(t, websocket.ClosePolicyViolation, closed.Code)
			continue
		}
		require.NoError(t, err, form.Name)
		_, err = user.Connect(t.Context(), ExpectRefused("one session too many"))
		var closed *ClosedError
		require.ErrorAs(t, err, &closed, form.Name)
		assert.Equal(t, websocket.CloseTryAgainLater, closed.Code)
		require.NoError(t, s.Close(t.Context()))
	}
	records, text := recorded.close(t)
	assert.NotContains(t, text, user.pair.Access)
	for _, r := range of(records, history.Open) {
		assert.False(t, r.Opened.Unoffered)
	}
}

func TestAnUnknownAgentFailsAsExpected(t *testing.T) {
	t.Parallel() // it waits
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	s, err := user.Connect(t.Context())
	require.NoError(t, err)
	run, err := s.Ask(prompts.Sum(prompts.NewNonce()), ToAgent("astrologer"), ExpectFailure("unknown agent"))
	require.NoError(t, err)
	answer, err := run.Wait(t.Context())
	require.NoError(t, err)
	assert.Contains(t, answer.Failure.Text, "astrologer")
	answer, err = user.Execute(t.Context(), "astrologer", prompts.Sum(prompts.NewNonce()), ExpectFailure("unknown agent"))
	require.NoError(t, err)
	assert.Contains(t, answer.Failure.Text, "astrologer")
	_, err = user.Execute(t.Context(), "astrologer", prompts.Sum(prompts.NewNonce()))
	require.ErrorAs(t, err, new(*FailedError))
	records, _ := recorded.close(t)
	assert.Equal(t, history.Failure, of(records, history.Send)[0].Intent.Expect)
}
