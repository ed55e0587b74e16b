package staging

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
)

// An answer in another form says who gave it, what was wanted and what came, and whose limit cut it.
func TestAnAnswerInAnotherFormExplainsItself(t *testing.T) {
	p := prompts.Sum(prompts.NewNonce())
	asks := map[string]func(context.Context, *User) error{
		"POST /api/agents/execute":            func(ctx context.Context, u *User) error { _, err := u.Execute(ctx, "data", p); return err },
		"POST /api/agents/start":              func(ctx context.Context, u *User) error { _, err := u.Start(ctx, "data", p); return err },
		"POST /api/agents/stream":             func(ctx context.Context, u *User) error { _, err := u.Stream(ctx, "data", p); return err },
		"GET /api/agents/status":              func(ctx context.Context, u *User) error { _, err := u.Statuses(ctx); return err },
		"GET /api/agents/stream":              func(ctx context.Context, u *User) error { _, err := u.Agents(ctx); return err },
		"POST /api/threads":                   func(ctx context.Context, u *User) error { _, err := u.CreateThread(ctx, "Bills"); return err },
		"GET /api/threads":                    func(ctx context.Context, u *User) error { _, err := u.Threads(ctx); return err },
		"GET /api/threads/thread_1":           func(ctx context.Context, u *User) error { _, err := u.Thread(ctx, "thread_1"); return err },
		"GET /api/threads/thread_1/messages":  func(ctx context.Context, u *User) error { _, err := u.Messages(ctx, "thread_1"); return err },
		"POST /api/threads/thread_1/messages": func(ctx context.Context, u *User) error { _, err := u.Say(ctx, "thread_1", "Hello"); return err },
		"POST /api/chat/messages":             func(ctx context.Context, u *User) error { return u.Chat(ctx, "thread_1", "Hello") },
		"GET /auth/me":                        func(ctx context.Context, u *User) error { _, err := u.Me(ctx); return err },
		"GET /auth/verify":                    func(ctx context.Context, u *User) error { return u.Verify(ctx) },
		"POST /auth/refresh":                  func(ctx context.Context, u *User) error { return u.Refresh(ctx) },
	}
	for name, body := range map[string]string{
		"HTML":                   "<html>Sign in</html>",
		"cut by our limit":       `[{"text":"` + strings.Repeat("x", maxBody),
		"fields of another type": `{"status":1,"success":2,"supported_agents":3,"id":4,"messages":5,"message":6,"user_id":7,"valid":8,"access_token":9}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t, nil)
			for path := range asks {
				d.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
			}
			target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			for path, ask := range asks {
				err := ask(t.Context(), user)
				var form *FormError
				require.ErrorAs(t, err, &form, path)
				method, at, _ := strings.Cut(path, " ")
				assert.ErrorContains(t, err, method+" "+d.URL+at)
				assert.ErrorContains(t, err, "http.md")
				assert.ErrorContains(t, err, excerpt(body[:min(len(body), maxBody)]))
				assert.Equal(t, len(body) > maxBody, form.Cut)
				if form.Cut {
					assert.ErrorContains(t, err, "keeps only the first 1048576 bytes")
				}
			}
			recorded.close(t)
		})
	}
}
