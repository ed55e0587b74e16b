package refstaging_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// One hook of each seam, flipped, shows on the wire.
func TestHooks(t *testing.T) {
	for name, tt := range map[string]struct {
		hooks func(*refstaging.Hooks)
		check func(t *testing.T, s *refstaging.Server)
	}{
		"token issue": {func(h *refstaging.Hooks) {
			h.Tokens.Issue = func(next refstaging.IssueToken) refstaging.IssueToken {
				return func(user refstaging.Identity, kind string) (string, error) {
					user.UserID = "demo-user-001"
					return next(user, kind)
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			me := call(t, "GET", s.AuthURL()+"/auth/me", bearer(login(t, s, "a").access), nil)
			assert.Equal(t, "demo-user-001", me.json["user_id"])
		}},
		"token validation": {func(h *refstaging.Hooks) {
			h.Tokens.Validate = func(refstaging.ValidateToken) refstaging.ValidateToken {
				return func(string, string) (refstaging.Identity, error) { return refstaging.Identity{UserID: "anybody"}, nil }
			}
		}, func(t *testing.T, s *refstaging.Server) { connect(t, s, "garbage") }},
		"token revocation": {func(h *refstaging.Hooks) {
			h.Tokens.Revoke = func(refstaging.RevokeToken) refstaging.RevokeToken { return func(refstaging.Identity) {} }
		}, func(t *testing.T, s *refstaging.Server) {
			token := login(t, s, "a").access
			call(t, "POST", s.AuthURL()+"/auth/logout", bearer(token), nil)
			connect(t, s, token)
		}},
		"negotiation": {func(h *refstaging.Hooks) {
			h.Handshake.Negotiate = func(refstaging.Negotiate) refstaging.Negotiate {
				return func([]string) (string, bool) { return "", false }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			header := bearer(login(t, s, "a").access)
			header.Set("Upgrade", "websocket")
			header.Set("Connection", "Upgrade")
			header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			header.Set("Sec-WebSocket-Version", "13")
			assert.Equal(t, 403, call(t, "GET", s.APIURL()+"/ws", header, nil).status)
		}},
		"token extraction": {func(h *refstaging.Hooks) {
			h.Handshake.Extract = func(refstaging.ExtractToken) refstaging.ExtractToken {
				return func(*http.Request) string { return "" }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			assertRefused(t, dial(t, s.WebSocketURL(), bearer(login(t, s, "a").access)))
		}},
		"acceptance": {func(h *refstaging.Hooks) {
			h.Handshake.Accept = func(refstaging.Accept) refstaging.Accept {
				return func(r *http.Request) error {
					return &refstaging.Refusal{Frame: object{"type": "error_message", "error_code": r.URL.Path}, Code: 1011, Reason: "Internal error"}
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := dial(t, s.WebSocketURL(), bearer(login(t, s, "a").access))
			assert.Equal(t, "/ws", c.read()["error_code"])
			assert.Equal(t, "Internal error", c.closed().Text)
		}},
		"validation that refuses in its own way": {func(h *refstaging.Hooks) {
			h.Tokens.Validate = func(refstaging.ValidateToken) refstaging.ValidateToken {
				return func(string, string) (refstaging.Identity, error) {
					return refstaging.Identity{}, &refstaging.Refusal{Code: 1008, Reason: "SSOT Auth failed"}
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			assert.Equal(t, "SSOT Auth failed", dial(t, s.WebSocketURL(), nil).closed().Text)
			assert.Equal(t, 401, call(t, "GET", s.APIURL()+"/api/threads", bearer("any"), nil).status)
		}},
		"reception": {func(h *refstaging.Hooks) {
			h.Router.Receive = func(next refstaging.Receive) refstaging.Receive {
				return func(s *refstaging.Session, kind int, frame []byte) {
					next(s, kind, bytes.ReplaceAll(frame, []byte("chat"), []byte(s.Path()[1:])))
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := connect(t, s, login(t, s, "a").access)
			c.send(object{"type": "chat"})
			assert.Equal(t, "ws", c.read()["received_type"])
		}},
		"application": {func(h *refstaging.Hooks) {
			h.HTTP.App = func(http.Handler) http.Handler { return http.NotFoundHandler() }
		}, func(t *testing.T, s *refstaging.Server) {
			r := call(t, "GET", s.APIURL()+"/health", http.Header{"Origin": {s.AppURL()}}, nil)
			assert.Equal(t, 404, r.status)
			assert.Equal(t, s.AppURL(), r.header.Get("Access-Control-Allow-Origin"))
		}},
		"session factory": {func(h *refstaging.Hooks) {
			h.Sessions.Open = func(refstaging.OpenSession) refstaging.OpenSession {
				return func(u refstaging.Identity) (refstaging.Identity, error) { return u, errors.New("factory") }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := dial(t, s.WebSocketURL(), bearer(login(t, s, "a").access))
			assert.Equal(t, "SERVICE_INIT_FAILED", c.read()["error_code"])
			assert.Equal(t, 1011, c.closed().Code)
		}},
		"refusal": {func(h *refstaging.Hooks) {
			h.Sessions.Refuse = func(next refstaging.RefuseSession) refstaging.RefuseSession {
				return func(user refstaging.Identity, why error) *refstaging.Refusal {
					refused := next(user, why)
					refused.Reason = "because"
					return refused
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := dial(t, s.WebSocketURL(), bearer("garbage"))
			assert.Equal(t, "AUTH_FAILED", c.read()["error_code"])
			closed := c.closed()
			assert.Equal(t, 1008, closed.Code)
			assert.Equal(t, "because", closed.Text)
		}},
		"welcome": {func(h *refstaging.Hooks) {
			h.Sessions.Welcome = func(refstaging.WelcomeFrame) refstaging.WelcomeFrame {
				return func(*refstaging.Session, time.Time) any { return nil }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := dial(t, s.WebSocketURL(), bearer(login(t, s, "a").access))
			c.send(object{"type": "ping"})
			assert.Equal(t, "pong", c.read()["type"], "no welcome came first")
		}},
		"router": {func(h *refstaging.Hooks) {
			h.Router.Route = func(refstaging.Route) refstaging.Route {
				return func(s *refstaging.Session, m refstaging.Message) {
					s.Reply(object{"type": "ack", "received_type": m.Type, "user_id": s.UserID()})
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := connect(t, s, login(t, s, "a").access)
			c.send(object{"type": "chat", "content": "Add 1."})
			assert.Equal(t, object{"type": "ack", "received_type": "chat", "user_id": "e2e-a"}, c.read())
		}},
		"router closes": {func(h *refstaging.Hooks) {
			h.Router.Route = func(refstaging.Route) refstaging.Route {
				return func(s *refstaging.Session, _ refstaging.Message) { s.Close(1000, "main cleanup") }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := connect(t, s, login(t, s, "a").access)
			c.send(object{"type": "ping"})
			assert.Equal(t, 1000, c.closed().Code)
		}},
		"attribution": {func(h *refstaging.Hooks) {
			h.Router.Attribute = func(refstaging.Attribute) refstaging.Attribute {
				return func(*refstaging.Session, refstaging.Message) refstaging.Identity {
					return refstaging.Identity{UserID: "e2e-victim"}
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			victim, other := connect(t, s, login(t, s, "victim").access), connect(t, s, login(t, s, "a").access)
			other.send(object{"type": "chat", "content": "Add 1 and 2."})
			assert.Equal(t, "e2e-victim", victim.readUntil(outcome)[0]["user_id"])
		}},
		"session count": {func(h *refstaging.Hooks) {
			h.Sessions.Count = func(next refstaging.CountSessions) refstaging.CountSessions {
				return func(user string) int { return next(user) + 10 }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := dial(t, s.WebSocketURL(), bearer(login(t, s, "a").access))
			assert.Equal(t, "CONNECTION_LIMIT", c.read()["error_code"])
			assert.Equal(t, 1013, c.closed().Code)
		}},
		"emit to one session": {func(h *refstaging.Hooks) {
			h.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
				return func(ctx context.Context, e refstaging.Event) {
					if e.Type == refstaging.AgentThinking {
						e.SessionID = "nobody's"
					}
					next(ctx, e)
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			frames := connect(t, s, login(t, s, "a").access).ask("Add 1 and 2.")
			assert.Equal(t, []string{"agent_started", "tool_executing", "tool_completed", "agent_completed"}, types(frames))
		}},
		"registry": {func(h *refstaging.Hooks) {
			h.Registry.Lookup = func(next refstaging.Lookup) refstaging.Lookup {
				return func(name string) (refstaging.Agent, bool) {
					if name == "triage" {
						return nil, false
					}
					return next(name)
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := connect(t, s, login(t, s, "a").access)
			c.send(object{"type": "agent_request", "agent": "triage", "content": "Add 1."})
			assert.Equal(t, "Agent triage not found in registry", c.read()["data"].(object)["error_message"])
		}},
		"emit drops": {func(h *refstaging.Hooks) {
			h.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
				return func(ctx context.Context, e refstaging.Event) {
					if e.Type != refstaging.AgentThinking {
						next(ctx, e)
					}
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			frames := connect(t, s, login(t, s, "a").access).ask("Add 1 and 2.")
			assert.Equal(t, []string{"agent_started", "tool_executing", "tool_completed", "agent_completed"}, types(frames))
		}},
		"emit waits": {func(h *refstaging.Hooks) {
			h.Emitter.Emit = func(refstaging.Emit) refstaging.Emit {
				return func(ctx context.Context, _ refstaging.Event) { <-ctx.Done() }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			c := connect(t, s, login(t, s, "a").access)
			c.send(object{"type": "chat", "content": "Add 1 and 2."})
			go s.Close() // start's clean-up waits for it
			assert.Equal(t, 1001, c.closed().Code, "nothing was emitted, and closing ends the wait")
		}},
		"auth service down": {func(h *refstaging.Hooks) {
			h.Tokens.Validate = func(refstaging.ValidateToken) refstaging.ValidateToken {
				return func(string, string) (refstaging.Identity, error) {
					return refstaging.Identity{}, refstaging.ErrAuthUnavailable
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			token := login(t, s, "a").access
			assert.Equal(t, 503, call(t, "GET", s.APIURL()+"/api/threads", bearer(token), nil).status)
			assert.Equal(t, 1011, dial(t, s.WebSocketURL(), bearer(token)).closed().Code)
			breakers := call(t, "GET", s.APIURL()+"/api/circuit-breakers/status", nil, nil).json["circuit_breakers"].(object)
			assert.Equal(t, "100.00%", breakers["auth_service"].(object)["stats"].(object)["failure_rate"])
		}},
		"encode": {func(h *refstaging.Hooks) {
			h.Emitter.Encode = func(next refstaging.Encode) refstaging.Encode {
				return func(e refstaging.Event) ([]byte, error) {
					frame, err := next(e)
					return bytes.Replace(frame, []byte(`"type":"agent_thinking"`), []byte(`"type":"reasoning"`), 1), err
				}
			}
		}, func(t *testing.T, s *refstaging.Server) {
			assert.Equal(t, "reasoning", connect(t, s, login(t, s, "a").access).ask("Add 1 and 2.")[1]["type"])
		}},
		"deliver repeats": {func(h *refstaging.Hooks) {
			h.Emitter.Deliver = func(next refstaging.Deliver) refstaging.Deliver {
				return func(to refstaging.Address, frame []byte) { next(to, frame); next(to, frame) }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			frames := connect(t, s, login(t, s, "a").access).ask("Add 1 and 2.")
			assert.Equal(t, frames[0], frames[1], "the same event id twice")
		}},
		"deliver misroutes": {func(h *refstaging.Hooks) {
			h.Emitter.Deliver = func(next refstaging.Deliver) refstaging.Deliver {
				return func(_ refstaging.Address, frame []byte) { next(refstaging.Address{UserID: "e2e-victim"}, frame) }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			victim, other := connect(t, s, login(t, s, "victim").access), connect(t, s, login(t, s, "a").access)
			other.send(object{"type": "chat", "content": "Add 1 and 2."})
			assert.Equal(t, "e2e-a", victim.readUntil(outcome)[0]["user_id"])
		}},
		"health": {func(h *refstaging.Hooks) {
			h.Health.Check = func(refstaging.Check) refstaging.Check {
				return func(service string) error { return errors.New(service + " is down") }
			}
		}, func(t *testing.T, s *refstaging.Server) {
			assert.Equal(t, 503, call(t, "GET", s.AuthURL()+"/health", nil, nil).status)
			assert.Equal(t, "auth is down", call(t, "GET", s.AuthURL()+"/health/ready", nil, nil).json["reason"])
			assert.Equal(t, "unhealthy", call(t, "GET", s.APIURL()+"/health/ready", nil, nil).json["status"])
			assert.Equal(t, 503, call(t, "GET", s.APIURL()+"/api/monitoring/ping", nil, nil).status)
		}},
		"http": {func(h *refstaging.Hooks) {
			teapot := func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
			}
			h.HTTP.Auth, h.HTTP.API = teapot, teapot
		}, func(t *testing.T, s *refstaging.Server) {
			assert.Equal(t, 418, call(t, "GET", s.AuthURL()+"/health", nil, nil).status)
			assert.Equal(t, 418, call(t, "GET", s.APIURL()+"/ws", nil, nil).status)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var cfg refstaging.Config
			tt.hooks(&cfg.Hooks)
			tt.check(t, start(t, cfg))
			require.NoError(t, t.Context().Err())
		})
	}
}
