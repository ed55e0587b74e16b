package staging

import (
	"slices"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// correlation finds the run that an event belongs to, among the runs of one user: a target sends the
// events of a run to all sessions of its user (websocket.md 7).
type correlation struct {
	mu      sync.Mutex
	byID    map[string]*Run // by every run id that it has on the wire
	recent  []*Run          // those that are open, and the last of each session, in the order asked
	threads []string        // that are to be archived
}

// add takes a run that is about to be asked, under the id that the client gives it.
func (c *correlation) add(r *Run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[string]*Run{}
	}
	if r.id != "" {
		c.byID[r.id] = r
	}
	c.recent = slices.DeleteFunc(c.recent, func(old *Run) bool {
		return old.over.Load() && (old.session == r.session || old.left() && old.ended.Load())
	})
	c.recent = append(c.recent, r)
	c.keepThread(r.thread)
}

// left tells whether the session of the run has ended.
func (r *Run) left() bool {
	select {
	case <-r.session.done:
		return true
	default:
		return false
	}
}

// unseen tells whether events may come under an id that is not known to be the run's. Guarded by the
// correlation's mu.
func (r *Run) unseen() bool { return !r.bound && !r.ended.Load() }

// find returns the run of an event that session s received, nil if it belongs to none:
//
//   - the run of that id; and where the target minted an id of its own (websocket.md 2.4), the one open
//     run that has shown no id yet, of the session or else of the user;
//   - without an id, the session's latest open run; an agent's event also its last one, as a target
//     may repeat or delay it. An error frame is first that of a run that must fail: it has no id when it
//     refuses a thread (websocket.md 4.4).
//
// The rest of a run whose session has ended may come to a later session of its user. It is never taken
// for that of a run that was asked there: where neither ids nor threads tell, it belongs to none.
func (c *correlation) find(s *Session, subject string, e *wire.Event) *Run {
	if !ofRun(e.Type) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.match(s, subject, e)
	if r != nil {
		r.bound = r.bound || e.RunID != ""
		if !r.asking.intrudes {
			c.keepThread(e.ThreadID)
		}
	}
	return r
}

func (c *correlation) match(s *Session, subject string, e *wire.Event) *Run {
	switch known := c.byID[e.RunID]; {
	case e.RunID == "" && agentEvent(e.Type):
		return c.nameless(s, e)
	case e.RunID == "" && errorFrame(e.Type):
		return c.refused(s)
	case e.RunID == "":
		return c.latest(s, false)
	case known != nil:
		return known
	case e.UserID != "" && e.UserID != subject:
		return nil // somebody else's; the history shows it
	}
	r := c.minted(s, e.ThreadID)
	if r != nil {
		c.byID[e.RunID] = r
	}
	return r
}

// minted returns the run that has shown no id yet and must be the one of an event under an unknown id.
func (c *correlation) minted(s *Session, thread string) *Run {
	candidates := all(c.recent, func(r *Run) bool { return r.unseen() && (!r.over.Load() || r.left()) })
	if on := all(candidates, func(r *Run) bool { return r.thread != "" && r.thread == thread }); len(on) > 0 {
		candidates = on
	}
	if own := all(candidates, func(r *Run) bool { return r.session == s }); len(own) == 1 &&
		!slices.ContainsFunc(candidates, (*Run).left) {
		return own[0]
	}
	if len(candidates) != 1 {
		return nil
	}
	return candidates[0]
}

// nameless returns the run of an agent's event without a run id: the session's latest open one, or its
// last, unless the event names the thread of a run whose session has ended.
func (c *correlation) nameless(s *Session, e *wire.Event) *Run {
	r := c.latest(s, true)
	if e.ThreadID == "" || r != nil && r.thread == e.ThreadID {
		return r
	}
	old := all(c.recent, func(r *Run) bool { return r.left() && r.thread == e.ThreadID })
	if len(old) > 0 {
		return old[len(old)-1]
	}
	return r
}

// refused returns the run of an error frame without a run id: of the session's open ones the first that
// must fail and has shown no event yet, else the latest.
func (c *correlation) refused(s *Session) *Run {
	if due := c.failing(s); len(due) > 0 {
		return due[0]
	}
	return c.latest(s, false)
}

// failing returns the session's open runs that must fail and have shown no event yet.
func (c *correlation) failing(s *Session) []*Run {
	return all(c.recent, func(r *Run) bool {
		return r.session == s && !r.over.Load() && r.unseen() && r.asking.intent.Expect == history.Failure
	})
}

// mustFail tells whether an error frame is due that has nothing to do with a wrong message.
func (c *correlation) mustFail(s *Session) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.failing(s)) > 0
}

func all(runs []*Run, fit func(*Run) bool) (found []*Run) {
	for _, r := range runs {
		if fit(r) {
			found = append(found, r)
		}
	}
	return found
}

// latest returns the session's open run that was asked last, or, if it has none and any will do, its
// last run.
func (c *correlation) latest(s *Session, any bool) (last *Run) {
	for _, r := range slices.Backward(c.recent) {
		switch {
		case r.session != s:
		case !r.over.Load():
			return r
		case last == nil && any:
			last = r
		}
	}
	return last
}

func (c *correlation) keepThread(id string) {
	if id != "" && !slices.Contains(c.threads, id) {
		c.threads = append(c.threads, id)
	}
}

// keep and forget change which threads are to be archived.
func (c *correlation) keep(thread string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keepThread(thread)
}

func (c *correlation) forget(thread string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.threads = slices.DeleteFunc(c.threads, func(id string) bool { return id == thread })
}

// takeThreads returns the threads that runs were on, or that were created, since it was called last.
func (c *correlation) takeThreads() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	threads := c.threads
	c.threads = nil
	return threads
}

// ofRun tells what may belong to a run from what is the session's own affair (websocket.md 8).
func ofRun(eventType string) bool {
	switch eventType {
	case wire.Welcome, wire.Ping, wire.Pong, wire.Heartbeat, wire.HeartbeatAck, wire.Ack, wire.SystemMessage,
		wire.HandshakeResponse, wire.HandshakeAck, wire.HandshakeComplete, "backend_log",
		"typing_acknowledged", "event_batch":
		return false
	}
	return true
}

func agentEvent(eventType string) bool {
	return eventType == wire.AgentError || slices.Contains(wire.TheFive, eventType)
}

// errorFrame tells a type in which a server refuses what a client sent (websocket.md 4.4, 5.3).
func errorFrame(eventType string) bool {
	return eventType == wire.Error || eventType == wire.ConnectionErr || eventType == wire.SystemErr
}
