package refstaging_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// Somebody else's client, written from docs/protocol alone, lives through a day with the deployment, in
// both dialects. Like all tests of this package it has raw HTTP and a raw WebSocket to do it with; what
// else a client may send and offer stands in tables: TestReplies, TestErrorsLeaveTheSessionOpen,
// TestErrorsThatClose, TestTokenForms, TestEveryDoorIsStrict, TestEveryPromptType.
func TestSomebodyElsesClient(t *testing.T) {
	inBothDialects(t, refstaging.Config{}, func(t *testing.T, s *refstaging.Server) {
		v := &visitor{t: t, auth: s.AuthURL(), api: s.APIURL(), socket: s.WebSocketURL(), dialect: s.Config().Dialect}
		v.warmUp()
		v.logIn(s.SimulationKey())
		v.refresh()
		c := v.connect()
		thread := v.chat(c)
		v.readThread(thread)
		v.keepThreads()
		v.stream()
		v.logOut()
	})
}

// visitor is that client with what it has learnt on its way.
type visitor struct {
	t                          *testing.T
	auth, api, socket, dialect string
	access, refreshing         string
}

func (v *visitor) get(url string) reply {
	v.t.Helper()
	return call(v.t, "GET", url, bearer(v.access), nil)
}

// warmUp is http.md 4.1: auth first, then the backend's own health.
func (v *visitor) warmUp() {
	v.t.Helper()
	for url, status := range map[string]string{
		v.auth + "/health": "healthy", v.auth + "/health/ready": "ready", v.api + "/health": "ok", v.api + "/health/ready": "ready", v.api + "/api/monitoring/ping": "ok",
	} {
		r := call(v.t, "GET", url, nil, nil)
		assert.Equal(v.t, 200, r.status, url)
		assert.Equal(v.t, status, r.json["status"], url)
	}
}

// logIn is http.md 3.1, as its table has it.
func (v *visitor) logIn(key string) {
	v.t.Helper()
	r := call(v.t, "POST", v.auth+"/auth/e2e/test-auth", http.Header{"x-e2e-bypass-key": {key}},
		object{"email": "visitor@example.com", "name": "Visitor", "permissions": []string{"read", "write"}, "simulate_oauth": true})
	require.Equal(v.t, 200, r.status, r.text)
	assert.Equal(v.t, "Bearer", r.json["token_type"])
	assert.Equal(v.t, 1800.0, r.json["expires_in"])
	assert.Equal(v.t, object{"id": "e2e-visitor", "email": "visitor@example.com", "name": "Visitor", "permissions": []any{"read", "write"}, "oauth_simulated": true}, r.json["user"])
	v.access, v.refreshing = r.json["access_token"].(string), r.json["refresh_token"].(string)
	v.isValid(true)
	assert.Equal(v.t, "e2e-visitor", v.get(v.auth + "/auth/me").json["user_id"])
}

// isValid asks every endpoint that says so whether the access token is.
func (v *visitor) isValid(want bool) {
	v.t.Helper()
	token := object{"token": v.access}
	for name, r := range map[string]reply{
		"verify": v.get(v.auth + "/auth/verify"), "verify, posted": call(v.t, "POST", v.auth+"/auth/verify", nil, token),
		"validate": call(v.t, "POST", v.auth+"/auth/validate", nil, token), "jwt": call(v.t, "POST", v.auth+"/api/v1/jwt/validate", nil, token),
	} {
		assert.Equal(v.t, 200, r.status, name)
		assert.Equal(v.t, want, r.json["valid"], name)
		if want {
			assert.Equal(v.t, "e2e-visitor", r.json["user_id"], name)
		}
	}
}

// refresh is http.md 3.5: both tokens new, the old refresh token spent, the old access token still good.
func (v *visitor) refresh() {
	v.t.Helper()
	old := object{"refresh_token": v.refreshing}
	r := call(v.t, "POST", v.auth+"/auth/refresh", nil, old)
	require.Equal(v.t, 200, r.status, r.text)
	assert.Equal(v.t, 401, call(v.t, "POST", v.auth+"/auth/refresh", nil, old).status)
	v.isValid(true)
	assert.NotEqual(v.t, v.access, r.json["access_token"])
	v.access, v.refreshing = r.json["access_token"].(string), r.json["refresh_token"].(string)
	v.isValid(true)
}

