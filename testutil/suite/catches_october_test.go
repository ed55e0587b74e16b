package suite_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeOctoberBroken breaks what October does otherwise than September.
func TestStoriesSeeOctoberBroken(t *testing.T) {
	const golden, forms, follow, handshake = "CompleteGoldenPathUserFlow", "TokenForms", "FollowUpKeepsThread", "handshake/october"
	first := func(frame, member string) wrong {
		return (&relay{down: func(_ *passage, text []byte) []byte {
			return edited(text, func(all map[string]any) {
				if all["type"] == frame {
					delete(all, member)
				}
			})
		}}).wrong
	}
	caught(t, "october", []situation{
		{"the handshake is not completed", golden, unsent("handshake_complete"), handshake},
		{"handshake_response has no thread", golden, first("handshake_response", "thread_id"), handshake},
		{"there is no connection_established", golden, func(c *refstaging.Config) {
			c.Hooks.Sessions.Welcome = func(refstaging.WelcomeFrame) refstaging.WelcomeFrame {
				return func(*refstaging.Session, time.Time) any { return nil }
			}
		}, "handshake/no-welcome"},
		{"the welcome names half a user", golden, (&relay{down: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if data, ok := all["data"].(map[string]any); ok && all["type"] == "connection_established" {
					data["user_id"] = text(data, "user_id")[:8] + "..."
				}
			})
		}}).wrong, handshake},
		{"the acknowledgement ends the session", golden, routing("handshake_acknowledged", func(_ refstaging.Route, s *refstaging.Session, _ refstaging.Message) {
			s.Close(websocket.CloseProtocolError, "Handshake timeout")
		}), "handshake/closed"},
		{"the first message is lost", golden, func(c *refstaging.Config) {
			var heard atomic.Bool
			routing("user_message", func(next refstaging.Route, s *refstaging.Session, m refstaging.Message) {
				if heard.Swap(true) {
					next(s, m)
				}
			})(c)
		}, "lifecycle/silence"},
		{"the events are on another thread", golden, delivering(func(next refstaging.Deliver, to refstaging.Address, frame []byte) {
			to.ThreadID += "0"
			next(to, frame)
		}), "lifecycle/silence"},
		{"the events of all threads are heard", "ThreadsTakeTurns", delivering(func(next refstaging.Deliver, to refstaging.Address, frame []byte) {
			to.ThreadID = ""
			next(to, frame)
		}), "lifecycle/own-thread"},
		{"events lack their run", golden, (&relay{down: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if data, ok := all["data"].(map[string]any); ok && isOfRun(frame) {
					delete(data, "run_id")
				}
			})
		}}).wrong, "events/fields"},
		{"a conversation cannot go on in another session", "ConversationSurvivesReconnection", (&relay{up: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if kind := text(all, "type"); kind == "handshake_request" || kind == "session_request" {
					delete(all, "thread_id")
				}
			})
		}}).wrong, "infra/not-measured"},
		{"a follow-up remembers nothing", follow, asking(func(task *refstaging.Task) { task.Previous = nil }), "answer/figure"},
		{"the environment in a subprotocol is not known", forms, extracting(func(r *http.Request, token string) string {
			if strings.HasPrefix(r.Header.Get("Sec-WebSocket-Protocol"), "jwt.staging.") {
				return ""
			}
			return token
		}), "auth/token-refused"},
		{"the query is not looked at", forms, extracting(func(r *http.Request, token string) string {
			if r.URL.Query().Has("token") {
				return ""
			}
			return token
		}), "auth/token-refused"},
		{"any token in the query is taken", "BadCredentialsStayOutside", letsIn(func(r *http.Request) bool { return r.URL.Query().Has("token") }), "auth/bad-credentials-accepted"},
		{"any token opens /api/v1/websocket", "BadCredentialsStayOutside", letsIn(func(r *http.Request) bool { return r.URL.Path == "/api/v1/websocket" }), "auth/bad-credentials-accepted"},
		{"bad tokens are refused without an error frame", "BadCredentialsStayOutside", refuses(closes(1008, "Authentication failed", "")), "auth/refusal"},
		{"a claimed user id is believed", "ClaimedIdsAreNotBelieved", claiming("user_id", func(e *refstaging.Event, claimed string) { e.UserID, e.ThreadID = claimed, "" }), "isolation/stray"},
		{"an unknown agent is met with silence", "UnknownAgentIsReported", onError(func(func(refstaging.Event), refstaging.Event) {}), "lifecycle/silence"},
		{"an idle session hears no heartbeat", "IdleSessionStaysAlive", func(c *refstaging.Config) { c.HeartbeatEvery = time.Hour }, "latency/heartbeat"},
	})
}

// unsent loses what the deployment sends of one type.
func unsent(kind string) wrong {
	return (&relay{down: func(_ *passage, frame []byte) []byte {
		if text(members(frame), "type") == kind {
			return nil
		}
		return frame
	}}).wrong
}

// delivering sends the frames of events elsewhere.
func delivering(send func(next refstaging.Deliver, to refstaging.Address, frame []byte)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Emitter.Deliver = func(next refstaging.Deliver) refstaging.Deliver {
			return func(to refstaging.Address, frame []byte) { send(next, to, frame) }
		}
	}
}
