package staging

import (
	"slices"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// correlation finds the run that an event belongs to, among the runs of one user: a target sends the
// events of a run to all sessions of its user (websocket.md 7).
type correlation struct {
	mu      sync.Mutex
	byID    map[string]*Run // by every run id that it has on the wire
	recent  []*Run          // those that are open, and the last of each session, in the order asked
	threads []string        // that runs were on
}

// add takes a run that is about to be asked, under the id that the client gives it.
func (c *correlation) add(r *Run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[string]*Run{}
	}
	c.byID[r.id] = r
	c.recent = slices.DeleteFunc(c.recent, func(old *Run) bool { return old.over.Load() && old.session == r.session })
	c.recent = append(c.recent, r)
	c.keepThread(r.thread)
}

// find returns the run of an event that session s received, nil if it belongs to none:
//
//   - the run of that id; and where the target minted an id of its own (websocket.md 2.4), the one open
//     run that has shown no id yet, of the session or else of the user;
//   - without an id, the session's latest open run; an agent's event also its last one, as a target
//     may repeat or delay it.
func (c *correlation) find(s *Session, subject string, e *wire.Event) *Run {
	if !ofRun(e.Type) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.match(s, subject, e)
	if r != nil {
		r.bound = r.bound || e.RunID != ""
		c.keepThread(e.ThreadID)
	}
	return r
}

func (c *correlation) match(s *Session, subject string, e *wire.Event) *Run {
	if e.RunID == "" {
		return c.latest(s, agentEvent(e.Type))
	}
	if r := c.byID[e.RunID]; r != nil {
		return r
	}
	if e.UserID != "" && e.UserID != subject {
		return nil // somebody else's; the history shows it
	}
	r := c.only(func(r *Run) bool { return r.session == s })
	if r == nil {
		r = c.only(func(*Run) bool { return true })
	}
	if r != nil {
		c.byID[e.RunID] = r
	}
	return r
}

// only returns the one open run without an id on the wire among those that fit.
func (c *correlation) only(fits func(*Run) bool) (found *Run) {
	for _, r := range c.recent {
		switch {
		case r.bound || r.over.Load() || !fits(r):
		case found != nil:
			return nil
		default:
			found = r
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

// takeThreads returns the threads that runs were on since it was called last.
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
