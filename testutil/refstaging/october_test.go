package refstaging_test

import (
	"maps"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

const isoMillis = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$`

var cleanups = []string{"cleanup_started", "cleanup_duration_estimate", "cleanup_complete"}

// greeted reads frames 1 and 2 of websocket.md 2.5 and returns the thread.
func (c *client) greeted() string {
	c.t.Helper()
	first, second := c.read(), c.read()
	require.Equal(c.t, "handshake_response", first["type"])
	require.Equal(c.t, "connection_established", second["type"])
	return first["thread_id"].(string)
}

// acknowledge sends frame 3 and reads frame 4.
func (c *client) acknowledge(thread string) {
	c.t.Helper()
	c.send(object{"type": "handshake_acknowledged", "thread_id": thread, "timestamp": "2025-10-14T10:00:00.250+00:00"})
	c.completed(thread)
}

func (c *client) completed(thread string) {
	c.t.Helper()
	frame := c.read()
	assert.Regexp(c.t, isoMillis, frame["timestamp"])
	delete(frame, "timestamp")
	assert.Equal(c.t, object{"type": "handshake_complete", "thread_id": thread}, frame)
}

func startOctober(t *testing.T, cfg refstaging.Config) *refstaging.Server {
	t.Helper()
	t.Parallel() // the handshakes of these tests take their time
	cfg.Dialect = "october"
	return start(t, cfg)
}

func TestOctoberGreeting(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	c := dial(t, s.WebSocketURL(), bearer(login(t, s, "greeted").access))
	response, welcome := c.read(), c.read()
	thread := response["thread_id"].(string)
	assert.Regexp(t, `^thread_cli_\d+_[0-9a-f]{8}$`, thread)
	assert.Equal(t, "run"+thread[len("thread"):], response["run_id"], "same number and hex")
	assert.Regexp(t, `^req_cli_\d+_[0-9a-f]{8}$`, response["request_id"])
	assert.Len(t, response["session_token"], 64)
	assert.NotEmpty(t, response["message"])
	assert.Regexp(t, isoMillis, response["timestamp"])
	assert.Len(t, response, 7, "flat, and nothing else")
	assert.Regexp(t, `^ws_conn_e2e-gree_\d{13}_\d+_[0-9a-f]{8}$`, welcome["data"].(object)["connection_id"])
	assert.Equal(t, "e2e-greeted", welcome["data"].(object)["user_id"], "in full")
	assert.Len(t, welcome["data"], 2)
	assert.Regexp(t, isoMillis, welcome["timestamp"])
	assert.Len(t, welcome, 3)
	c.acknowledge(thread)
	<-time.After(500 * time.Millisecond)
	c.acknowledge(thread) // again, and no harm done
	c.send(object{"type": "ping"})
	assert.Equal(t, "pong", c.read()["type"])
}

// Everything that comes before PROCESSING is lost, whatever it is: nothing answers it, and nothing runs.
// TestHandshakeInTime has the time between the acknowledgement and PROCESSING.
func TestTooEarlyIsLost(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	token := login(t, s, "early").access
	c := dial(t, s.WebSocketURL(), bearer(token))
	thread := c.greeted()
	tooEarly := func() {
		c.send(object{"type": "ping"})
		c.send(object{"type": "user_message", "payload": object{"content": "Add 1 and 2.", "thread_id": thread}})
		c.send(object{"type": "no_such_type"})
		c.sendText("{")
		c.sendText("[]")
		require.NoError(t, c.conn.WriteMessage(websocket.BinaryMessage, []byte("{}")))
	}
	tooEarly()
	c.send(object{"type": "handshake_acknowledged", "thread_id": "thread_cli_1_00000000"}) // not its thread
	c.send(object{"type": "handshake_acknowledged"})
	tooEarly()
	c.acknowledge(thread)
	<-time.After(500 * time.Millisecond)
	c.send(object{"type": "heartbeat"})
	assert.Equal(t, "heartbeat_ack", c.read()["type"], "the first reply is to the first message in time")
	assert.Empty(t, listed(t, call(t, "GET", s.APIURL()+"/api/threads", bearer(token), nil)), "nothing was said")
}

func TestHandshakeTimeout(t *testing.T) {
	s := startOctober(t, refstaging.Config{HandshakeTimeout: 100 * time.Millisecond})
	closed := dial(t, s.WebSocketURL(), bearer(login(t, s, "slow").access)).closed()
	assert.Equal(t, 1002, closed.Code)
	assert.Equal(t, "Handshake timeout", closed.Text)
}

// The older form asks for frame 1, once or again, and may name the thread to go on with.
func TestOlderHandshake(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	ann := login(t, s, "ann").access
	both := connectAll(t, s, ann, login(t, s, "bob").access)
	first, foreign := both[0], both[1].thread
	first.send(object{"type": "user_message", "payload": object{"content": "Add 412, 188 and 97."}})
	assert.Equal(t, first.thread, field(first.readUntil(outcome)[0], "thread_id"))

	c := dial(t, s.WebSocketURL(), bearer(ann))
	own := c.greeted()
	for _, kind := range []string{"handshake_request", "session_request"} {
		c.send(object{"type": kind})
		again := c.read()
		assert.Equal(t, "handshake_response", again["type"])
		assert.Equal(t, own, again["thread_id"])
	}
	for name, thread := range map[string]string{"foreign": foreign, "unknown": "thread_cli_1_00000000"} {
		c.send(object{"type": "handshake_request", "thread_id": thread})
		assert.Equal(t, own, c.read()["thread_id"], name)
	}
	c.send(object{"type": "handshake_request", "thread_id": first.thread})
	assert.Equal(t, first.thread, c.read()["thread_id"])
	c.send(object{"type": "session_acknowledged", "thread_id": first.thread})
	c.completed(first.thread)
	c.send(object{"type": "handshake_request", "thread_id": own})
	assert.Equal(t, first.thread, c.read()["thread_id"], "too late to change")
	<-time.After(500 * time.Millisecond)
	c.send(object{"type": "user_message", "payload": object{"content": "Now double that."}})
	frames := c.readUntil(outcome)
	assert.Equal(t, "Twice 697 is 1394.", field(frames[len(frames)-1], "final_response"), "the conversation goes on")
}

// The fields of websocket.md 2.4 under data, and no other.
func TestOctoberEvents(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "shape").access)
	const prompt, answer = "Add 412, 188 and 97.", "The sum of 412, 188 and 97 is 697."
	c.send(object{"type": "user_message", "content": "no", "payload": object{
		"content": prompt, "message": "no", "run_id": "cli_20251014_100003_4711", "thread_id": c.thread,
		"timestamp": "2025-10-14T10:00:03.000", "client_environment": "staging",
	}})
	frames := c.readUntil(func(f object) bool { return f["type"] == "cleanup_complete" })
	require.Equal(t, append(append([]string{}, five...), cleanups...), types(frames))
	parameters := object{"figures": []any{412.0, 188.0, 97.0}, "count": 3.0}
	for i, want := range []object{
		{"status": "started", "task_description": prompt, "message": "Supervisor has started processing your request"},
		{"status": "thinking", "thought": "Adding up 412, 188 and 97.", "reasoning": "Adding up 412, 188 and 97.", "step_number": 1.0},
		{"status": "executing", "tool_name": "sum_figures", "parameters": parameters},
		{"status": "completed", "tool_name": "sum_figures", "results": object{"sum": 697.0, "count": 3.0}, "success": true, "duration": nil, "execution_time_ms": nil},
		{"status": "completed", "success": true, "final_response": answer, "result": answer, "execution_time_ms": nil},
	} {
		frame := frames[i]
		assert.Regexp(t, isoMillis, frame["timestamp"])
		assert.Len(t, frame, 3, "only type, data and timestamp at the root")
		data := frame["data"].(object)
		assert.Regexp(t, `^evt_`+five[i]+`_`, data["event_id"])
		assert.Regexp(t, `^req_chat_`, data["request_id"])
		maps.Copy(want, object{"user_id": "e2e-shape", "thread_id": c.thread, "run_id": "cli_20251014_100003_4711", "agent_name": "Supervisor", "critical": true})
		for _, name := range []string{"event_id", "request_id", "duration", "execution_time_ms"} {
			if _, ok := want[name]; ok || name == "event_id" || name == "request_id" {
				want[name] = data[name]
			}
		}
		assert.Equal(t, want, data)
	}
	run := object{"run_id": "cli_20251014_100003_4711", "thread_id": c.thread}
	assert.Equal(t, object{"type": "cleanup_started", "data": run}, frames[5])
	assert.Equal(t, object{"type": "cleanup_complete", "cleanup_status": "complete", "successful_cleanups": 1.0, "total_cleanups": 1.0, "data": run}, frames[7])
	run["estimated_seconds"] = 1.0
	assert.Equal(t, object{"type": "cleanup_duration_estimate", "data": run}, frames[6])

	c.send(object{"type": "agent_request", "agent": "Astrologer", "message": "Add 1.", "payload": object{"content": "Add 1.", "agent": "Astrologer"}})
	frames = c.readUntil(func(f object) bool { return f["type"] == "cleanup_complete" })
	require.Equal(t, append([]string{"agent_error"}, cleanups...), types(frames), "an error is followed by the clean-up too")
	assert.Equal(t, "Agent Astrologer not found in registry", field(frames[0], "error_message"))
}

// Section 7: the handshake's thread is the routing key.
func TestOctoberRouting(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	token := login(t, s, "routed").access
	all := connectAll(t, s, token, token, login(t, s, "stranger").access)
	one, two, stranger := all[0], all[1], all[2]
	done := func(f object) bool { return f["type"] == "cleanup_complete" }

	one.send(object{"type": "user_message", "payload": object{"content": "Add 1 and 2.", "thread_id": two.thread, "run_id": "run_other"}})
	for _, frame := range two.readUntil(done) {
		assert.Equal(t, "run_other", field(frame, "run_id"))
		assert.Equal(t, two.thread, field(frame, "thread_id"))
	}
	one.send(object{"type": "user_message", "payload": object{"content": "Add 3 and 4."}})
	for _, frame := range one.readUntil(done) {
		assert.Equal(t, one.thread, field(frame, "thread_id"), "nothing of the other thread's run was heard")
	}
	stranger.send(object{"type": "user_message", "payload": object{"content": "Add 1 and 2.", "thread_id": dialThread(t, s, token)}})
	assert.Equal(t, object{"type": "error", "message": "Access denied to thread"}, stranger.read(), "not even before anything was said in it")
	two.send(object{"type": "ping"})
	assert.Equal(t, "pong", two.read()["type"], "and nothing of these")
}

// dialThread is the thread of a session that only began its handshake.
func dialThread(t *testing.T, s *refstaging.Server, token string) string {
	t.Helper()
	return dial(t, s.WebSocketURL(), bearer(token)).greeted()
}

// A user_message is read in one place only; the other prompts as in September.
func TestOctoberContent(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "content").access)
	for _, empty := range []object{
		{"type": "user_message", "content": "Add 1."},
		{"type": "user_message", "payload": object{"message": "Add 1.", "text": "Add 1."}},
		{"type": "user_message", "content": "Add 1.", "payload": "Add 1."},
	} {
		c.send(empty)
		assert.Equal(t, object{"type": "error", "message": "Please enter a message"}, c.read())
	}
	c.send(object{"type": "chat", "message": "Add 1 and 2."})
	assert.Equal(t, "The sum of 1 and 2 is 3.", field(c.readUntil(outcome)[4], "final_response"))
}
