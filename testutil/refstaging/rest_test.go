package refstaging_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestHealthFamily(t *testing.T) {
	s := start(t, refstaging.Config{})
	for path, status := range map[string]string{
		"/health": "ok", "/health/": "ok", "/health/ready": "ready", "/health/live": "ok", "/health/startup": "ok",
		"/health/backend": "ok", "/api/health/health": "ok", "/api/health/ready": "ok", "/health/system": "healthy",
		"/api/monitoring/ping": "ok", "/health/infrastructure": "ok", "/health/database": "healthy",
	} {
		r := call(t, "GET", s.APIURL()+path, nil, nil)
		assert.Equal(t, 200, r.status, path)
		assert.Equal(t, status, r.json["status"], path)
	}
	for path, status := range map[string]string{"/health": "healthy", "/health/ready": "ready", "/readiness": "ready", "/health/auth": "healthy", "/auth/health": "healthy", "/": "running", "/auth/status": "running"} {
		r := call(t, "GET", s.AuthURL()+path, nil, nil)
		assert.Equal(t, 200, r.status, path)
		assert.Equal(t, status, r.json["status"], path)
	}
	assert.Equal(t, "staging", call(t, "GET", s.AuthURL()+"/health", nil, nil).json["environment"])
	assert.Equal(t, "staging", call(t, "GET", s.APIURL()+"/api/config/public", nil, nil).json["environment"])
	assert.Equal(t, 404, call(t, "GET", s.APIURL()+"/api/health", nil, nil).status)
	process := call(t, "GET", s.APIURL()+"/health/system", nil, nil).json["process"].(object)
	assert.Greater(t, process["memory_rss"], 1e6, "real figures")
	assert.Greater(t, process["num_threads"], 0.0)
}

func TestServedURLsAreOwn(t *testing.T) {
	s := start(t, refstaging.Config{})
	discovery := call(t, "GET", s.APIURL()+"/api/discovery/services", nil, nil).json["services"].(object)
	assert.Equal(t, s.APIURL(), discovery["backend"].(object)["url"])
	assert.Equal(t, s.WebSocketURL(), discovery["backend"].(object)["ws_url"])
	assert.Equal(t, s.AuthURL(), discovery["auth"].(object)["url"])
	assert.Equal(t, s.AppURL(), discovery["frontend"].(object)["url"])
	for name, url := range call(t, "GET", s.AuthURL()+"/auth/config", nil, nil).json["endpoints"].(object) {
		assert.True(t, strings.HasPrefix(url.(string), s.AuthURL()+"/"), name)
	}
}

func TestBackendRefusals(t *testing.T) {
	s := start(t, refstaging.Config{})
	both := login(t, s, "refused")
	for _, path := range []string{"GET /api/threads", "POST /api/agents/execute", "GET /api/agents/stream", "GET /api/agents/status", "GET /api/v1/user/profile", "GET /api/chat/messages", "POST /api/agent/v2/execute"} {
		method, path, _ := strings.Cut(path, " ")
		for name, tt := range map[string]struct {
			header   http.Header
			code     string
			original float64
		}{
			"none":    {nil, "AUTH_UNAUTHORIZED", 403},
			"basic":   {http.Header{"Authorization": {"Basic abc"}}, "AUTH_UNAUTHORIZED", 403},
			"garbage": {bearer("garbage"), "AUTH_FAILED", 401},
			"refresh": {bearer(both.refresh), "AUTH_FAILED", 401},
		} {
			r := call(t, method, s.APIURL()+path, tt.header, object{"message": "x", "type": "data"})
			assert.Equal(t, 401, r.status, "%s %s", path, name)
			assert.Equal(t, tt.code, r.json["error_code"], "%s %s", path, name)
			assert.Equal(t, tt.original, r.json["details"].(object)["status_code"])
			assert.NotContains(t, r.json, "stack_trace")
		}
	}
	assert.JSONEq(t, `{"detail":"Not Found"}`, call(t, "GET", s.APIURL()+"/api/nope", nil, nil).text)
	wrong := call(t, "PATCH", s.APIURL()+"/api/threads", nil, nil)
	assert.Equal(t, 405, wrong.status)
	assert.Equal(t, "GET, POST", wrong.header.Get("Allow"))
	assert.JSONEq(t, `{"detail":"Method Not Allowed"}`, wrong.text)
}

