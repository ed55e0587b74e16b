package suite_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// impatient makes a silent fault red in a moment. Nothing healthy is judged by it.
func impatient() fixtures.Budgets {
	b := fixtures.EmbeddedBudgets()
	b.Connect, b.FirstEvent, b.Gap, b.Answer, b.Reply = 2*time.Second, time.Second, time.Second, 3*time.Second, time.Second
	b.HTTP, b.Ready = time.Second, time.Second
	return b
}

// tell lets a story drive a reference with the hooks, and returns what the standing rules find.
func tell(t *testing.T, hooks refstaging.Hooks, b fixtures.Budgets, story func(context.Context, *staging.Target) error) []judge.Finding {
	t.Helper()
	server, err := refstaging.Start(refstaging.Config{Hooks: hooks})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	target, err := staging.NewTarget(config.Config{
		Target: config.Embedded, APIURL: server.APIURL(), AuthURL: server.AuthURL(), WebSocketURL: server.WebSocketURL(),
		AppURL: server.AppURL(), SimulationKey: config.NewSecret(server.SimulationKey()), Dialect: "auto",
		EventShape: "september", Abilities: []string{history.ExactAnswers}, SessionLimit: server.Config().SessionLimit, Users: 2,
	}, b)
	require.NoError(t, err)
	defer target.Close()

	var findings []judge.Finding
	header := history.Header{Version: history.Version, Story: t.Name(), Attempt: 1, Start: time.Now().UTC().Round(0), Target: target.Describe(), Budgets: b}
	j := judge.New(header)
	log := history.New(discard{}, header, func(r *history.Record) { findings = append(findings, j.Observe(r)...) })
	told := target.Record(log)
	err = story(t.Context(), told)
	if err != nil {
		t.Logf("the story stopped: %v", err)
	}
	told.Close()
	require.NoError(t, log.Close())
	return append(findings, j.Finish()...)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// ask is the golden path: login, verify, connect, one prompt; then it listens on.
func ask(p func(nonce string) prompts.Prompt, options ...staging.AskOption) func(context.Context, *staging.Target) error {
	return func(ctx context.Context, target *staging.Target) error {
		if err := target.WarmUp(ctx); err != nil {
			return err
		}
		user, err := target.Login(ctx)
		if err != nil {
			return err
		}
		if err := user.Verify(ctx); err != nil {
			return err
		}
		session, err := user.Connect(ctx)
		if err != nil {
			return err
		}
		run, err := session.Ask(p(prompts.NewNonce()), options...)
		if err != nil {
			return err
		}
		_, err = run.Wait(ctx)
		return errors.Join(err, session.Settle(ctx), session.Ping(ctx), session.Close(ctx))
	}
}

// pair lets one user listen and another one ask.
func pair(ctx context.Context, target *staging.Target) error {
	listener, err := target.Login(ctx)
	if err != nil {
		return err
	}
	ear, err := listener.Connect(ctx, staging.Listening())
	if err != nil {
		return err
	}
	return errors.Join(ask(prompts.Sum)(ctx, target), ear.Settle(ctx), ear.Close(ctx))
}

// crowd lets three users ask at the same time.
func crowd(ctx context.Context, target *staging.Target) error {
	var runs []*staging.Run
	var sessions []*staging.Session
	for range 3 {
		user, err := target.Login(ctx)
		if err != nil {
			return err
		}
		session, err := user.Connect(ctx)
		if err != nil {
			return err
		}
		sessions = append(sessions, session)
	}
	for _, session := range sessions {
		run, err := session.Ask(prompts.Sum(prompts.NewNonce()), staging.Together())
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	for i, run := range runs {
		if _, err := run.Wait(ctx); err != nil {
			return err
		}
		if err := sessions[i].Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// oneAtATime lets a run begin when the one before has ended, and its end has reached its user. The first
// ends when all three prompts of the crowd are there.
func oneAtATime() refstaging.Hooks {
	var running sync.Mutex
	var asked sync.WaitGroup
	asked.Add(3)
	return refstaging.Hooks{
		Router: refstaging.RouterHooks{Route: func(next refstaging.Route) refstaging.Route {
			return func(s *refstaging.Session, m refstaging.Message) {
				next(s, m)
				asked.Done()
			}
		}},
		Emitter: refstaging.EmitterHooks{Emit: func(next refstaging.Emit) refstaging.Emit {
			return func(ctx context.Context, e refstaging.Event) {
				if e.Type == refstaging.AgentStarted {
					running.Lock()
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
					}
				}
				if e.Type == refstaging.AgentCompleted {
					asked.Wait()
				}
				next(ctx, e)
				if e.Type == refstaging.AgentCompleted {
					running.Unlock()
				}
			}
		}},
	}
}

func execute(ctx context.Context, target *staging.Target) error {
	user, err := target.Login(ctx)
	if err != nil {
		return err
	}
	_, err = user.Execute(ctx, "data", prompts.Sum(prompts.NewNonce()))
	return err
}

func agents(ctx context.Context, target *staging.Target) error {
	user, err := target.Login(ctx)
	if err != nil {
		return err
	}
	_, err = user.Agents(ctx)
	return err
}

func TestHealthyReferenceIsGreen(t *testing.T) {
	for name, story := range map[string]func(context.Context, *staging.Target) error{
		"a tool": ask(prompts.Sum), "no tool": ask(prompts.Chat), "nested": ask(prompts.FullAnalysis),
		"an agent":  ask(prompts.Mean, staging.ToAgent("reporting")),
		"a failure": ask(prompts.Sum, staging.ToAgent("astrology"), staging.ExpectFailure("no such agent")),
		"a pair":    pair, "a crowd": crowd, "REST": execute, "the registry": agents,
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range tell(t, refstaging.Hooks{}, fixtures.EmbeddedBudgets(), story) {
				t.Error(f)
			}
		})
	}
}

// onEvent makes a hook that treats events of one type in its own way.
func onEvent(kind string, treat func(next func(refstaging.Event), e refstaging.Event)) refstaging.Hooks {
	return refstaging.Hooks{Emitter: refstaging.EmitterHooks{Emit: func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if e.Type == kind {
				treat(func(e refstaging.Event) { next(ctx, e) }, e)
				return
			}
			next(ctx, e)
		}
	}}}
}

