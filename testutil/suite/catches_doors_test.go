package suite_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeOpenDoors leaves one door open for credentials that must not open it.
func TestStoriesSeeOpenDoors(t *testing.T) {
	const bad, logout, accepted = "BadCredentialsStayOutside", "LogoutEndsOneToken", "auth/bad-credentials-accepted"
	caught(t, "september", []situation{
		{"any token opens /api/v1/websocket", bad, letsIn(func(r *http.Request) bool { return r.URL.Path == "/api/v1/websocket" }), accepted},
		{"any token opens the legacy mode", bad, letsIn(func(r *http.Request) bool { return r.URL.Query().Get("mode") == "legacy" }), accepted},
		{"any token of a browser opens", bad, letsIn(func(r *http.Request) bool {
			return r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Sec-WebSocket-Protocol"), "jwt-auth")
		}), accepted},
		{"any token opens the isolated mode", bad, letsIn(func(r *http.Request) bool { return r.URL.Query().Get("mode") == "isolated" }), accepted},
		{"who has no token is let in", bad, letsIn(func(r *http.Request) bool {
			return r.Header.Get("Authorization") == "" && r.Header.Get("Sec-WebSocket-Protocol") == ""
		}), accepted},
		{"another scheme is taken for Bearer", bad, letsIn(func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Authorization"), "Token ") }), accepted},
		{"a refresh token is taken for an access token", bad, validating(func(next refstaging.ValidateToken, token, kind string, err error) (refstaging.Identity, error) {
			return next(token, refstaging.RefreshToken)
		}), accepted},
		{"alg none is believed", bad, believing(func(token string) bool { return text(part(token, 0), "alg") == "none" }), accepted},
		{"signatures are not checked", bad, believing(func(token string) bool { return text(part(token, 0), "alg") == "HS256" }), accepted},
		{"REST lets in who has no token", bad, onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/agents/stream" && r.Header.Get("Authorization") == "" {
				answers(http.StatusOK, `{"available":true,"supported_agents":[]}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		}), accepted},
		{"REST agents ask nobody for a token", bad, onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/agents/") && r.Method == http.MethodPost && r.Header.Get("Authorization") == "" {
				answers(http.StatusOK, `{"status":"success","agent":"data","response":"It is 7.","execution_time":0.1,"circuit_breaker_state":"CLOSED","error":null}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		}), accepted},
		{"a logged-out token opens the WebSocket", logout, forgetsLogout("websocket"), accepted},
		{"a logged-out token opens the backend", logout, forgetsLogout("api"), accepted},
		{"a logged-out token opens the auth service", logout, forgetsLogout("auth"), accepted},
		{"a logout ends all tokens of the user", logout, func(c *refstaging.Config) {
			m := mint(c)
			c.Hooks.Tokens.Validate = func(next refstaging.ValidateToken) refstaging.ValidateToken {
				return func(token, kind string) (refstaging.Identity, error) {
					user, err := next(token, kind)
					if err == nil && m.anyRevokedOf(user.UserID) {
						return next("", kind)
					}
					return user, err
				}
			}
		}, "auth/verify"},
		{"an expired token is taken", "TokenExpiresDuringSession", believing(func(token string) bool { return text(claims(token), "token_type") == "access" }), accepted},
	})
}

// TestStoriesSeeOtherRefusals refuses what must be refused, but in another way.
func TestStoriesSeeOtherRefusals(t *testing.T) {
	const bad, burst, form = "BadCredentialsStayOutside", "BurstOfBadCredentialsChangesNothing", "auth/refusal"
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	caught(t, "september", []situation{
		{"403 at the upgrade", bad, refuses(status(http.StatusForbidden)), form},
		{"500 at the upgrade", bad, refuses(status(http.StatusInternalServerError)), form},
		{"404 at the upgrade", bad, refuses(status(http.StatusNotFound)), form},
		{"a close without an error frame", bad, refuses(closes(1008, "Authentication failed", "")), form},
		{"another code of the error", bad, refuses(closes(1008, "Authentication failed", "VALIDATION_FAILED")), form},
		{"close 1011", bad, refuses(closes(1011, "Internal error", "INTERNAL_ERROR")), form},
		{"close 1000", bad, refuses(closes(1000, "", "AUTH_FAILED")), form},
		{"silence", "TokenForms", refuses(closes(0, "", "")), form},
		{"REST answers 403 without credentials", bad, onAPI(altersRefusals(http.StatusForbidden, func(r *http.Request) bool { return r.Header.Get("Authorization") == "" })), form},
		{"REST answers 403 to a bad token", bad, onAuth(altersRefusals(http.StatusForbidden, func(r *http.Request) bool { return r.Header.Get("Authorization") != "" })), form},
		{"REST answers 500 to a bad token", bad, onAPI(altersRefusals(http.StatusInternalServerError, func(*http.Request) bool { return true })), form},
		{"another refusal after ten", burst, refusesAfter(10), "auth/refusal-stable"},
		{"good tokens are refused after a burst", burst, func(c *refstaging.Config) {
			var failures atomic.Int64
			c.Hooks.Tokens.Validate = func(next refstaging.ValidateToken) refstaging.ValidateToken {
				return func(token, kind string) (refstaging.Identity, error) {
					if failures.Load() > 10 {
						token = ""
					}
					user, err := next(token, kind)
					if err != nil {
						failures.Add(1)
					}
					return user, err
				}
			}
		}, "auth/recovery"},
		{"a breaker lets all in after a burst", burst, func(c *refstaging.Config) {
			var failures atomic.Int64
			validating(func(_ refstaging.ValidateToken, token, _ string, err error) (refstaging.Identity, error) {
				if failures.Add(1) > 20 {
					return ownerOf(token), nil
				}
				return refstaging.Identity{}, err
			})(c)
		}, "auth/bad-credentials-accepted"},
	})
}

// letsIn takes whatever is offered for good at some doors.
func letsIn(where func(*http.Request) bool) wrong {
	return func(c *refstaging.Config) {
		m := mint(c)
		c.Hooks.Handshake.Extract = func(next refstaging.ExtractToken) refstaging.ExtractToken {
			return func(r *http.Request) string {
				token := next(r)
				if !where(r) {
					return token
				}
				return m.good(token)
			}
		}
	}
}

// validating judges again what the deployment refuses.
func validating(again func(next refstaging.ValidateToken, token, kind string, err error) (refstaging.Identity, error)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Tokens.Validate = func(next refstaging.ValidateToken) refstaging.ValidateToken {
			return func(token, kind string) (refstaging.Identity, error) {
				user, err := next(token, kind)
				if err != nil && kind == refstaging.AccessToken {
					return again(next, token, kind, err)
				}
				return user, err
			}
		}
	}
}

