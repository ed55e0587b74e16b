package suite_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeOtherTokenForms breaks one way of offering a token.
func TestStoriesSeeOtherTokenForms(t *testing.T) {
	const forms, refused = "TokenForms", "auth/token-refused"
	caught(t, "september", []situation{
		{"bearer.<token> is not looked at", forms, extracting(func(r *http.Request, token string) string {
			if strings.HasPrefix(r.Header.Get("Sec-WebSocket-Protocol"), "bearer.") {
				return ""
			}
			return token
		}), refused},
		{"only the first subprotocol is looked at", forms, extracting(func(r *http.Request, token string) string {
			if firstOffered(r) == "jwt-auth" && r.Header.Get("Authorization") == "" {
				return ""
			}
			return token
		}), refused},
		{"Authorization alone is not enough", forms, extracting(func(r *http.Request, token string) string {
			if r.Header.Get("Sec-WebSocket-Protocol") == "" {
				return ""
			}
			return token
		}), refused},
		{"a token in the query is taken", forms, extracting(func(r *http.Request, token string) string {
			if inQuery := r.URL.Query().Get("token"); inQuery != "" {
				return inQuery
			}
			return token
		}), "auth/bad-credentials-accepted"},
		{"an unoffered subprotocol is chosen", forms, negotiating(func([]string, string, bool) (string, bool) { return "netra-chat", true }), "handshake/subprotocol"},
		{"what is not supported is accepted", "BadCredentialsStayOutside", negotiating(func(_ []string, chosen string, _ bool) (string, bool) { return chosen, true }), "auth/refusal"},
		{"one subprotocol alone is refused", forms, negotiating(func(offered []string, chosen string, ok bool) (string, bool) {
			return chosen, ok && !slices.Equal(offered, []string{chosen})
		}), refused},
		{"no session at /api/v1/websocket", "MainDoorsOpen", onAPI(at("/api/v1/websocket", func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			closes(1011, "main mode error", "")(w, r)
		})), "handshake/refused"},
		{"no upgrade at /api/v1/websocket", "MainDoorsOpen", onAPI(at("/api/v1/websocket", answers(http.StatusInternalServerError, "{}"))), "infra/upgrade-refused"},
		{"a token serves once", "TokenServesManyTimes", func(c *refstaging.Config) {
			var used atomic.Bool
			extracting(func(_ *http.Request, token string) string {
				if used.Swap(true) {
					return ""
				}
				return token
			})(c)
		}, refused},
	})
}

// TestStoriesSeeLostMessages breaks what one kind of message does.
func TestStoriesSeeLostMessages(t *testing.T) {
	const types, places, control = "EveryPromptTypeIsAnswered", "ContentIsFoundWhereverItMayStand", "ControlMessagesAreAnswered"
	rows := []situation{
		{"user_input is acknowledged and nothing runs", types, routing("user_input", acknowledged), "lifecycle/acknowledged-only"},
		{"EXECUTE_AGENT is not heard", types, routing("EXECUTE_AGENT", unheard), "lifecycle/silence"},
		{"start_agent is refused as unknown", types, routing("start_agent", func(_ refstaging.Route, s *refstaging.Session, _ refstaging.Message) {
			s.Reply(json.RawMessage(`{"type":"error","message":"Unknown message type"}`))
		}), "lifecycle/failed"},
		{"content at the root is ignored", places, (&relay{up: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if all["payload"] == nil {
					maps.DeleteFunc(all, isContent)
				}
			})
		}}).wrong, "lifecycle/failed"},
		{"content in the payload is ignored", places, (&relay{up: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if payload, ok := all["payload"].(map[string]any); ok && all["content"] == nil {
					maps.DeleteFunc(payload, isContent)
				}
			})
		}}).wrong, "lifecycle/failed"},
		{"only the end of typing is heard", control, (&relay{up: func(_ *passage, frame []byte) []byte {
			if text(members(frame), "type") == "typing_started" {
				return nil
			}
			return frame
		}}).wrong, "latency/reply"},
		{"disconnect ends the session", control, routing("disconnect", func(_ refstaging.Route, s *refstaging.Session, _ refstaging.Message) {
			s.Close(websocket.CloseNormalClosure, "bye")
		}), "handshake/closed"},
	}
	for _, kind := range []string{"ping", "heartbeat", "connect", "typing_stopped", "disconnect"} {
		rows = append(rows,
			situation{kind + " is not answered", control, routing(kind, unheard), "latency/reply"},
			situation{kind + " is only acknowledged", control, routing(kind, acknowledged), "latency/reply"})
	}
	caught(t, "september", rows)
}

