package faults

import (
	"context"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideLatency are delays that no catalogue knows. Budgets are those of the embedded target
// (fixtures.EmbeddedBudgets).
var besideLatency = map[string]fault{
	"beside-latency-connect":     hesitant,
	"beside-latency-first-event": besideAnother(refstaging.AgentStarted),
	"beside-latency-gap":         besideAnother(refstaging.ToolCompleted),
	// The loop is there, and beats more seldom than anybody waits.
	"beside-latency-heartbeat": func(s *seams) { s.HeartbeatEvery = 14 * time.Second },
	// Nine tenths of what any exchange may take.
	"beside-latency-margin": func(s *seams) { s.api(at("GET /api/agents/stream", late(4300*time.Millisecond))) },
	// That somebody stops typing has no handler.
	"beside-latency-reply": swallows(of("typing_stopped")),
	// A reply that is in time, and more than a second late.
	"beside-latency-report": func(s *seams) {
		s.routing(of("heartbeat"), func(next refstaging.Route, session *refstaging.Session, m refstaging.Message) {
			time.AfterFunc(1500*time.Millisecond, func() { next(session, m) })
		})
	},
}

// besideAnother lets a user's run in a second session wait before an event of it, while the one in the first session
// is slow, and in time at each of its steps: whoever waits for that one alone does not notice.
func besideAnother(kind string) fault {
	const step, held = 2500 * time.Millisecond, 5600 * time.Millisecond // that is less than three steps
	return func(s *seams) {
		present, asked := s.roll(), s.askers()
		around(&s.Hooks.Emitter.Emit, func(next refstaging.Emit) refstaging.Emit {
			return func(ctx context.Context, e refstaging.Event) {
				switch first := present.first(nil) == asked.of(e); {
				case first && (e.Type == refstaging.ToolExecuting || e.Type == refstaging.ToolCompleted || e.Type == refstaging.AgentCompleted):
					rest(ctx, step)
				case !first && e.Type == kind:
					rest(ctx, held)
				}
				next(ctx, e)
			}
		})
	}
}
