package staging

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
)

// holdsNo asserts that an error's text holds no piece of the secret that a record may not hold.
func holdsNo(t *testing.T, secret string, err error) {
	t.Helper()
	require.Error(t, err)
	const piece = 12
	for i := 0; i+piece <= len(secret); i++ {
		require.NotContains(t, err.Error(), secret[i:i+piece], "%d bytes of the token, from %d", piece, i)
	}
}

// escaped is a text as JSON may write it too, so that nothing of it stands in the frame.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

func TestNoErrorHoldsATokenThatTheTargetEchoes(t *testing.T) {
	pad := strings.Repeat("x", 150) // so that an excerpt would cut the token
	prompt := func() prompts.Prompt { return prompts.Sum(prompts.NewNonce()) }
	execute := func(ctx context.Context, u *User) error { _, err := u.Execute(ctx, "triage", prompt()); return err }
	agents := func(ctx context.Context, u *User) error { _, err := u.Agents(ctx); return err }
	verify := func(ctx context.Context, u *User) error { return u.Verify(ctx) }
	connect := func(ctx context.Context, u *User) error { _, err := u.Connect(ctx); return err }
	run := func(ctx context.Context, u *User) error {
		s, err := u.Connect(ctx)
		if err != nil {
			return err
		}
		r, err := s.Ask(prompt())
		if err != nil {
			return err
		}
		_, err = r.Wait(ctx)
		return err
	}
	body := func(status int, format string) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, token string) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.ReplaceAll(strings.ReplaceAll(format, "ESCAPED", escaped(token)), "TOKEN", token))
		}
	}
	frames := func(format string) func(*websocket.Conn, string) {
		return func(c *websocket.Conn, token string) {
			say(c, strings.ReplaceAll(strings.ReplaceAll(format, "ESCAPED", escaped(token)), "TOKEN", token))
			reason := pad[:40] + token
			sayClose(c, websocket.ClosePolicyViolation, reason[:120])
		}
	}
	for _, row := range []struct {
		name    string
		do      func(context.Context, *User) error
		http    func(http.ResponseWriter, string)
		socket  func(*websocket.Conn, string)
		welcome bool
	}{
		{name: "execute fails", do: execute, http: body(200, `{"status":"error TOKEN","agent":"triage","error":"`+pad+`no TOKEN"}`)},
		{name: "execute fails, with escapes", do: execute, http: body(200, `{"status":"error","agent":"triage","error":"no ESCAPED"}`)},
		{name: "execute answers 500", do: execute, http: body(500, pad+"no TOKEN")},
		{name: "execute answers no object", do: execute, http: body(200, `"TOKEN"`)},
		{name: "agents answer 401", do: agents, http: body(401, pad+"no TOKEN")},
		{name: "agents answer text", do: agents, http: body(200, "TOKEN")},
		{name: "verify answers 500", do: verify, http: body(500, pad+"no TOKEN")},
		{name: "verify says no", do: verify, http: body(200, `{"valid":false,"error":"no TOKEN"}`)},
		{name: "upgrade is refused", do: connect, http: body(403, pad+"no TOKEN")},
		{name: "close reason before the welcome", do: connect, socket: frames(`{"type":"pong"}`)},
		{name: "error frame before the welcome", do: connect, socket: frames(`{"type":"error_message","error_code":"AUTH_FAILED","error_message":"no TOKEN"}`)},
		{name: "error frame before the welcome, with escapes", do: connect, socket: frames(`{"type":"error_message","error_code":"AUTH_FAILED","error_message":"no ESCAPED"}`)},
		{name: "close reason", do: run, welcome: true, socket: frames(`{"type":"pong"}`)},
		{name: "a run fails", do: run, welcome: true, socket: frames(`{"type":"error","message":"` + pad + `no TOKEN"}`)},
		{name: "a run fails, with escapes", do: run, welcome: true, socket: frames(`{"type":"error","error_code":"ESCAPED","message":"no ESCAPED"}`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				token := func(r *http.Request) string { return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") }
				d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, r *http.Request) {
					if row.welcome {
						say(c, mainWelcome)
						heard(c)
					}
					row.socket(c, token(r))
				})
				if row.http != nil {
					login := d.mux
					d.mux = http.NewServeMux()
					d.mux.Handle("/auth/e2e/test-auth", login)
					d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { row.http(w, token(r)) })
				}
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				err = row.do(t.Context(), user)
				holdsNo(t, user.pair.Access, err)
				recorded.close(t)
			})
		})
	}
}

func TestNoErrorHoldsATokenOfTheURL(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/closed", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	target, recorded := target(t, at(d.URL), short())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	_, err = user.Connect(t.Context(), Path("/closed?t="+user.pair.Access))
	holdsNo(t, user.pair.Access, err)
	recorded.close(t)
}
