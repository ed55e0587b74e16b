package faults

import (
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideHandshake are failures of the beginning and the end of sessions that no catalogue knows.
var besideHandshake = map[string]fault{
	"beside-handshake-closed":      quotaOfMessages,
	"beside-handshake-place-freed": highWater,
	"beside-handshake-october":     halfOctober,
	"beside-handshake-connection-id": func(s *seams) {
		s.welcoming(func(at *refstaging.Session, all map[string]any) bool {
			all["connection_id"] = "ws_" + at.UserID()
			return true
		})
	},
	"beside-handshake-no-welcome": func(s *seams) {
		sessions := &tally{}
		s.welcoming(func(at *refstaging.Session, _ map[string]any) bool { return sessions.count(at.UserID()) != 2 })
	},
	"beside-handshake-first-frame": func(s *seams) {
		s.sockets(saysFirst(errorFrame("DEGRADED_MODE", "Telemetry is not available, continuing without it")))
	},
	"beside-handshake-order": func(s *seams) {
		s.sockets(saysFirst(enveloped(refstaging.AgentThinking, map[string]any{"thought": "Warming up", "step_number": 1})))
	},
	"beside-handshake-refused": func(s *seams) {
		sessions := &tally{}
		s.openingFor(func(user refstaging.Identity) error {
			if sessions.count(user.UserID) != 2 {
				return nil
			}
			return &refstaging.Refusal{Code: websocket.CloseServiceRestart, Reason: "worker recycled"}
		})
	},
	"beside-handshake-refusal": func(s *seams) {
		around(&s.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
			return func(user refstaging.Identity, why error) *refstaging.Refusal {
				r := next(user, why)
				if errors.Is(why, refstaging.ErrSessionLimit) {
					r.Frame = nil
				}
				return r
			}
		})
	},
	"beside-handshake-provoked": func(s *seams) {
		s.routing(of(""), func(next refstaging.Route, at *refstaging.Session, m refstaging.Message) {
			if m.Content() != "" {
				m.Type = "user_message" // by default
			}
			next(at, m)
		})
	},
	"beside-handshake-restart": func(s *seams) {
		s.sockets(closing(websocket.CloseGoingAway, websocket.CloseTryAgainLater))
	},
	"beside-handshake-subprotocol": func(s *seams) {
		around(&s.Hooks.Handshake.Negotiate, func(next refstaging.Negotiate) refstaging.Negotiate {
			return func(offered []string) (string, bool) {
				chosen, ok := next(offered)
				if chosen != "" {
					chosen = "Bearer" // which is the scheme of the header
				}
				return chosen, ok
			}
		})
	},
}

// welcoming changes what a welcome says, or lets it fall silent by returning false.
func (s *seams) welcoming(change func(at *refstaging.Session, all map[string]any) bool) {
	around(&s.Hooks.Sessions.Welcome, func(next refstaging.WelcomeFrame) refstaging.WelcomeFrame {
		return func(at *refstaging.Session, now time.Time) any {
			frame := next(at, now)
			raw, _ := json.Marshal(frame) // it is sent as JSON
			var all map[string]any
			_ = json.Unmarshal(raw, &all) // an object
			said := all
			if data, nested := all["data"].(map[string]any); nested {
				said = data
			}
			if !change(at, said) {
				return nil
			}
			return all
		}
	})
}

// quotaOfMessages closes a session in good order when it has said enough.
func quotaOfMessages(s *seams) {
	const most = 2
	said := &tally{}
	s.routing(anyMessage, func(next refstaging.Route, at *refstaging.Session, m refstaging.Message) {
		if said.count(at.ID()) > most {
			at.Close(websocket.CloseNormalClosure, "message quota reached")
			return
		}
		next(at, m)
	})
}

// highWater counts as many sessions of a user as there ever were at once.
func highWater(s *seams) {
	var mu sync.Mutex
	most := map[string]int{}
	around(&s.Hooks.Sessions.Count, func(next refstaging.CountSessions) refstaging.CountSessions {
		return func(user string) int {
			mu.Lock()
			defer mu.Unlock()
			most[user] = max(most[user], next(user))
			return most[user]
		}
	})
}

// halfOctober greets as October does, and does not know the answer of the client.
func halfOctober(s *seams) {
	s.sockets(saysFirst(map[string]any{
		"type": "handshake_response", "thread_id": "thread_cli_1", "run_id": "run_cli_1", "request_id": "req_cli_1",
		"session_token": "none", "timestamp": time.Now().UTC().Format(time.RFC3339), "message": "Handshake ready",
	}))
	around(&s.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
		return func(at *refstaging.Session, m refstaging.Message) {
			if !of(handshakes...)(m) {
				next(at, m)
			}
		}
	})
}

// saysFirst sends a frame before the first one of a session.
func saysFirst(frame any) func(net.Conn) net.Conn {
	raw, _ := json.Marshal(frame) // maps of plain values
	return func(conn net.Conn) net.Conn { return &early{Conn: conn, frame: textFrame(raw)} }
}

// closing ends sessions with another code.
func closing(code, otherwise int) func(net.Conn) net.Conn {
	return func(conn net.Conn) net.Conn { return &recoded{conn, code, otherwise} }
}
