package variants

import (
	"context"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// remembered bounds the runs whose askers are known.
const remembered = 10_000

// direct lets the events of a run travel as direct replies: to the session that asked for it alone, also when
// that has gone (websocket.md 7).
func direct(c *refstaging.Config) {
	a := &askers{runs: map[string]*refstaging.Session{}}
	c.Hooks.Router.Route = chained(c.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
		return func(s *refstaging.Session, m refstaging.Message) {
			if run := m.Text("run_id"); run != "" {
				a.asked(run, s)
			}
			next(s, m)
		}
	})
	c.Hooks.Emitter.Emit = chained(c.Hooks.Emitter.Emit, func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if s := a.of(e.RunID); s != nil && s.UserID() == e.UserID {
				e.SessionID = s.ID()
			}
			next(ctx, e)
		}
	})
}

// askers are the sessions that asked for runs, by run id.
type askers struct {
	mu   sync.Mutex
	runs map[string]*refstaging.Session
}

func (a *askers) asked(run string, s *refstaging.Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.runs) >= remembered {
		clear(a.runs) // whoever is forgotten is heard by all
	}
	a.runs[run] = s
}

// of is nil for a run that nobody is known to have asked for.
func (a *askers) of(run string) *refstaging.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.runs[run]
}
