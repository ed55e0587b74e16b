package suite_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A minting is what a deployment knows of tokens, for what is wrong with it.
type minting struct {
	issue    refstaging.IssueToken
	validate refstaging.ValidateToken
	extract  refstaging.ExtractToken

	mu        sync.Mutex
	revoked   map[string]bool // by token id
	loggedOut map[string]bool // by user
}

// mint looks over the shoulder of a deployment that is about to start, and changes nothing.
func mint(c *refstaging.Config) *minting {
	m := &minting{revoked: map[string]bool{}, loggedOut: map[string]bool{}}
	c.Hooks.Tokens.Issue = func(next refstaging.IssueToken) refstaging.IssueToken { m.issue = next; return next }
	c.Hooks.Tokens.Validate = func(next refstaging.ValidateToken) refstaging.ValidateToken { m.validate = next; return next }
	c.Hooks.Handshake.Extract = func(next refstaging.ExtractToken) refstaging.ExtractToken { m.extract = next; return next }
	c.Hooks.Tokens.Revoke = func(next refstaging.RevokeToken) refstaging.RevokeToken {
		return func(user refstaging.Identity) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.revoked[user.TokenID], m.loggedOut[user.UserID] = true, true
			next(user)
		}
	}
	return m
}

// wasRevoked reports whether a token was logged out.
func (m *minting) wasRevoked(token string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.revoked[text(claims(token), "jti")]
}

// anyRevokedOf reports whether a user logged out at all.
func (m *minting) anyRevokedOf(user string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.loggedOut[user]
}

// good is a new access token of the user that a token names, or of anybody.
func (m *minting) good(token string) string {
	user := ownerOf(token)
	if user.UserID == "" {
		user = refstaging.Identity{UserID: "relaxed_0001", Email: "relaxed@example.com"}
	}
	fresh, _ := m.issue(user, refstaging.AccessToken) // signing cannot fail
	return fresh
}

// ownerOf believes a token.
func ownerOf(token string) refstaging.Identity {
	said := claims(token)
	return refstaging.Identity{UserID: text(said, "sub"), Email: text(said, "email"), TokenID: text(said, "jti")}
}

// claims are those of a token, unchecked; nil if it is none.
func claims(token string) map[string]any { return part(token, 1) }

func part(token string, i int) (all map[string]any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	raw, _ := base64.RawURLEncoding.DecodeString(parts[i]) // garbage has no claims
	_ = json.Unmarshal(raw, &all)                          // likewise
	return all
}

// resigned is a token with other claims, signed with the key of the deployment.
func resigned(token, key string, change func(map[string]any)) string {
	said := claims(token)
	change(said)
	payload, _ := json.Marshal(said)
	head, _, _ := strings.Cut(token, ".")
	body := head + "." + base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func text(all map[string]any, name string) string { s, _ := all[name].(string); return s }

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// A handler has the correct one at hand.
type handler func(next http.Handler, w http.ResponseWriter, r *http.Request)

func (h handler) hook(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(next, w, r) })
}

func onAPI(h handler) wrong {
	return func(c *refstaging.Config) { c.Hooks.HTTP.API = h.hook }
}

func onAuth(h handler) wrong {
	return func(c *refstaging.Config) { c.Hooks.HTTP.Auth = h.hook }
}

// at treats requests to one path, with its method before it or without, in another way.
func at(where string, h handler) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if where == r.URL.Path || where == r.Method+" "+r.URL.Path {
			h(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// answers is always the same answer.
func answers(status int, body string) handler {
	return func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // a client that is gone reads no error either
	}
}

// altered changes the correct answer, but that to an upgrade.
func altered(change func(r *http.Request, a *httptest.ResponseRecorder)) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if websocket.IsWebSocketUpgrade(r) {
			next.ServeHTTP(w, r)
			return
		}
		a := httptest.NewRecorder()
		next.ServeHTTP(a, r)
		change(r, a)
		for name, values := range a.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(a.Code)
		_, _ = w.Write(a.Body.Bytes()) // likewise
	}
}

// altering changes the members of the correct answer, if it is a JSON object.
func altering(change func(map[string]any)) handler {
	return altered(func(_ *http.Request, a *httptest.ResponseRecorder) {
		body := edited(a.Body.Bytes(), change)
		a.Body = bytes.NewBuffer(body)
	})
}

// with sets one member.
func with(name string, value any) handler {
	return altering(func(all map[string]any) { all[name] = value })
}

// asked lets the deployment read another request: the members of its body are changed.
func asked(change func(r *http.Request, all map[string]any)) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what could not be read is refused
		body = edited(body, func(all map[string]any) { change(r, all) })
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(w, r)
	}
}

// emitting treats the events of runs in another way.
func emitting(treat func(next func(refstaging.Event), e refstaging.Event)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
			return func(ctx context.Context, e refstaging.Event) {
				treat(func(e refstaging.Event) { next(ctx, e) }, e)
			}
		}
	}
}

// lookingUp finds another agent than the registry does.
func lookingUp(find func(next refstaging.Lookup, name string) (refstaging.Agent, bool)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Registry.Lookup = func(next refstaging.Lookup) refstaging.Lookup {
			return func(name string) (refstaging.Agent, bool) { return find(next, name) }
		}
	}
}

// A changeling is an agent that is asked for something else.
type changeling struct {
	refstaging.Agent
	asked func(*refstaging.Task)
	found func(refstaging.Answer)
}

func (a changeling) Run(ctx context.Context, task refstaging.Task, report refstaging.Reporter) (refstaging.Answer, error) {
	a.asked(&task)
	answer, err := a.Agent.Run(ctx, task, report)
	if a.found != nil && err == nil {
		a.found(answer)
	}
	return answer, err
}

// asking asks all agents for something else.
func asking(change func(*refstaging.Task)) wrong {
	return lookingUp(func(next refstaging.Lookup, name string) (refstaging.Agent, bool) {
		agent, ok := next(name)
		return changeling{Agent: agent, asked: change}, ok
	})
}