// believing takes some tokens for what they say.
func believing(which func(token string) bool) wrong {
	return validating(func(_ refstaging.ValidateToken, token, _ string, err error) (refstaging.Identity, error) {
		if user := ownerOf(token); user.UserID != "" && which(token) {
			return user, nil
		}
		return refstaging.Identity{}, err
	})
}

// forgetsLogout takes tokens that were given back, at one place.
func forgetsLogout(place string) wrong {
	return func(c *refstaging.Config) {
		m := mint(c)
		revive := func(token string) string {
			if m.wasRevoked(token) {
				return m.good(token)
			}
			return token
		}
		onREST := func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if token := bearer(r); !websocket.IsWebSocketUpgrade(r) && m.wasRevoked(token) {
				r.Header.Set("Authorization", "Bearer "+revive(token))
			}
			next.ServeHTTP(w, r)
		}
		switch place {
		case "api":
			onAPI(onREST)(c)
		case "auth":
			onAuth(at("/auth/me", onREST))(c)
		default:
			c.Hooks.Handshake.Extract = func(next refstaging.ExtractToken) refstaging.ExtractToken {
				return func(r *http.Request) string { return revive(next(r)) }
			}
		}
	}
}

// refuses answers upgrades with bad credentials in its own way.
func refuses(otherwise http.HandlerFunc) wrong {
	return func(c *refstaging.Config) {
		m := mint(c)
		onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if websocket.IsWebSocketUpgrade(r) {
				if _, err := m.validate(m.extract(r), refstaging.AccessToken); err != nil {
					otherwise(w, r)
					return
				}
			}
			next.ServeHTTP(w, r)
		})(c)
	}
}

// refusesAfter changes its way of refusing.
func refusesAfter(n int64) wrong {
	var refused atomic.Int64
	usual := closes(1008, "Authentication failed", "AUTH_FAILED")
	return refuses(func(w http.ResponseWriter, r *http.Request) {
		if refused.Add(1) > n {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		usual(w, r)
	})
}

// closes upgrades, sends an error frame if there is one, and closes; with code 0 it only waits.
func closes(code int, reason, failure string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &passage{client: upgraded(w, r, firstOffered(r))}
		if p.client == nil {
			return
		}
		defer p.client.Close()
		if failure != "" {
			p.say(fmt.Appendf(nil, `{"type":"error_message","error_code":%q,"error_message":"Authentication failed",`+
				`"details":{},"timestamp":%d,"recovery_suggestions":null}`, failure, time.Now().Unix()))
		}
		if code != 0 {
			p.hangUp(code, reason)
		}
		for {
			if _, _, err := p.client.ReadMessage(); err != nil {
				return
			}
		}
	}
}

func firstOffered(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Sec-WebSocket-Protocol"), ",")
	return strings.TrimSpace(first)
}

// altersRefusals answers 401 with another status.
func altersRefusals(status int, of func(*http.Request) bool) handler {
	return altered(func(r *http.Request, a *httptest.ResponseRecorder) {
		if a.Code == http.StatusUnauthorized && of(r) {
			a.Code = status
		}
	})
}
