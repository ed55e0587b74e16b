package refstaging

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// streamed is one server-sent event of POST /api/agents/stream (http.md 5.4).
type streamed struct {
	Event     string `json:"event"`
	AgentID   string `json:"agent_id"`
	AgentType string `json:"agent_type,omitzero"`
	Status    string `json:"status,omitzero"`
	Progress  int    `json:"progress,omitzero"` // percent
	Message   string `json:"message,omitzero"`
	Result    string `json:"result,omitzero"`
	Error     string `json:"error,omitzero"`
	Timestamp string `json:"timestamp"`
}

func (b *backend) streamAgent(w http.ResponseWriter, r *http.Request, _ Identity) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	message, kind := asked.required("message"), asked.optional("agent_type", "triage")
	asked.optional("thread_id", "")
	asked.dict("context")
	if !asked.valid(w) {
		return
	}
	id, ok := b.tasks.enter("run")
	if !ok {
		b.fail(w, http.StatusServiceUnavailable, http.StatusServiceUnavailable, "The server is closing")
		return
	}
	defer b.tasks.leave(id)
	s := &stream{w: w, flusher: http.NewResponseController(w), clock: b.clock, id: "stream-agent-" + uuid.NewString(), kind: kind, message: message}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	found, err := Answer{}, error(errEmptyMessage)
	if firstText(message) != "" {
		found, err = b.runs.perform(r.Context(), job{
			agent: kind, task: Task{Prompt: message}, emit: s.translate, conclude: func(Answer) {},
		})
	}
	if err != nil {
		s.send(streamed{Event: AgentError, Error: b.runs.failure(kind, err)})
	} else {
		s.send(streamed{Event: AgentCompleted, Result: found.Text})
	}
	s.send(streamed{Event: "stream_end"})
}

// stream writes one agent's work as server-sent events.
type stream struct {
	w                 http.ResponseWriter
	flusher           *http.ResponseController
	clock             clock
	id, kind, message string
	begun             bool
}

// translate shows a run's event in the stream's own terms. Of nested agents only the progress is shown.
func (s *stream) translate(_ context.Context, e Event) {
	switch e.Type {
	case AgentStarted:
		if !s.begun {
			s.begun = true
			s.send(streamed{Event: AgentStarted, AgentType: s.kind, Message: cut(s.message)})
		}
	case AgentThinking:
		s.send(streamed{Event: AgentThinking, Status: "processing", Message: e.Thought})
	case ToolExecuting:
		s.send(streamed{Event: "agent_progress", Progress: 50, Message: "Running " + e.Tool})
	}
}

func (s *stream) send(e streamed) {
	e.AgentID, e.Timestamp = s.id, s.clock.now().Format(zoneMicros)
	text, err := json.Marshal(e)
	if err != nil {
		return // strings and numbers always marshal
	}
	fmt.Fprintf(s.w, "data: %s\n\n", text) // a client that is gone ends the request's context
	s.flusher.Flush()                      // likewise
}
