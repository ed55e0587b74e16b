package staging

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A sniffer notes the names of the headers of every request, upgrades included.
type sniffer struct {
	mu    sync.Mutex
	names map[string][]string // request to header names
}

func (s *sniffer) hook(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		for name := range r.Header {
			s.names[r.Method+" "+r.URL.Path] = append(s.names[r.Method+" "+r.URL.Path], name)
		}
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// acts drive every exported method that sends something, in an order in which they can.
func acts(ctx context.Context, target *Target, other *User) []act {
	var user *User
	var session *Session
	var run *Run
	var thread Thread
	var agent string
	ask := func() (err error) {
		run, err = session.Ask(prompts.Sum(prompts.NewNonce()))
		return err
	}
	each := func(offer func(Credential) error) func() error {
		return func() error {
			for _, c := range BadCredentials {
				if err := offer(c); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return []act{
		{"Target.WarmUp", func() error { return target.WarmUp(ctx) }},
		{"Target.Health", func() error { return target.Health(ctx) }},
		{"Target.Probe", func() error { return target.Probe(ctx, 1) }},
		{"Target.Sample", func() error { return target.Sample(ctx, 1) }},
		{"Target.Discover", func() error { _, err := target.Discover(ctx); return err }},
		{"Target.CORS", func() error { return target.CORS(ctx, ForeignOrigin) }},
		{"Target.Login", func() (err error) { user, err = target.Login(ctx); return err }},
		{"User.Traffic", func() error { return user.Traffic(ctx, 1) }},
		{"Target.LoginLike", func() error { _, err := target.LoginLike(ctx, user, Confusable); return err }},
		{"Target.LoginAs", func() error { _, err := target.LoginAs(ctx, "u91", FreshLike(user.Email())); return err }},
		{"User.LoginAgainAs", func() error { _, err := user.LoginAgainAs(ctx, "u92"); return err }},
		{"Target.Again", func() error {
			_, err := target.Again(ctx, user, Request{Exchange: history.Exchange{
				Purpose: history.PurposeThreads, Method: http.MethodGet, URL: target.config.APIURL + "/api/threads", Bearer: true,
			}})
			return err
		}},
		{"User.ReadFromApp", func() error { return user.ReadFromApp(ctx) }},
		{"User.LoginAgain", func() error { _, err := user.LoginAgain(ctx); return err }},
		{"User.Token", func() error { user.pair.expires = user.pair.issued; _, err := user.Token(); return err }},
		{"User.Refresh", func() error { return user.Refresh(ctx) }},
		{"User.TryRefresh", func() error { return user.TryRefresh(ctx, UsedRefreshToken) }},
		{"User.RaceRefresh", func() error { return user.RaceRefresh(ctx, 2) }},
		{"User.Verify", func() error { return user.Verify(ctx) }},
		{"User.Inspect", func() error { return user.Inspect(ctx) }},
		{"User.Me", func() error { _, err := user.Me(ctx); return err }},
		{"User.Agents", func() error { _, err := user.Agents(ctx); return err }},
		{"User.Execute", func() error { _, err := user.Execute(ctx, "triage", prompts.Sum(prompts.NewNonce())); return err }},
		{"User.ExecuteFailing", func() error { return user.ExecuteFailing(ctx, "triage", prompts.Sum(prompts.NewNonce())) }},
		{"User.Stream", func() error { _, err := user.Stream(ctx, "triage", prompts.Sum(prompts.NewNonce())); return err }},
		{"User.Start", func() (err error) {
			agent, err = user.Start(ctx, "triage", prompts.Sum(prompts.NewNonce()))
			return err
		}},
		{"User.Status", func() error { _, err := user.Status(ctx, agent); return err }},
		{"User.AwaitAgent", func() error { _, err := user.AwaitAgent(ctx, agent); return err }},
		{"User.Statuses", func() error { _, err := user.Statuses(ctx); return err }},
		{"User.CreateThread", func() (err error) { thread, err = user.CreateThread(ctx, "plans"); return err }},
		{"User.Threads", func() error { _, err := user.Threads(ctx); return err }},
		{"User.Thread", func() error { _, err := user.Thread(ctx, thread.ID); return err }},
		{"User.Say", func() error { _, err := user.Say(ctx, thread.ID, "a word"); return err }},
		{"User.Messages", func() error { _, err := user.Messages(ctx, thread.ID); return err }},
		{"User.Chat", func() error { return user.Chat(ctx, thread.ID, "a word") }},
		{"User.TryThread", func() error { return other.TryThread(ctx, user, thread.ID) }},
		{"User.DeleteThread", func() error { return user.DeleteThread(ctx, thread.ID) }},
		{"User.RecoverREST", func() error { return user.RecoverREST(ctx) }},
		{"User.Recover", func() error { s, err := user.Recover(ctx); session = s; return err }},
		{"User.ConnectWhenFree", func() error { s, err := user.ConnectWhenFree(ctx); session = s; return err }},
		{"Session.Ping", func() error { return session.Ping(ctx) }},
		{"Session.Heartbeat", func() error { return session.Heartbeat(ctx) }},
		{"Session.Announce", func() error { return session.Announce(ctx) }},
		{"Session.Typing", func() error { return session.Typing(ctx, "", true) }},
		{"Session.Burst", func() error { return session.Burst(ctx, 3) }},
		{"Session.Idle", func() error { return session.Idle(ctx) }},
		{"Session.Ask", ask},
		{"Session.Overhear", func() error {
			phone, err := user.Connect(ctx)
			if err != nil {
				return err
			}
			asked, err := session.Ask(prompts.Sum("QX7OVERHEARD"))
			if err == nil {
				err = phone.Overhear(ctx, asked)
			}
			_, failed := asked.Wait(ctx)
			return errors.Join(err, failed, phone.Close(ctx))
		}},
		{"Run.Begun", func() error { return run.Begun(ctx) }},
		{"Run.Wait", func() error { _, err := run.Wait(ctx); return err }},
		{"Session.Settle", func() error { return session.Settle(ctx) }},
		{"Session.Disconnect", func() error { return session.Disconnect(ctx) }},
		{"Session.Close", func() error { return session.Close(ctx) }},
		{"User.Connect", func() (err error) {
			for _, form := range TokenForms {
				if session, err = user.Connect(ctx, WithToken(form)); form.Opens(target.Dialect()) && err != nil {
					return err
				}
			}
			session, err = other.Connect(ctx, Path("/api/v1/websocket"))
			return err
		}},
		{"Session.Provoke", func() error { return session.Provoke(ctx, Provocations[0]) }},
		{"Session.Abort", func() error { session.Abort(); return nil }},
		{"User.TryREST", each(func(c Credential) error {
			if !c.REST {
				return nil
			}
			return user.TryREST(ctx, c)
		})},
		{"User.BeRefused", each(func(c Credential) error { return user.BeRefused(ctx, WithCredential(c)) })},
		{"Target.Archive", func() error { return target.Archive(ctx) }},
		{"User.Logout", func() error { return user.Logout(ctx) }},
		{"Target.Close", func() error { target.Close(); return nil }},
	}
}

type act struct {
	method string
	do     func() error
}

// sendsNothing are the exported methods that send nothing by themselves.
var sendsNothing = []string{
	"Target.Agent", "Target.Budgets", "Target.Describe", "Target.Dialect", "Target.Record",
	"User.AwaitExpiry", "User.Email", "User.Expiry", "User.Label", "User.Subject",
	"Session.Dialect", "Session.Done", "Session.Err", "Session.Thread", "Run.Claims", "Run.Label",
	"Target.Exclude", "Target.Share", "Target.CleanUp",
}

// everything drives all acts against a reference whose requests pass hook, and returns what was recorded.
func everything(t *testing.T, hook func(http.Handler) http.Handler) (*Target, []history.Record) {
	_, c := reference(t, refstaging.Config{SessionLimit: 100, HeartbeatEvery: 50 * time.Millisecond, Hooks: refstaging.Hooks{HTTP: refstaging.HTTPHooks{Auth: hook, API: hook}}})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	other, err := target.Login(t.Context())
	require.NoError(t, err)
	covered := slices.Clone(sendsNothing)
	for _, a := range acts(t.Context(), target, other) {
		covered = append(covered, a.method)
		require.NoError(t, a.do(), a.method)
	}
	records, _ := recorded.close(t)

	var missing []string
	for _, value := range []any{target, other, &Session{}, &Run{}} {
		of := reflect.TypeOf(value)
		for i := range of.NumMethod() {
			if name := of.Elem().Name() + "." + of.Method(i).Name; !slices.Contains(covered, name) {
				missing = append(missing, name)
			}
		}
	}
	assert.Empty(t, missing, "drive them in acts, or say that they send nothing")
	return target, records
}

// TestNoHeaderSwitchesAuthenticationOff drives everything that the client can do. A header whose name
// holds one of the two words is answered with a made-up identity (websocket.md 3.7, http.md 6), so that
// every refusal that a story proves would prove nothing.
func TestNoHeaderSwitchesAuthenticationOff(t *testing.T) {
	seen := &sniffer{names: map[string][]string{}}
	everything(t, seen.hook)
	switches := regexp.MustCompile(`(?i)test|e2e`)
	keys := 0
	for request, names := range seen.names {
		for _, name := range names {
			if request == "POST /auth/e2e/test-auth" && name == http.CanonicalHeaderKey(bypassHeader) {
				keys++
				continue
			}
			assert.False(t, switches.MatchString(name), "%s carries %s", request, name)
		}
	}
	assert.Equal(t, 6, keys, "the logins")
	for _, request := range []string{"GET /ws", "GET /api/v1/websocket", "POST /auth/refresh", "OPTIONS /auth/refresh", "POST /auth/logout"} {
		assert.Contains(t, seen.names, request)
	}
}
