package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var handshakeFaults = map[string]fault{
	// The server takes one entry of the form jwt.<token>, and no other way of offering it in subprotocols.
	"handshake-token-format-disagreement": func(s *seams) {
		s.accepting(func(r *http.Request) error {
			offered := websocket.Subprotocols(r)
			if r.Header.Get("Authorization") != "" || len(offered) == 0 || len(offered) == 1 && isRawToken(offered[0]) {
				return nil
			}
			return &refstaging.Refusal{
				Frame: errorFrame("NO_TOKEN", "No JWT in WebSocket headers or subprotocols"),
				Code:  websocket.ClosePolicyViolation, Reason: "SSOT Auth failed",
			}
		})
	},
	"handshake-jwt-auth-unsupported": func(s *seams) {
		around(&s.Hooks.Handshake.Negotiate, func(next refstaging.Negotiate) refstaging.Negotiate {
			return func(offered []string) (string, bool) {
				known := slices.DeleteFunc(slices.Clone(offered), func(name string) bool {
					return name == "jwt-auth" || strings.HasPrefix(name, "jwt-auth.")
				})
				chosen, ok := next(known)
				return chosen, ok && (len(offered) == 0 || len(known) > 0) // 403, which was close 1003
			}
		})
	},
	// The first entry is chosen although the second has the token, and then no other is looked at.
	"handshake-protocol-order-dependent": func(s *seams) {
		around(&s.Hooks.Handshake.Negotiate, func(next refstaging.Negotiate) refstaging.Negotiate {
			return func(offered []string) (string, bool) { return next(offered[:min(1, len(offered))]) }
		})
		around(&s.Hooks.Handshake.Extract, func(next refstaging.ExtractToken) refstaging.ExtractToken {
			return func(r *http.Request) string {
				if offered := websocket.Subprotocols(r); len(offered) > 1 {
					r = r.Clone(r.Context())
					r.Header.Set("Sec-WebSocket-Protocol", offered[0])
				}
				return next(r)
			}
		})
	},
	// The embedded target has no other host than the balancer's.
	"handshake-lb-strips-auth": func(s *seams) {
		s.app(upgrading(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Authorization")
			r.Header.Del("Sec-WebSocket-Protocol")
			next.ServeHTTP(w, r)
		}))
		s.accepting(func(*http.Request) error { return internalError("") })
	},
	"handshake-waf-block": func(s *seams) {
		s.api(upgrading(at("/ws", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "Google Frontend")
			page(w, http.StatusForbidden, "<!doctype html><meta charset=\"utf-8\"><title>403</title>403 Forbidden")
		})))
	},
	"handshake-scope-error": func(s *seams) {
		s.app(upgrading(at("/ws", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("Internal Server Error")) // a client that is gone reads no error either
		})))
	},
	"handshake-route-missing": func(s *seams) {
		s.app(upgrading(status(http.StatusNotFound, `{"detail":"Not Found"}`)))
	},
	"handshake-readiness-refuses-forever": func(s *seams) {
		s.app(upgrading(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "10")
			status(http.StatusServiceUnavailable, `{"error":"service_not_ready","message":"WebSocket service is not ready. `+
				`Startup phase is unknown.","details":{"state":"unknown","failed_services":[],"retry_after_seconds":10,`+
				`"issue_reference":"#449"}}`)(next, w, r)
		}))
	},
	"handshake-startup-race": func(s *seams) {
		var started atomic.Int64
		around(&s.Hooks.Startup.Phase, func(next refstaging.StartPhase) refstaging.StartPhase { return noting(&started, next) })
		s.accepting(func(*http.Request) error {
			if time.Since(time.Unix(0, started.Load())) < startRace && s.chance.strikes(0.5) {
				return internalError("")
			}
			return nil
		})
	},
	"handshake-state-machine-stuck": func(s *seams) {
		around(&s.Hooks.Router.Receive, func(refstaging.Receive) refstaging.Receive {
			return func(*refstaging.Session, int, []byte) {}
		})
	},
	"handshake-endpoint-name-error": func(s *seams) {
		s.accepting(func(*http.Request) error { return internalError("") })
	},
	"handshake-first-frame-error": func(s *seams) {
		s.opening(func() error {
			return &refstaging.Refusal{Frame: connectionError(), Code: websocket.CloseInternalServerErr, Reason: "main mode error"}
		})
	},
	"handshake-hangs": func(s *seams) {
		s.app(upgrading(func(_ http.Handler, _ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done(): // the client gave up
			case <-time.After(longest):
			}
			panic(http.ErrAbortHandler) // no answer, ever
		}))
	},
	// A second path is enough to match: no client of ours has one of the words in its User-Agent.
	"handshake-wrong-mode-echo": func(s *seams) {
		around(&s.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
			return func(session *refstaging.Session, m refstaging.Message) {
				if session.Path() != "/api/v1/websocket" {
					next(session, m)
					return
				}
				session.Reply(enveloped("factory_response", map[string]any{"message": "Processed via factory pattern: " + m.Type}))
			}
		})
	},
	// All builders of error frames fail: that of what cannot be read, and that of what is not admitted.
	"handshake-error-report-crash": func(s *seams) {
		around(&s.Hooks.Router.Receive, func(next refstaging.Receive) refstaging.Receive {
			return func(session *refstaging.Session, kind int, frame []byte) {
				if kind == websocket.TextMessage && !json.Valid(frame) {
					session.Close(websocket.CloseInternalServerErr, "main mode error")
					return
				}
				next(session, kind, frame)
			}
		})
		around(&s.Hooks.Tokens.Validate, func(next refstaging.ValidateToken) refstaging.ValidateToken {
			return func(token, kind string) (refstaging.Identity, error) {
				user, err := next(token, kind)
				if err != nil && kind == refstaging.AccessToken {
					err = crashed{err}
				}
				return user, err
			}
		})
	},
}

const (
	// startRace is what is left of the 3 to 8 s that services need, in the scale of an embedded run.
	startRace = 2 * time.Second
	// longest bounds every wait of a fault.
	longest = 20 * time.Second
)

// noting remembers when an instance of the backend has started.
func noting(started *atomic.Int64, next refstaging.StartPhase) refstaging.StartPhase {
	return func(ctx context.Context, i *refstaging.Instance, name string) error {
		err := next(ctx, i, name)
		if name == "FINALIZE" {
			started.Store(time.Now().UnixNano())
		}
		return err
	}
}

// crashed is an error whose report fails with another one. To REST, whose reports are made elsewhere, it is
// the first.
type crashed struct{ error }

func (c crashed) Unwrap() []error { return []error{c.error, internalError("main mode error")} }

func isRawToken(name string) bool {
	token, ok := strings.CutPrefix(name, "jwt.")
	return ok && strings.Count(token, ".") == 2
}
