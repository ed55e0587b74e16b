package faults

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var eventFaults = map[string]fault{
	// The sender nests what belongs to the root (#1039, #935).
	"events-tool-name-nested":    nested("tool_name", refstaging.ToolExecuting, refstaging.ToolCompleted),
	"events-tool-results-nested": nested("results", refstaging.ToolCompleted),

	"events-connection-metadata-as-event": connectionRecord,

	// Sender and reader have different names for the thought: who reads finds none.
	"events-field-renamed": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) { e.Thought = ""; next(e) })
	},

	// No event arrives: the emitter has no bridge, or finds no connection, or nothing handles the prompt.
	"events-bridge-not-wired": loses(func(refstaging.Event) bool { return true }),
	"events-connection-not-registered": func(s *seams) {
		around(&s.Hooks.Emitter.Deliver, func(refstaging.Deliver) refstaging.Deliver {
			return func(refstaging.Address, []byte) {}
		})
	},
	"events-handler-setup-swallowed": swallows(isPrompt),

	// The client says execute_agent, and the server knows another name for it.
	"events-unknown-type-acknowledged": func(s *seams) {
		s.routing(of("execute_agent", "EXECUTE_AGENT"), acknowledged)
	},
	"events-chat-type-swallowed":    swallows(of("user_message", "chat", "start_agent")),
	"events-routing-fails-silently": swallows(anyMessage),
	// The prompt is looked for under payload.text alone, and a prompt without words is ignored.
	"events-prompt-field-mismatch": swallows(func(m refstaging.Message) bool {
		return isPrompt(m) && m.Text("text") == ""
	}),

	"events-completed-missing":    loses(typed(refstaging.AgentCompleted)),
	"events-failure-not-reported": loses(func(e refstaging.Event) bool { return e.Type == refstaging.AgentError && !e.TimedOut }),
	"events-timeout-not-reported": loses(func(e refstaging.Event) bool { return e.TimedOut }),
	// The emitter asks the bridge whether somebody listens before it tells what an agent does, and fails.
	"events-bridge-method-missing": loses(typed(refstaging.AgentStarted, refstaging.AgentThinking, refstaging.AgentCompleted)),
	// The tool dispatcher talks to a manager of its own, which has no connections.
	"events-tool-events-missing":    loses(typed(refstaging.ToolExecuting, refstaging.ToolCompleted)),
	"events-unserialisable-payload": unserialisable,
	"events-canned-rest-success":    cannedREST,

	"events-send-after-close": sentToTheDead,
	// The handler takes a connection for closed that is open, and does not answer.
	"events-handler-claims-sent": func(s *seams) {
		s.routing(func(m refstaging.Message) bool { return !isPrompt(m) && s.chance.strikes(0.5) },
			func(refstaging.Route, *refstaging.Session, refstaging.Message) {})
	},
	"events-order-broken": orderBroken,
}

func nested(member string, types ...string) fault {
	return func(s *seams) {
		s.encoding(typed(types...), func(_ refstaging.Event, frame []byte) ([]byte, error) { return without(frame, member), nil })
	}
}

// connectionRecord sends what the emitter knows of the connection in place of agent_started. All of it
// happens with the sessions locked.
func connectionRecord(s *seams) {
	connections := map[string]string{} // by user
	around(&s.Hooks.Sessions.Welcome, func(next refstaging.WelcomeFrame) refstaging.WelcomeFrame {
		return func(session *refstaging.Session, now time.Time) any {
			connections[session.UserID()] = session.ID()
			return next(session, now)
		}
	})
	s.encoding(typed(refstaging.AgentStarted), func(e refstaging.Event, _ []byte) ([]byte, error) {
		return json.Marshal(struct {
			Type          string            `json:"type"`
			Data          map[string]string `json:"data"`
			Timestamp     float64           `json:"timestamp"`
			ServerID      *string           `json:"server_id"`
			CorrelationID *string           `json:"correlation_id"`
		}{Type: "connect", Data: map[string]string{"connection_id": connections[e.UserID]}, Timestamp: float64(e.At.UnixMilli()) / 1000})
	})
}

// acknowledged is what becomes of a message of an unknown type (websocket.md 4.3).
func acknowledged(_ refstaging.Route, s *refstaging.Session, m refstaging.Message) {
	s.Reply(struct {
		Type      string  `json:"type"`
		Received  string  `json:"received_type"`
		Timestamp float64 `json:"timestamp"`
		UserID    string  `json:"user_id"`
		Status    string  `json:"status"`
	}{"ack", m.Type, float64(time.Now().UnixMilli()) / 1000, s.UserID(), "acknowledged"})
}

// unserialisable loses the completions of the agents whose result is a state object: those that others work for.
func unserialisable(s *seams) {
	led := map[string]bool{} // runs with more than one agent; touched with the sessions locked
	begun := map[string]string{}
	s.encoding(typed(refstaging.AgentStarted, refstaging.AgentCompleted), func(e refstaging.Event, frame []byte) ([]byte, error) {
		switch {
		case e.Type == refstaging.AgentStarted && begun[e.RunID] == "":
			begun[e.RunID] = e.Agent
		case e.Type == refstaging.AgentStarted:
			led[e.RunID] = true
		case led[e.RunID] && e.Agent == begun[e.RunID]:
			return nil, errors.New("an object of the agent's state is no JSON")
		}
		return frame, nil
	})
}

// sentToTheDead sends the events of a run to the session that asked for it even when that has closed.
func sentToTheDead(s *seams) {
	asked := s.askers()
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if session := asked.of(e); session == nil || !session.Closed() || !s.chance.strikes(1) {
			next(e)
		}
	})
}

// orderBroken lets a tool's completion overtake its start while runs overlap.
func orderBroken(s *seams) {
	s.overlapping(func(j *jobs, mine *job, next func(refstaging.Event), e refstaging.Event) {
		switch {
		case e.Type == refstaging.ToolExecuting && len(j.all) > 1:
			mine.held = &e
		case mine.held != nil:
			held := *mine.held
			mine.held = nil
			next(e)
			next(held)
		default:
			next(e)
		}
	})
}