func TestThreads(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "threads").access
	url := s.APIURL() + "/api/threads"
	made := call(t, "POST", url, bearer(token), object{"title": "Costs", "metadata": object{"k": "v"}})
	require.Equal(t, 200, made.status)
	id := made.json["id"].(string)
	assert.Regexp(t, `^thread_\d+_[0-9a-f]{8}$`, id)
	assert.Equal(t, "thread", made.json["object"])
	call(t, "POST", url, bearer(token), object{})
	list := listed(t, call(t, "GET", url, bearer(token), nil))
	assert.Len(t, list, 2)
	assert.Equal(t, id, list[1]["id"], "newest first")
	assert.Len(t, listed(t, call(t, "GET", url+"?limit=1&offset=1", bearer(token), nil)), 1)
	assert.Equal(t, 422, call(t, "GET", url+"?limit=101", bearer(token), nil).status)
	assert.Equal(t, "New", call(t, "PUT", url+"/"+id, bearer(token), object{"title": "New"}).json["title"])
	said := call(t, "POST", url+"/"+id+"/messages", bearer(token), object{"message": "hello"})
	assert.Equal(t, "user", said.json["role"])
	c := connect(t, s, token)
	c.send(object{"type": "chat", "content": "Add 1 and 2.", "thread_id": id})
	c.readUntil(outcome)
	messages := call(t, "GET", url+"/"+id+"/messages", bearer(token), nil).json
	assert.Equal(t, 3.0, messages["total"], "the chat continues the thread")
	assert.Equal(t, "The sum of 1 and 2 is 3.", messages["messages"].([]any)[2].(object)["content"])
	assert.Equal(t, 3.0, call(t, "GET", url+"/"+id, bearer(token), nil).json["message_count"])
	assert.JSONEq(t, `{"message":"Thread archived successfully"}`, call(t, "DELETE", url+"/"+id, bearer(token), nil).text)
	gone := call(t, "GET", url+"/"+id, bearer(token), nil)
	assert.Equal(t, 404, gone.status)
	assert.Equal(t, "DB_RECORD_NOT_FOUND", gone.json["error_code"])
	assert.Len(t, listed(t, call(t, "GET", url, bearer(token), nil)), 1)
	assert.Equal(t, 403, call(t, "GET", url+"/"+id, bearer(login(t, s, "other").access), nil).status, "archived is not free")
}

func listed(t *testing.T, r reply) []object {
	t.Helper()
	var list []object
	require.NoError(t, json.Unmarshal([]byte(r.text), &list), r.text)
	return list
}

func TestRESTAgents(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "rest").access
	execute := s.APIURL() + "/api/agents/execute"
	r := call(t, "POST", execute, bearer(token), object{"type": "data", "message": "Test the latest 3 and 4.", "context": object{}})
	assert.Equal(t, "success", r.json["status"])
	assert.Equal(t, "The sum of 3 and 4 is 7.", r.json["response"], "the word in the prompt changes nothing")
	assert.Equal(t, "CLOSED", r.json["circuit_breaker_state"])
	assert.Nil(t, r.json["error"])
	for name, body := range map[string]object{
		"in the body":    {"type": "data", "message": "Add 1.", "force_failure": true},
		"in the context": {"type": "data", "message": "Add 1.", "context": object{"force_failure": true}},
		"as the message": {"type": "data", "message": "FORCE_ERROR"},
	} {
		failed := call(t, "POST", execute, bearer(token), body)
		assert.Equal(t, 500, failed.status, name)
		assert.Equal(t, "INTERNAL_ERROR", failed.json["error_code"])
		assert.Equal(t, "Simulated agent failure", failed.json["message"])
	}
	breaker := call(t, "GET", s.APIURL()+"/api/agents/data/circuit_breaker/status", bearer(token), nil).json
	assert.Equal(t, 3.0, breaker["failure_count"])
	assert.Equal(t, 1.0, breaker["success_count"])
	for name, body := range map[string]any{"no type": object{"message": "x"}, "no message": object{"type": "data"}, "no JSON": "x", "no body": nil, "wrong type": object{"type": 1, "message": "x"}} {
		assert.Equal(t, 422, call(t, "POST", execute, bearer(token), body).status, name)
	}
	assert.Equal(t, "error", call(t, "POST", execute, bearer(token), object{"type": "data", "message": " "}).json["status"])
}