func changed(kind string, change func(*refstaging.Event)) refstaging.Hooks {
	return onEvent(kind, func(next func(refstaging.Event), e refstaging.Event) { change(&e); next(e) })
}

func dropped(kind string) refstaging.Hooks {
	return onEvent(kind, func(func(refstaging.Event), refstaging.Event) {})
}

// encoded changes the JSON of one type of event.
func encoded(kind string, change func(map[string]any)) refstaging.Hooks {
	return refstaging.Hooks{Emitter: refstaging.EmitterHooks{Encode: func(next refstaging.Encode) refstaging.Encode {
		return func(e refstaging.Event) ([]byte, error) {
			frame, err := next(e)
			if err != nil || e.Type != kind {
				return frame, err
			}
			var members map[string]any
			if err := json.Unmarshal(frame, &members); err != nil {
				return nil, err
			}
			change(members)
			return json.Marshal(members)
		}
	}}}
}

func api(answer http.HandlerFunc) refstaging.Hooks {
	return refstaging.Hooks{HTTP: refstaging.HTTPHooks{API: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/health") {
				next.ServeHTTP(w, r)
				return
			}
			answer(w, r)
		})
	}}}
}

func misrouted() refstaging.Hooks {
	var first atomic.Pointer[string]
	return refstaging.Hooks{
		Sessions: refstaging.SessionHooks{Open: func(next refstaging.OpenSession) refstaging.OpenSession {
			return func(user refstaging.Identity) (refstaging.Identity, error) {
				first.CompareAndSwap(nil, &user.UserID)
				return next(user)
			}
		}},
		Emitter: refstaging.EmitterHooks{Deliver: func(next refstaging.Deliver) refstaging.Deliver {
			return func(to refstaging.Address, frame []byte) {
				next(to, frame)
				if other := *first.Load(); other != to.UserID && strings.Contains(string(frame), "agent_thinking") {
					next(refstaging.Address{UserID: other}, frame)
				}
			}
		}},
	}
}

