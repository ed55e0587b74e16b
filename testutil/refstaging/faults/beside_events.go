package faults

import "github.com/netra-systems/staging-e2e/testutil/refstaging"

// besideEvents are failures of single events that no catalogue knows.
var besideEvents = map[string]fault{
	"beside-events-thread": func(s *seams) {
		s.changing(refstaging.AgentThinking, func(e *refstaging.Event) { e.ThreadID = "thread_of_nobody" })
	},
}

// changing changes every event of a type before it is numbered and sent.
func (s *seams) changing(kind string, change func(e *refstaging.Event)) {
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if e.Type == kind {
			change(&e)
		}
		next(e)
	})
}
