package faults

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

const orchestrator = "WorkflowOrchestrator" // leads the specialists of a full analysis

// besideOrder are failures of the order within a run that no catalogue knows.
var besideOrder = map[string]fault{
	// The orchestrator has one more thought when it has completed.
	"beside-lifecycle-agent-acts-afterthought": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			next(e)
			if e.Agent == orchestrator && e.Type == refstaging.AgentCompleted {
				next(thinking(e, "Now that all have answered, their findings can be put together."))
			}
		})
	},
	// The orchestrator is started, gets no place, and is started again.
	"beside-lifecycle-agent-completes-restarted": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			next(e)
			if e.Agent == orchestrator && e.Type == refstaging.AgentStarted {
				next(e)
			}
		})
	},
	// What assembles the findings says that it has completed, and never said that it began.
	"beside-lifecycle-agent-started-assembler": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Agent == orchestrator && e.Type == refstaging.AgentCompleted {
				assembled := e
				assembled.Agent = "report_assembler"
				next(assembled)
			}
			next(e)
		})
	},
	// The clock of what runs the tools is that of another time zone.
	"beside-lifecycle-clock-zone": func(s *seams) {
		around(&s.Hooks.Emitter.Encode, func(next refstaging.Encode) refstaging.Encode {
			return func(e refstaging.Event) ([]byte, error) {
				if e.Type == refstaging.ToolExecuting {
					e.At = e.At.Add(-2 * time.Hour)
				}
				return next(e)
			}
		})
	},
	// A run begins under the id of its job, before it takes over the client's.
	"beside-lifecycle-one-run-id-job": func(s *seams) {
		s.changing(refstaging.AgentStarted, func(e *refstaging.Event) { e.RunID = "job_" + e.RequestID })
	},
	// The second run on a conversation is taken for one that goes on.
	"beside-lifecycle-started-second": func(s *seams) {
		s.onTurn(2, func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type != refstaging.AgentStarted {
				next(e)
			}
		})
	},
	// In the second run an agent has read the history before it says that it begins.
	"beside-lifecycle-started-first-history": func(s *seams) {
		s.onTurn(2, func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.AgentStarted {
				next(thinking(e, "Reading what was said before on this thread."))
			}
			next(e)
		})
	},
	// One agent's thoughts are told when its tool is done.
	"beside-lifecycle-thinking-first-late": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Agent == "triage" && e.Type == refstaging.AgentThinking {
				return
			}
			next(e)
			if e.Agent == "triage" && e.Type == refstaging.ToolCompleted {
				next(thinking(e, "The sizes have been compared with one another."))
			}
		})
	},
	// A second tool works beside the first, and nobody hears of it again.
	"beside-lifecycle-tools-paired-beside": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.ToolExecuting {
				other := e
				other.Tool = "search_history"
				next(other)
			}
			next(e)
		})
	},
}

// thinking is a thought of an event's agent.
func thinking(e refstaging.Event, thought string) refstaging.Event {
	return refstaging.Event{
		Type: refstaging.AgentThinking, UserID: e.UserID, ThreadID: e.ThreadID, SessionID: e.SessionID,
		RunID: e.RunID, RequestID: e.RequestID, Agent: e.Agent, Thought: thought, Step: 1,
	}
}
