package refstaging

import (
	"time"
)

// router is the correct end of the Route chain: it knows a handler for every type of websocket.md 4.1.
type router struct {
	hub      *hub
	runs     *runs
	content  func(Message) string
	user     Attribute
	handlers map[string]Route
}

func newRouter(hub *hub, runs *runs, content func(Message) string, attribute func(Attribute) Attribute) *router {
	r := &router{hub: hub, runs: runs, content: content}
	r.user = hooked(attribute, func(s *Session, _ Message) Identity { return s.user })
	r.handlers = map[string]Route{
		"ping":      r.replyWith(pong),
		"heartbeat": r.replyWith(heartbeatAck),
		"error":     r.replyWith(errorLogged),
	}
	r.handle(r.chat, "user_message", "chat_message", "message", "user", "user_input", "chat")
	r.handle(r.agent, "agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT")
	r.handle(r.acknowledge("connected"), "connect", "connected")
	r.handle(r.acknowledge("disconnect_acknowledged"), "disconnect")
	r.handle(r.acknowledge("typing_acknowledged"), "typing", "typing_started", "typing_stopped")
	r.handle(r.acknowledge("agent_message_acknowledged"), "agent_task_ack", "agent_response_chunk",
		"agent_response_complete", "agent_status_update", "agent_error", "agent_failed", "agent_fallback")
	r.handle(func(*Session, Message) {}, "pong", "heartbeat_ack", "get_quality_metrics",
		"subscribe_quality_alerts", "validate_content", "generate_quality_report")
	return r
}

func (r *router) handle(handler Route, types ...string) {
	for _, kind := range types {
		r.handlers[kind] = handler
	}
}

func (r *router) route(s *Session, m Message) {
	handler, known := r.handlers[m.Type]
	if !known {
		handler = r.replyWith(unknownType(m.Type))
	}
	handler(s, m)
}

// chat starts the supervisor; agent starts whom the message names, else the supervisor.
func (r *router) chat(s *Session, m Message) {
	r.prompt(s, m, run{agent: "supervisor"})
}

func (r *router) agent(s *Session, m Message) {
	r.prompt(s, m, run{agent: firstText(m.Text("agent"), m.Text("agent_type"), "supervisor"), simulation: m.simulation()})
}

// prompt starts a run, or says why it does not (websocket.md 4.4).
func (r *router) prompt(s *Session, m Message, asked run) {
	if asked.prompt = r.content(m); asked.prompt == "" {
		s.Reply(plainError{"error", "Please enter a message"})
		return
	}
	asked.user = r.user(s, m)
	var ok bool
	if asked.runIDs, ok = r.runs.identify(asked.user.UserID, firstText(m.Text("thread_id"), s.thread), m.Text("run_id")); !ok {
		s.Reply(plainError{"error", "Access denied to thread"})
		return
	}
	r.runs.start(asked)
}

// replyWith builds a handler that answers with one frame.
func (r *router) replyWith(build func(s *Session, now time.Time) any) Route {
	return func(s *Session, _ Message) {
		r.hub.reply(s, func(now time.Time) any { return build(s, now) })
	}
}

func (r *router) acknowledge(status string) Route {
	return r.replyWith(func(s *Session, now time.Time) any {
		return envelope("system_message", now, statusData{status, s.user.UserID, unixFloat(now)})
	})
}

type statusData struct {
	Status    string  `json:"status"`
	UserID    string  `json:"user_id"`
	Timestamp float64 `json:"timestamp"`
}

// The replies of websocket.md 4.3.

func pong(s *Session, now time.Time) any {
	return envelope("pong", now, struct {
		Timestamp float64 `json:"timestamp"`
		UserID    string  `json:"user_id"`
	}{unixFloat(now), s.user.UserID})
}

func heartbeatAck(_ *Session, now time.Time) any {
	return envelope("heartbeat_ack", now, struct {
		Timestamp float64 `json:"timestamp"`
		Status    string  `json:"status"`
	}{unixFloat(now), "healthy"})
}

func errorLogged(_ *Session, now time.Time) any {
	return envelope("system_message", now, struct {
		Content   string  `json:"content"`
		Timestamp float64 `json:"timestamp"`
	}{"Error received and logged", unixFloat(now)})
}

func unknownType(kind string) func(*Session, time.Time) any {
	if kind == "" {
		kind = "unknown"
	}
	kind = cut(kind) // a type of megabytes would not fit the client's own limit
	return func(s *Session, now time.Time) any {
		return struct {
			Type      string  `json:"type"`
			Received  string  `json:"received_type"`
			Timestamp float64 `json:"timestamp"`
			UserID    string  `json:"user_id"`
			Status    string  `json:"status"`
		}{"ack", kind, unixFloat(now), s.user.UserID, "acknowledged"}
	}
}
