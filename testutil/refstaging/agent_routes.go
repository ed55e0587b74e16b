package refstaging

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
)

func (b *backend) addAgents(t routes) {
	t.on("POST", "/api/agents/execute", b.authenticated(b.executeAgent("")))
	for _, kind := range []string{"triage", "data", "optimization"} {
		t.on("POST", "/api/agents/"+kind, b.authenticated(b.executeAgent(kind)))
	}
	t.on("GET", "/api/agents/stream", b.authenticated(b.describeStream))
	t.on("POST", "/api/agents/stream", b.authenticated(b.streamAgent))
	t.on("POST", "/api/agents/start", b.authenticated(b.startAgent))
	t.on("POST", "/api/agents/stop", b.authenticated(b.endAgent("stop", "stopped")))
	t.on("POST", "/api/agents/cancel", b.authenticated(b.endAgent("cancel", "cancelled")))
	t.on("GET", "/api/agents/status", b.authenticated(b.agentStatus))
	t.on("GET", "/api/agents/{name}/circuit_breaker/status", b.authenticated(b.breakerStatus))
	t.on("POST", "/api/agent/v2/execute", b.authenticated(b.executeInThread))
}

// agentReply is the answer of the REST agents, HTTP 200 whatever its status (http.md 5.4).
type agentReply struct {
	Status   string  `json:"status"`
	Agent    string  `json:"agent"`
	Response string  `json:"response"`
	Seconds  float64 `json:"execution_time"`
	Breaker  string  `json:"circuit_breaker_state"`
	Error    *string `json:"error"`
}

// executeAgent runs an agent and waits for it; kind is "" where the body names it.
func (b *backend) executeAgent(kind string) userRoute {
	return func(w http.ResponseWriter, r *http.Request, _ Identity) {
		asked, ok := readBody(w, r)
		if !ok {
			return
		}
		name := kind
		if kind == "" {
			name = asked.required("type")
		}
		message, surroundings := asked.required("message"), asked.dict("context")
		failing, delay := asked.flag("force_failure"), asked.delay("simulate_delay")
		if !asked.valid(w) {
			return
		}
		inContext, _ := surroundings["force_failure"].(bool)
		if failing || inContext || message == "FORCE_ERROR" {
			b.agents.count(name, b.clock.now(), false)
			b.fail(w, http.StatusInternalServerError, http.StatusInternalServerError, "Simulated agent failure")
			return
		}
		answer(w, http.StatusOK, b.askAgent(r.Context(), name, message, simulation{delay: delay}))
	}
}

// delay reads a number of seconds.
func (b *body) delay(field string) time.Duration {
	var number float64
	b.decode(field, &number, "number")
	return restOf(number)
}

func (b *backend) askAgent(ctx context.Context, name, message string, simulated simulation) agentReply {
	began := time.Now()
	found, err := b.answerOf(ctx, name, message, simulated)
	reply := agentReply{Status: "success", Agent: name, Response: found.Text, Seconds: time.Since(began).Seconds(), Breaker: "CLOSED"}
	if !errors.Is(err, errUnknownAgent) {
		b.agents.count(name, b.clock.now(), err == nil)
	}
	if err == nil {
		return reply
	}
	reply.Status, reply.Error = "error", new(b.runs.failure(name, err))
	if errors.Is(err, errRunLimit) {
		reply.Status = "timeout"
	}
	return reply
}

var errEmptyMessage = errors.New("the message is empty")

// answerOf runs an agent whose events nobody listens to.
func (b *backend) answerOf(ctx context.Context, name, message string, simulated simulation) (Answer, error) {
	if firstText(message) == "" {
		return Answer{}, errEmptyMessage
	}
	id, ok := b.tasks.enter("run")
	if !ok {
		return Answer{}, errClosing
	}
	defer b.tasks.leave(id)
	return b.runs.perform(ctx, job{
		agent: name, task: Task{Prompt: message}, simulation: simulated, emit: func(context.Context, Event) {}, conclude: func(Answer) {},
	})
}

// describeStream is where every agent is advertised, and the registry's health (http.md 5.4).
func (b *backend) describeStream(w http.ResponseWriter, _ *http.Request, _ Identity) {
	answer(w, http.StatusOK, struct {
		Available bool              `json:"available"`
		Agents    []string          `json:"supported_agents"`
		Events    []string          `json:"stream_events"`
		Endpoints map[string]string `json:"endpoints"`
	}{
		true, fixtures.AgentNames,
		[]string{AgentStarted, AgentThinking, "agent_progress", AgentCompleted, AgentError, "stream_end"},
		map[string]string{"post_stream": "/api/agents/stream", "get_info": "/api/agents/stream"},
	})
}

// executeInThread starts a run whose events go to the caller's sessions.
func (b *backend) executeInThread(w http.ResponseWriter, r *http.Request, user Identity) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	message, kind, thread := asked.required("message"), asked.optional("agent_type", "supervisor"), asked.optional("thread_id", "")
	if !asked.valid(w) {
		return
	}
	if firstText(message) == "" {
		unprocessable(w, invalid{Type: "string_too_short", Loc: []any{"body", "message"}, Msg: "String should have at least 1 character", Input: message})
		return
	}
	ids, ok := b.runs.identify(user.UserID, thread, "")
	if !ok {
		b.fail(w, http.StatusForbidden, http.StatusForbidden, "Access denied to thread")
		return
	}
	b.runs.start(run{runIDs: ids, user: user, agent: kind, prompt: message})
	answer(w, http.StatusOK, struct {
		RunID    string `json:"run_id"`
		Status   string `json:"status"`
		Message  string `json:"message"`
		UserID   string `json:"user_id"`
		ThreadID string `json:"thread_id"`
		Scoped   bool   `json:"session_scoped"`
	}{ids.run, "started", "Agent execution started", user.UserID, ids.thread, true})
}