// TestStoriesSeeHarmfulFrames lets a frame that is wrong, or long, or one of many, do harm.
func TestStoriesSeeHarmfulFrames(t *testing.T) {
	const bad, provoked = "BadFramesDoNoHarm", "handshake/provoked"
	caught(t, "september", []situation{
		{"malformed JSON closes 1011", bad, provokedBy(malformed, func(p *passage, _ []byte) []byte { p.hangUp(1011, "main mode error"); return nil }), provoked},
		{"malformed JSON is not answered", bad, provokedBy(malformed, lost), provoked},
		{"malformed JSON deafens the session", bad, deafened(malformed), "latency/reply"},
		{"what is no object is not answered", bad, provokedBy(func(_ *passage, frame []byte) bool { return frame[0] == '[' }, lost), provoked},
		{"what is no object closes 1011", bad, provokedBy(func(_ *passage, frame []byte) bool { return frame[0] == '"' }, func(p *passage, _ []byte) []byte { p.hangUp(1011, ""); return nil }), provoked},
		{"a binary frame is not answered", bad, provokedBy(func(p *passage, _ []byte) bool { return p.kind == websocket.BinaryMessage }, lost), provoked},
		{"what is not UTF-8 is not noticed", bad, provokedBy(func(_ *passage, frame []byte) bool { return strings.Contains(string(frame), "\xc3\x28") }, lost), provoked},
		{"an empty prompt runs an agent", bad, provokedBy(isEmpty, func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) { all["payload"] = map[string]string{"content": "Good morning!"} })
		}), provoked},
		{"an empty prompt is acknowledged", bad, provokedBy(isEmpty, func(p *passage, _ []byte) []byte {
			p.say([]byte(`{"type":"ack","received_type":"user_message","timestamp":1,"user_id":"u","status":"acknowledged"}`))
			return nil
		}), provoked},
		{"an unknown type runs an agent", bad, provokedBy(isUnknown, func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) { all["type"] = "user_message" })
		}), provoked},
		{"an unknown type is an error", bad, provokedBy(isUnknown, func(p *passage, _ []byte) []byte {
			p.say([]byte(`{"type":"error_message","error_code":"UNKNOWN_TYPE","error_message":"Unknown type","details":{},"timestamp":1,"recovery_suggestions":null}`))
			return nil
		}), provoked},
		{"a message over the limit cuts the session", bad, provokedBy(tooLong, func(p *passage, _ []byte) []byte { p.cut(); return nil }), provoked},
		{"a message over the limit closes 1011", bad, provokedBy(tooLong, func(p *passage, _ []byte) []byte { p.hangUp(1011, ""); return nil }), provoked},
		{"a message of almost 1 MiB is dropped", "LongMessageIsAnswered", provokedBy(longerThan(900<<10), lost), "lifecycle/silence"},
		{"a message of almost 1 MiB closes the session", "LongMessageIsAnswered", provokedBy(longerThan(900<<10), func(p *passage, _ []byte) []byte { p.hangUp(1009, ""); return nil }), "handshake/closed"},
		{"a burst cuts the session", "BurstOfFramesDoesNoHarm", afterFrames(100, func(p *passage, _ []byte) []byte { p.cut(); return nil }), provoked},
		{"a burst closes the session with 1011", "BurstOfFramesDoesNoHarm", afterFrames(100, func(p *passage, _ []byte) []byte { p.hangUp(1011, ""); return nil }), provoked},
		{"a burst is not answered", "BurstOfFramesDoesNoHarm", provokedBy(func(p *passage, frame []byte) bool { return p.number == 1 }, lost), provoked},
	})
}

// extracting finds another token than the deployment does.
func extracting(token func(r *http.Request, found string) string) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Handshake.Extract = func(next refstaging.ExtractToken) refstaging.ExtractToken {
			return func(r *http.Request) string { return token(r, next(r)) }
		}
	}
}

// negotiating chooses another subprotocol than the deployment does.
func negotiating(choose func(offered []string, chosen string, ok bool) (string, bool)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Handshake.Negotiate = func(next refstaging.Negotiate) refstaging.Negotiate {
			return func(offered []string) (string, bool) {
				chosen, ok := next(offered)
				return choose(offered, chosen, ok)
			}
		}
	}
}

// routing treats messages of one type in another way.
func routing(kind string, treat func(next refstaging.Route, s *refstaging.Session, m refstaging.Message)) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Router.Route = func(next refstaging.Route) refstaging.Route {
			return func(s *refstaging.Session, m refstaging.Message) {
				if m.Type == kind {
					treat(next, s, m)
					return
				}
				next(s, m)
			}
		}
	}
}

func unheard(refstaging.Route, *refstaging.Session, refstaging.Message) {}

func acknowledged(_ refstaging.Route, s *refstaging.Session, m refstaging.Message) {
	s.Reply(map[string]any{"type": "ack", "received_type": m.Type, "timestamp": float64(time.Now().Unix()), "user_id": s.UserID(), "status": "acknowledged"})
}

// provokedBy treats some of the frames of clients in another way.
func provokedBy(which func(p *passage, frame []byte) bool, treat func(p *passage, frame []byte) []byte) wrong {
	return (&relay{up: func(p *passage, frame []byte) []byte {
		if which(p, frame) {
			return treat(p, frame)
		}
		return frame
	}}).wrong
}

func lost(*passage, []byte) []byte { return nil }

// deafened sessions answer a frame, and hear nothing any more.
func deafened(by func(p *passage, frame []byte) bool) wrong {
	return (&relay{up: func(p *passage, frame []byte) []byte {
		if p.deaf {
			return nil
		}
		p.deaf = by(p, frame)
		return frame
	}}).wrong
}

// afterFrames treats the frames of a session beyond the first n in another way.
func afterFrames(n int, treat func(p *passage, frame []byte) []byte) wrong {
	return (&relay{up: func(p *passage, frame []byte) []byte {
		if p.frames++; p.frames > n {
			return treat(p, frame)
		}
		return frame
	}}).wrong
}

func malformed(p *passage, frame []byte) bool {
	return p.kind == websocket.TextMessage && !json.Valid(frame) && !tooLong(p, frame)
}

func isUnknown(_ *passage, frame []byte) bool { return text(members(frame), "type") == "water_plants" }

func isEmpty(_ *passage, frame []byte) bool {
	all := members(frame)
	payload, _ := all["payload"].(map[string]any)
	content, ok := payload["content"].(string)
	return ok && strings.TrimSpace(content) == ""
}

var tooLong = longerThan(16 << 20)

func longerThan(limit int) func(*passage, []byte) bool {
	return func(_ *passage, frame []byte) bool { return len(frame) > limit }
}

func isContent(name string, _ any) bool {
	return slices.Contains([]string{"content", "message", "text", "user_request", "query"}, name)
}
