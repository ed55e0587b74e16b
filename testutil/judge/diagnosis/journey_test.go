package diagnosis_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// A leg is a part of a journey, which goes on whatever becomes of it.
type leg func(ctx context.Context, t *staging.Target, alice *staging.User)

// legs are what users do, a little of everything that the stories do at length.
var legs = []leg{turns, documents, agents, forms, couple, doors, mistakes, renewal}

func talk(ctx context.Context, u *staging.User, p prompts.Prompt, opts ...staging.ConnectOption) {
	s, err := u.Connect(ctx, opts...)
	if err != nil {
		return
	}
	if r, err := s.Ask(p); err == nil {
		_, _ = r.Wait(ctx)
	}
	_ = s.Settle(ctx)
	_ = s.Ping(ctx)
	_ = s.Close(ctx)
}

func turns(ctx context.Context, _ *staging.Target, alice *staging.User) {
	talk(ctx, alice, prompts.Sum(prompts.NewNonce()))
	talk(ctx, alice, prompts.Largest(prompts.NewNonce()))
}

func documents(ctx context.Context, t *staging.Target, alice *staging.User) {
	if thread, err := alice.CreateThread(ctx, "Journey"); err == nil {
		_, _ = alice.Thread(ctx, thread.ID)
	}
	_, _ = alice.Threads(ctx)
	_, _ = alice.Me(ctx)
	_ = t.Health(ctx)
	_, _ = t.Discover(ctx)
	_ = t.CORS(ctx, t.Describe().App)
}

func agents(ctx context.Context, _ *staging.Target, alice *staging.User) {
	_, _ = alice.Agents(ctx)
	_, _ = alice.Execute(ctx, "data", prompts.Sum(prompts.NewNonce()))
	_, _ = alice.Stream(ctx, "data", prompts.Sum(prompts.NewNonce()))
	s, err := alice.Connect(ctx)
	if err != nil {
		return
	}
	for _, agent := range []string{"triage", "data", "optimization", "reporting"} {
		if r, err := s.Ask(prompts.ForAgent(agent, prompts.NewNonce()), staging.ToAgent(agent)); err == nil {
			_, _ = r.Wait(ctx)
		}
	}
	if r, err := s.Ask(prompts.Sum(prompts.NewNonce()), staging.ToAgent("astrology"), staging.ExpectFailure("no such agent")); err == nil {
		_, _ = r.Wait(ctx)
	}
	_ = s.Close(ctx)
}

func forms(ctx context.Context, t *staging.Target, alice *staging.User) {
	for _, form := range staging.TokenForms {
		if form.Opens(t.Dialect()) {
			talk(ctx, alice, prompts.Chat(prompts.NewNonce()), staging.WithToken(form))
		}
	}
	talk(ctx, alice, prompts.Chat(prompts.NewNonce()), staging.Path("/api/v1/websocket"))
}

func couple(ctx context.Context, t *staging.Target, alice *staging.User) {
	bob, err := t.Login(ctx)
	if err != nil {
		return
	}
	var runs []*staging.Run
	var sessions []*staging.Session
	for _, u := range []*staging.User{alice, bob, alice} {
		if s, err := u.Connect(ctx); err == nil {
			sessions = append(sessions, s)
		}
	}
	for _, s := range sessions {
		if r, err := s.Ask(prompts.Sum(prompts.NewNonce()), staging.Together()); err == nil {
			runs = append(runs, r)
		}
	}
	for _, r := range runs {
		_, _ = r.Wait(ctx)
	}
	for _, s := range sessions {
		_ = s.Settle(ctx)
		_ = s.Close(ctx)
	}
}

func doors(ctx context.Context, _ *staging.Target, alice *staging.User) {
	for _, c := range []staging.Credential{staging.BadCredentials[0], staging.SignatureFlipped} {
		_ = alice.BeRefused(ctx, staging.WithCredential(c))
		_ = alice.TryREST(ctx, c)
	}
}

func mistakes(ctx context.Context, _ *staging.Target, alice *staging.User) {
	if s, err := alice.Connect(ctx); err == nil {
		_ = s.Provoke(ctx, staging.MalformedJSON)
		_ = s.Provoke(ctx, staging.UnknownType)
		_ = s.Close(ctx)
	}
}

func renewal(ctx context.Context, _ *staging.Target, alice *staging.User) {
	_ = alice.Refresh(ctx)
	_ = alice.Verify(ctx)
}

// patient makes nothing late on a busy machine.
func patient() fixtures.Budgets {
	b := fixtures.EmbeddedBudgets()
	b.Connect, b.FirstEvent, b.Gap, b.Answer, b.Reply = time.Minute, time.Minute, time.Minute, time.Minute, time.Minute
	b.HTTP, b.Ready, b.Settle = time.Minute, time.Minute, 20*time.Millisecond
	return b
}

// travel makes a journey to a healthy deployment, one user for each leg, and returns its history, as a file would
// hold it.
func travel(t *testing.T, on ...leg) []byte {
	t.Helper()
	server, err := refstaging.Start(refstaging.Config{SessionLimit: 20})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	target, err := staging.NewTarget(config.Config{
		Target: config.Embedded, APIURL: server.APIURL(), AuthURL: server.AuthURL(), WebSocketURL: server.WebSocketURL(),
		AppURL: server.AppURL(), SimulationKey: config.NewSecret(server.SimulationKey()), Dialect: "auto",
		EventShape: "september", Abilities: []string{history.ExactAnswers}, SessionLimit: 20, Users: 2,
	}, patient())
	require.NoError(t, err)
	defer target.Close()

	var text bytes.Buffer
	header := history.Header{Version: history.Version, Story: t.Name(), Attempt: 1, Start: time.Now().UTC().Round(0), Target: target.Describe(), Budgets: target.Budgets()}
	log := history.New(&text, header, nil)
	recorded := target.Record(log)
	require.NoError(t, recorded.WarmUp(t.Context()))
	for _, leg := range on {
		user, err := recorded.Login(t.Context())
		require.NoError(t, err)
		leg(t.Context(), recorded, user)
	}
	recorded.Close()
	require.NoError(t, log.Close())
	return text.Bytes()
}