// connect offers the pair that a browser offers (websocket.md 3.4).
func (v *visitor) connect() *client {
	v.t.Helper()
	offered := []string{"jwt-auth", "jwt." + base64url(v.access)}
	dialer := websocket.Dialer{Subprotocols: offered}
	conn, response, err := dialer.DialContext(v.t.Context(), v.socket, nil)
	require.NoError(v.t, err)
	response.Body.Close()
	v.t.Cleanup(func() { conn.Close() })
	assert.Contains(v.t, offered, conn.Subprotocol())
	c := &client{t: v.t, conn: conn}
	settle(v.dialect, c)
	return c
}

// chat sends the message of websocket.md 4.2, hears the five in their order and gets the right answer.
// It returns the thread.
func (v *visitor) chat(c *client) string {
	v.t.Helper()
	const prompt = "What is the sum of 412, 188 and 97?"
	thread := c.thread
	if thread == "" {
		thread = "thread_visitor_1_5d0e9c37"
	}
	c.send(object{"type": "user_message", "content": prompt, "message": prompt, "thread_id": thread,
		"payload": object{"content": prompt, "message": prompt, "thread_id": thread, "run_id": "run_visitor_1_5d0e9c37", "timestamp": "2025-09-17T10:00:01.000+00:00"}})
	frames := c.readUntil(outcome)
	require.Equal(v.t, five, types(frames))
	for _, frame := range frames {
		assert.Equal(v.t, "e2e-visitor", field(frame, "user_id"))
		assert.Equal(v.t, "run_visitor_1_5d0e9c37", field(frame, "run_id"))
		assert.Equal(v.t, thread, field(frame, "thread_id"))
		assert.NotEmpty(v.t, field(frame, "agent_name"))
	}
	assert.Contains(v.t, field(frames[4], "final_response"), "697")
	return thread
}

// readThread finds the conversation over REST.
func (v *visitor) readThread(id string) {
	v.t.Helper()
	assert.Contains(v.t, v.get(v.api+"/api/threads").text, id)
	messages := v.get(v.api + "/api/threads/" + id + "/messages").json
	assert.Equal(v.t, 2.0, messages["total"])
	assert.Contains(v.t, messages["messages"].([]any)[1].(object)["content"], "697")
}

// keepThreads is the life of a thread over REST (http.md 5.4).
func (v *visitor) keepThreads() {
	v.t.Helper()
	made := call(v.t, "POST", v.api+"/api/threads", bearer(v.access), object{"title": "Costs"})
	require.Equal(v.t, 200, made.status)
	url := v.api + "/api/threads/" + made.json["id"].(string)
	assert.Equal(v.t, "Costs", v.get(url).json["title"])
	assert.Equal(v.t, "user", call(v.t, "POST", url+"/messages", bearer(v.access), object{"message": "hello"}).json["role"])
	assert.Equal(v.t, 1.0, v.get(url + "/messages").json["total"])
	assert.Equal(v.t, 200, call(v.t, "DELETE", url, bearer(v.access), nil).status)
	assert.Equal(v.t, 404, v.get(url).status)
}

// stream has an agent answer with server-sent events.
func (v *visitor) stream() {
	v.t.Helper()
	r := call(v.t, "POST", v.api+"/api/agents/stream", bearer(v.access), object{"message": "Add 412, 188 and 97.", "agent_type": "data"})
	require.Equal(v.t, 200, r.status)
	assert.True(v.t, strings.HasPrefix(r.header.Get("Content-Type"), "text/event-stream"))
	events := eventsOf(v.t, r.text)
	assert.Contains(v.t, events["agent_completed"].(object)["result"], "697")
	assert.Contains(v.t, events, "stream_end")
}

// logOut is http.md 3.6: every door is shut afterwards.
func (v *visitor) logOut() {
	v.t.Helper()
	assert.Equal(v.t, 200, call(v.t, "POST", v.auth+"/auth/logout", bearer(v.access), nil).status)
	v.isValid(false)
	assert.Equal(v.t, 401, v.get(v.auth+"/auth/me").status)
	assert.Equal(v.t, 401, v.get(v.api+"/api/threads").status)
	assertRefused(v.t, dial(v.t, v.socket, bearer(v.access)))
}
