package refstaging

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// hub is the session manager: it knows the open sessions of every user and nothing else delivers to
// them. Under its one lock a frame gets its time and is queued, so the timestamps that a session sees
// never decrease (rule V17 of websocket.md 8); nothing that can block happens there.
type hub struct {
	clock clock
	ids   *idSource
	limit int

	emit    Emit
	encode  Encode
	deliver Deliver
	welcome WelcomeFrame
	count   CountSessions

	mu      sync.Mutex
	users   map[string]map[*Session]struct{}
	closing bool
	left    sync.Cond // a session has left
}

func newHub(cfg Config, spoken dialect, clock clock, ids *idSource) *hub {
	h := &hub{clock: clock, ids: ids, limit: cfg.SessionLimit, users: make(map[string]map[*Session]struct{})}
	h.left.L = &h.mu
	h.emit = hooked(cfg.Hooks.Emitter.Emit, h.send)
	h.encode = hooked(cfg.Hooks.Emitter.Encode, spoken.encode)
	h.deliver = hooked(cfg.Hooks.Emitter.Deliver, h.queue)
	h.welcome = hooked(cfg.Hooks.Sessions.Welcome, spoken.welcome)
	h.count = hooked(cfg.Hooks.Sessions.Count, func(user string) int { return len(h.users[user]) })
	return h
}

var (
	// ErrSessionLimit is why a session too many of a user is refused.
	ErrSessionLimit = errors.New("the user has as many sessions as allowed")
	errClosing      = errors.New("the server is closing")
)

// join registers a session and queues its welcome, in one step: no event can come before it, and no
// two sessions can share the last place.
func (h *hub) join(s *Session) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := h.users[s.user.UserID]
	switch {
	case h.closing:
		return errClosing
	case h.count(s.user.UserID) >= h.limit:
		return ErrSessionLimit
	case own == nil:
		own = make(map[*Session]struct{})
		h.users[s.user.UserID] = own
	}
	own[s] = struct{}{}
	now := h.clock.now()
	if s.handshake != nil {
		s.queue(s.handshake.begin(now))
	}
	if frame := h.welcome(s, now); frame != nil {
		s.queue(frame)
	}
	return nil
}

// leave frees the session's place. It may be called more than once.
func (h *hub) leave(s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := h.users[s.user.UserID]
	delete(own, s)
	if len(own) == 0 {
		delete(h.users, s.user.UserID)
	}
	h.left.Broadcast()
}

// reply sends a direct reply to one session.
func (h *hub) reply(s *Session, build func(now time.Time) any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.queue(build(h.clock.now()))
}

// send is the correct end of the Emit chain.
func (h *hub) send(_ context.Context, e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.At = h.clock.now()
	e.ID = h.ids.numbered("evt_"+e.Type, e.At)
	if frame, err := h.encode(e); err == nil {
		h.deliver(Address{e.UserID, e.ThreadID, e.SessionID}, frame)
	}
}

// queue is the correct end of the Deliver chain; the lock is held.
func (h *hub) queue(to Address, frame []byte) {
	for s := range h.users[to.UserID] {
		if s.hears(to.ThreadID) && (to.SessionID == "" || to.SessionID == s.id) {
			s.out.push(frame)
			s.events.Add(1)
		}
	}
}

// census is the number of users with an open session, and of open sessions.
func (h *hub) census() (users, sessions int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, own := range h.users {
		sessions += len(own)
	}
	return len(h.users), sessions
}

// sessionsOf are the ids of a user's open sessions, in no order.
func (h *hub) sessionsOf(user string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for s := range h.users[user] {
		ids = append(ids, s.id)
	}
	return ids
}

// close ends every session with a close code and waits until all have left, at most a grace period
// longer than a peer has to answer.
func (h *hub) close(code int, reason string) {
	impatient := time.AfterFunc(2*closeGrace, h.cutOff)
	defer impatient.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = true
	for _, own := range h.users {
		for s := range own {
			s.out.close(code, reason)
		}
	}
	for len(h.users) > 0 {
		h.left.Wait()
	}
}

func (h *hub) cutOff() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, own := range h.users {
		for s := range own {
			s.conn.NetConn().Close() // wakes the reader, which leaves
		}
	}
}

// queue marshals and pushes a frame that the server made itself; it always marshals.
func (s *Session) queue(frame any) {
	if text, err := json.Marshal(frame); err == nil {
		s.out.push(text)
	}
}
