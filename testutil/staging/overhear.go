package staging

import (
	"context"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// Overhear blocks until the session has heard the outcome of a run that was asked in another session of its
// user, to all of which a target sends the events of a run (websocket.md 7); in October, to those on its
// thread. It has to be open when the run begins. The error is a *WaitError when the outcome does not come
// within the budget Answer, counted from when the run was asked, and a *ClosedError when the session ends
// first.
func (s *Session) Overhear(ctx context.Context, r *Run) error {
	budget := s.target.budgets.Answer
	err := s.within(ctx, budget, func() bool { t := s.overheard[r]; return t != nil && t.Ended() })
	return s.gaveUp(err, r.label, r.label, "the outcome of a run of another session", budget)
}

// overhear takes in the next event of a run of another session. Call with s.mu held.
func (s *Session) overhear(r *Run, e *wire.Event) {
	if s.overheard == nil {
		s.overheard = map[*Run]*wire.Tracker{}
	}
	t := s.overheard[r]
	if t == nil {
		t = new(wire.Tracker)
		s.overheard[r] = t
	}
	t.Observe(e)
}
