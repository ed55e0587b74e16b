package faults

import (
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A roll is who has opened a session, in order, and the sessions.
type roll struct {
	mu       sync.Mutex
	users    []string
	sessions []*refstaging.Session
}

// roll calls everybody who comes.
func (s *seams) roll() *roll {
	r := &roll{}
	around(&s.Hooks.Sessions.Welcome, func(next refstaging.WelcomeFrame) refstaging.WelcomeFrame {
		return func(session *refstaging.Session, now time.Time) any {
			r.enter(session)
			return next(session, now)
		}
	})
	return r
}

func (r *roll) enter(session *refstaging.Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions = append(slices.DeleteFunc(r.sessions, (*refstaging.Session).Closed), session)
	if !slices.Contains(r.users, session.UserID()) {
		r.users = append(r.users, session.UserID())
	}
}

// first is the oldest session that is open, or the given one.
func (r *roll) first(session *refstaging.Session) *refstaging.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sessions {
		if !s.Closed() {
			return s
		}
	}
	return session
}

// others are the users but one of whom something is true.
func (r *roll) others(user string, which func(other string) bool) (found []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.users {
		if other != user && which(other) {
			found = append(found, other)
		}
	}
	return found
}
