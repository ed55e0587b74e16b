package faults

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideLifecycle are failures of how runs begin and end that no catalogue knows.
var besideLifecycle = map[string]fault{
	// The message is put in a queue that nobody reads.
	"beside-lifecycle-acknowledged-only-queued": func(s *seams) {
		s.routing(of("message"), func(_ refstaging.Route, session *refstaging.Session, _ refstaging.Message) {
			session.Reply(map[string]any{"type": "message_acknowledged", "status": "queued", "position": 1, "timestamp": now()})
		})
	},
	// A session has one place for a run, and the place is never free again.
	"beside-lifecycle-silence-second": func(s *seams) {
		var busy sync.Map // sessions
		s.routing(isPrompt, func(next refstaging.Route, session *refstaging.Session, m refstaging.Message) {
			if _, asked := busy.LoadOrStore(session.ID(), true); !asked {
				next(session, m)
			}
		})
	},
	// The sender has another name for the end than the reader.
	"beside-lifecycle-no-outcome-renamed": func(s *seams) {
		s.encoding(typed(refstaging.AgentCompleted), func(_ refstaging.Event, frame []byte) ([]byte, error) {
			return bytes.Replace(frame, []byte(`"type":"agent_completed"`), []byte(`"type":"agent_finished"`), 1), nil
		})
	},
	// What is done when the answer is out fails, and is said to the user.
	"beside-lifecycle-one-outcome-bookkeeping": func(s *seams) {
		s.onTurn(1, func(next func(refstaging.Event), e refstaging.Event) {
			next(e)
			if e.Type == refstaging.AgentCompleted {
				e.Type, e.Error = refstaging.AgentError, "The cost of the run could not be recorded"
				next(e)
			}
		})
	},
	"beside-lifecycle-failed-success-false": func(s *seams) {
		s.encoding(typed(refstaging.AgentCompleted), func(e refstaging.Event, frame []byte) ([]byte, error) {
			if e.Agent != "actions" {
				return frame, nil
			}
			return replacedAtRoot(frame, "success", false), nil
		})
	},
	// Who asks for an agent that there is not gets the supervisor.
	"beside-lifecycle-fails-once-substitute": func(s *seams) {
		around(&s.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
			return func(name string) (refstaging.Agent, bool) {
				if agent, ok := next(name); ok {
					return agent, true
				}
				return next("supervisor")
			}
		})
	},
	// Everybody hears that all agents are busy when one of them begins to work for somebody.
	"beside-lifecycle-unasked-error-busy": func(s *seams) {
		present := s.roll()
		frame, _ := json.Marshal(errorFrame("AGENT_POOL_BUSY", "All agents are busy"))
		s.delivering(func(next refstaging.Deliver, to refstaging.Address, event []byte) {
			next(to, event)
			if isOf(event, refstaging.AgentStarted) {
				for _, other := range present.others(to.UserID, func(string) bool { return true }) {
					next(refstaging.Address{UserID: other}, frame)
				}
			}
		})
	},
	// A session that did not ask is told what an agent does, but not with which tools.
	"beside-lifecycle-every-session-tools": func(s *seams) {
		asked := s.askers()
		s.changing(refstaging.ToolExecuting, func(e *refstaging.Event) {
			if session := asked.of(*e); session != nil {
				e.SessionID = session.ID()
			}
		})
	},
	// In October events go to all sessions of a user, as they did in September.
	"beside-lifecycle-own-thread-all": func(s *seams) {
		s.delivering(func(next refstaging.Deliver, to refstaging.Address, frame []byte) {
			next(refstaging.Address{UserID: to.UserID}, frame)
		})
	},
}
