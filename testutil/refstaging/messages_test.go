package refstaging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// Every type of websocket.md 4.1 that starts no run, and those of 4.3, with their replies.
func TestReplies(t *testing.T) {
	inBothDialects(t, refstaging.Config{}, func(t *testing.T, s *refstaging.Server) {
		c := connect(t, s, login(t, s, "reply").access)
		for _, tt := range []struct {
			sent string // separated by blanks
			kind string
			data object // members that must be in data
		}{
			{"ping", "pong", object{"user_id": "e2e-reply"}},
			{"heartbeat", "heartbeat_ack", object{"status": "healthy"}},
			{"connect connected", "system_message", object{"status": "connected", "user_id": "e2e-reply"}},
			{"disconnect", "system_message", object{"status": "disconnect_acknowledged"}},
			{"typing typing_started typing_stopped", "system_message", object{"status": "typing_acknowledged"}},
			{"agent_task_ack agent_response_chunk agent_response_complete agent_status_update agent_error agent_failed agent_fallback",
				"system_message", object{"status": "agent_message_acknowledged"}},
			{"error", "system_message", object{"content": "Error received and logged"}},
		} {
			for sent := range strings.FieldsSeq(tt.sent) {
				c.send(object{"type": sent})
				frame := c.read()
				assert.Equal(t, tt.kind, frame["type"], sent)
				assert.IsType(t, 1.0, frame["timestamp"])
				assert.Contains(t, frame, "server_id")
				assert.Contains(t, frame, "correlation_id")
				for key, want := range tt.data {
					assert.Equal(t, want, frame["data"].(object)[key], sent)
				}
				assert.IsType(t, 1.0, frame["data"].(object)["timestamp"])
			}
		}
		for silent := range strings.FieldsSeq("pong heartbeat_ack get_quality_metrics subscribe_quality_alerts validate_content generate_quality_report") {
			c.send(object{"type": silent})
			c.send(object{"type": "ping"})
			assert.Equal(t, "pong", c.read()["type"], "nothing answers %s", silent)
		}
		acknowledged := strings.Fields("thread thread_update thread_message broadcast broadcast_test direct_message room_message resilience_test recovery_test stop_agent run_agent no_such_type")
		if s.Config().Dialect == "september" {
			acknowledged = append(acknowledged, strings.Fields("handshake_acknowledged handshake_request session_request session_acknowledged")...)
		}
		for _, sent := range acknowledged {
			c.send(object{"type": sent})
			assertAck(t, sent, c.read())
		}
		for _, untyped := range []string{`{"jsonrpc":"2.0"}`, `{"type":7}`, `{}`} {
			c.sendText(untyped)
			assertAck(t, "unknown", c.read())
		}
	})
}

func assertAck(t *testing.T, received string, frame object) {
	t.Helper()
	assert.IsType(t, 1.0, frame["timestamp"])
	delete(frame, "timestamp")
	assert.Equal(t, object{"type": "ack", "received_type": received, "user_id": "e2e-reply", "status": "acknowledged"}, frame)
}

// The errors of websocket.md 4.4 that leave the session open.
func TestErrorsLeaveTheSessionOpen(t *testing.T) {
	inBothDialects(t, refstaging.Config{}, func(t *testing.T, s *refstaging.Server) {
		c := connect(t, s, login(t, s, "errors").access)
		for _, bad := range []string{"{", "hello", `{"type":`, "", `{"type":"ping"}}`} {
			c.sendText(bad)
			frame := c.read()
			assert.Equal(t, "JSON_PARSE_ERROR", frame["error_code"], bad)
			assert.Equal(t, "Invalid JSON format", frame["error_message"])
		}
		for _, empty := range []string{`{"type":"user_message"}`, `{"type":"chat","content":"  "}`, `{"type":"agent_request","payload":{}}`} {
			c.sendText(empty)
			assert.Equal(t, object{"type": "error", "message": "Please enter a message"}, c.read())
		}
		c.send(object{"type": "ping"})
		assert.Equal(t, "pong", c.read()["type"])
	})
}

func TestErrorsThatClose(t *testing.T) {
	inBothDialects(t, refstaging.Config{SessionLimit: 100}, func(t *testing.T, s *refstaging.Server) {
		token := login(t, s, "closes").access
		clients := connectAll(t, s, slices.Repeat([]string{token}, 8)...)
		for name, tt := range map[string]struct {
			kind   int
			frame  string
			code   int
			reason string
		}{
			"list":          {websocket.TextMessage, "[]", 1000, "main cleanup"},
			"text":          {websocket.TextMessage, `"x"`, 1000, "main cleanup"},
			"number":        {websocket.TextMessage, "1", 1000, "main cleanup"},
			"null":          {websocket.TextMessage, "null", 1000, "main cleanup"},
			"binary":        {websocket.BinaryMessage, `{"type":"ping"}`, 1000, "main cleanup"},
			"invalid UTF-8": {websocket.TextMessage, "{\"type\":\"\xff\"}", 1007, ""},
			"over 16 MiB":   {websocket.TextMessage, `{"type":"` + strings.Repeat("x", 24<<20) + `"}`, 1009, ""},
		} {
			t.Run(name, func(t *testing.T) {
				c := clients[0]
				clients = clients[1:]
				require.NoError(t, c.conn.WriteMessage(tt.kind, []byte(tt.frame)))
				closed := c.closed()
				assert.Equal(t, tt.code, closed.Code)
				assert.Equal(t, tt.reason, closed.Text)
			})
		}
		c := clients[0]
		c.send(object{"type": "chat", "content": strings.Repeat("word ", 1<<18)})
		assert.Equal(t, "agent_completed", c.readUntil(outcome)[2]["type"], "more than 1 MiB is allowed")
	})
}

func TestHeartbeatAfterSilence(t *testing.T) {
	inBothDialects(t, refstaging.Config{HeartbeatEvery: 30 * time.Millisecond}, func(t *testing.T, s *refstaging.Server) {
		c := dial(t, s.WebSocketURL(), bearer(login(t, s, "silent").access))
		heartbeat := func(f object) bool { return f["type"] == "heartbeat" }
		welcome := c.readUntil(func(f object) bool { return f["type"] == "connection_established" })
		connection := field(welcome[len(welcome)-1], "connection_id")
		for range 2 {
			frames := c.readUntil(heartbeat)
			data := frames[len(frames)-1]["data"].(object)
			assert.Equal(t, connection, data["connection_id"])
			assert.Regexp(t, `\+00:00$`, data["timestamp"])
			assert.Contains(t, data["stats"], "messages_processed")
			assert.Contains(t, data["stats"], "agent_events_processed")
		}
	})
}