func TestStartedAgents(t *testing.T) {
	s := start(t, refstaging.Config{Pacing: refstaging.Pacing{Think: 3 * time.Second}})
	ann, bob := login(t, s, "ann").access, login(t, s, "bob").access
	url := s.APIURL() + "/api/agents/"
	started := call(t, "POST", url+"start", bearer(ann), object{"message": "Add 1 and 2.", "user_id": "e2e-bob"})
	require.Equal(t, true, started.json["success"])
	id := started.json["agent_id"].(string)
	assert.Empty(t, listed(t, call(t, "GET", url+"status", bearer(bob), nil)), "the claimed user has none")
	status := listed(t, call(t, "GET", url+"status?agent_id="+id, bearer(ann), nil))
	require.Len(t, status, 1)
	assert.Equal(t, "running", status[0]["status"])
	assert.Equal(t, "triage", status[0]["agent_type"])
	assert.Equal(t, false, call(t, "POST", url+"stop", bearer(bob), object{"agent_id": id}).json["success"])
	assert.Equal(t, true, call(t, "POST", url+"stop", bearer(ann), object{"agent_id": id}).json["success"])
	assert.Equal(t, false, call(t, "POST", url+"cancel", bearer(ann), object{"agent_id": id}).json["success"])
	assert.Equal(t, "stopped", listed(t, call(t, "GET", url+"status", bearer(ann), nil))[0]["status"])
	assert.Equal(t, false, call(t, "POST", url+"start", bearer(ann), object{"message": "x", "agent_type": "astrologer"}).json["success"])
}

func TestStream(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "stream").access
	for kind, want := range map[string][]string{
		"data":       {"agent_started", "agent_thinking", "agent_progress", "agent_completed", "stream_end"},
		"astrologer": {"agent_error", "stream_end"},
	} {
		r := call(t, "POST", s.APIURL()+"/api/agents/stream", bearer(token), object{"message": "Add 1 and 2.", "agent_type": kind})
		assert.Equal(t, "text/event-stream", r.header.Get("Content-Type"))
		var events []string
		for line := range strings.SplitSeq(strings.TrimSpace(r.text), "\n\n") {
			data, ok := strings.CutPrefix(line, "data: ")
			require.True(t, ok, line)
			var e object
			require.NoError(t, json.Unmarshal([]byte(data), &e))
			events = append(events, e["event"].(string))
			if e["event"] == "agent_completed" {
				assert.Equal(t, "The sum of 1 and 2 is 3.", e["result"])
			}
		}
		assert.Equal(t, want, events)
	}
}

func TestExecuteInThreadReachesTheSessions(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "v2").access
	c := connect(t, s, token)
	r := call(t, "POST", s.APIURL()+"/api/agent/v2/execute", bearer(token), object{"message": "Add 1 and 2.", "thread_id": "thread_v2"})
	assert.Equal(t, "started", r.json["status"])
	frames := c.readUntil(outcome)
	assert.Equal(t, r.json["run_id"], frames[0]["run_id"])
	assert.Equal(t, "thread_v2", frames[0]["thread_id"])
}