// TestWhatGoesWrongIsFound flips one thing at a seam of the reference, and asks that the rule about it
// says so.
func TestWhatGoesWrongIsFound(t *testing.T) {
	sum := ask(prompts.Sum)
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	for _, row := range []struct {
		name  string
		hooks refstaging.Hooks
		story func(context.Context, *staging.Target) error
		rule  string
	}{
		{"no agent_started", dropped(refstaging.AgentStarted), sum, "lifecycle/started-first"},
		{"no tool_executing", dropped(refstaging.ToolExecuting), sum, "lifecycle/tools-paired"},
		{"no tool_completed", dropped(refstaging.ToolCompleted), sum, "lifecycle/tools-paired"},
		{"no thinking", dropped(refstaging.AgentThinking), sum, "events/all-five"},
		{"no completion", dropped(refstaging.AgentCompleted), sum, "lifecycle/no-outcome"},
		{"no events", refstaging.Hooks{Router: refstaging.RouterHooks{Route: func(refstaging.Route) refstaging.Route {
			return func(*refstaging.Session, refstaging.Message) {}
		}}}, sum, "lifecycle/silence"},
		{"completed twice", onEvent(refstaging.AgentCompleted, func(next func(refstaging.Event), e refstaging.Event) { next(e); next(e) }), sum, "lifecycle/one-outcome"},
		{"another answer", changed(refstaging.AgentCompleted, func(e *refstaging.Event) { e.Answer = strings.Map(nextDigit, e.Answer) }), sum, "answer/figure"},
		{"no answer", changed(refstaging.AgentCompleted, func(e *refstaging.Event) { e.Answer = "" }), sum, "answer/empty"},
		{"a canned answer", changed(refstaging.AgentCompleted, func(e *refstaging.Event) { e.Answer = "Fallback data agent response: Successfully processed" }), sum, "answer/canned"},
		{"a stack trace", changed(refstaging.AgentThinking, func(e *refstaging.Event) {
			e.Thought = "Traceback (most recent call last):\n  File \"/app/agent.py\", line 7, in run"
		}), sum, "hygiene/stack-trace"},
		{"another run id", changed(refstaging.ToolCompleted, func(e *refstaging.Event) { e.RunID = "run_chat_9_ffffffff" }), sum, "lifecycle/"},
		{"tool_name nested", encoded(refstaging.ToolExecuting, func(m map[string]any) { delete(m, "tool_name") }), sum, "events/"},
		{"results nested", encoded(refstaging.ToolCompleted, func(m map[string]any) { delete(m, "results") }), sum, "events/"},
		{"another's user id", encoded(refstaging.AgentThinking, func(m map[string]any) { m["user_id"] = "e2e-somebody-else" }), sum, "auth/identity"},
		{"misrouted", misrouted(), pair, "isolation/"},
		{"one run at a time", oneAtATime(), crowd, "isolation/serialised"},
		{"identity collapse", refstaging.Hooks{Sessions: refstaging.SessionHooks{Open: func(next refstaging.OpenSession) refstaging.OpenSession {
			return func(user refstaging.Identity) (refstaging.Identity, error) {
				user.UserID = "demo-user-001"
				return next(user)
			}
		}}}, sum, "auth/identity"},
		{"session factory fails", refstaging.Hooks{Sessions: refstaging.SessionHooks{Open: func(refstaging.OpenSession) refstaging.OpenSession {
			return func(user refstaging.Identity) (refstaging.Identity, error) {
				return user, errors.New("factory")
			}
		}}}, sum, "handshake/"},
		{"no welcome", refstaging.Hooks{Sessions: refstaging.SessionHooks{Welcome: func(refstaging.WelcomeFrame) refstaging.WelcomeFrame {
			return func(*refstaging.Session, time.Time) any { return nil }
		}}}, sum, "handshake/"},
		{"token refused", refstaging.Hooks{Tokens: refstaging.TokenHooks{Validate: func(next refstaging.ValidateToken) refstaging.ValidateToken {
			return func(string, string) (refstaging.Identity, error) {
				return refstaging.Identity{}, errors.New("signature")
			}
		}}}, sum, "auth/"},
		{"empty registry", refstaging.Hooks{Registry: refstaging.RegistryHooks{Lookup: func(refstaging.Lookup) refstaging.Lookup {
			return func(string) (a refstaging.Agent, ok bool) { return a, false }
		}}}, sum, "lifecycle/"},
		{"canned REST answer", api(status(200, `{"status":"success","agent":"data","response":"Mock data agent response for: x","execution_time":0.1}`)), execute, "answer/"},
		{"REST is HTML", api(status(200, "<html>sorry</html>")), agents, "infra/not-the-platform"},
		{"REST is 404", api(status(404, `{"detail":"Not Found"}`)), agents, "infra/component-missing"},
		{"REST is 500", api(status(500, `{"error":true}`)), agents, "infra/server-error"},
		{"REST is 429", api(status(429, "")), agents, "infra/rate-limited"},
		{"REST redirects", api(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }), agents, "infra/redirected"},
		{"no such registry", api(status(200, `{"available":true,"supported_agents":[]}`)), agents, "health/"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var found []string
			for _, f := range tell(t, row.hooks, impatient(), row.story) {
				t.Log(f)
				if f.Hard && strings.HasPrefix(f.Rule, row.rule) {
					return
				}
				found = append(found, f.Rule)
			}
			assert.Failf(t, "not found", "want a hard finding of %s, found %q", row.rule, found)
		})
	}
}

// nextDigit makes another figure of each, as long as the old one.
func nextDigit(r rune) rune {
	if r >= '1' && r <= '8' {
		return r + 1
	}
	return r
}
