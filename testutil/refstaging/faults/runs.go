package faults

import (
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A job is what the platform shares of a run that is going on and should not.
type job struct {
	user  string
	depth int // agents that have started and not completed

	held   *refstaging.Event // that another emitter has overtaken
	answer string            // that the shared state holds for it; "": its own
}

// jobs are the runs that go on, in the order they began.
type jobs struct {
	mu   sync.Mutex
	all  map[string]*job // by run id
	last string          // the user whose run began last
}

func newJobs() *jobs { return &jobs{all: map[string]*job{}} }

// follow takes in an event; the lock is held. A run begins with its first start and ends with its root's
// completion, or its error.
func (j *jobs) follow(e refstaging.Event) *job {
	found := j.all[e.RunID]
	if found == nil {
		found = &job{user: e.UserID}
		if e.Type == refstaging.AgentStarted {
			j.all[e.RunID], j.last = found, e.UserID
		}
	}
	switch e.Type {
	case refstaging.AgentStarted:
		found.depth++
	case refstaging.AgentCompleted:
		found.depth--
	case refstaging.AgentError:
		found.depth = 0
	}
	if found.depth <= 0 {
		delete(j.all, e.RunID)
	}
	return found
}

// users are how many have runs that go on, the user of one included; the lock is held.
func (j *jobs) users(one string) int {
	names := map[string]bool{one: true}
	for _, other := range j.all {
		names[other.user] = true
	}
	return len(names)
}

// overlapping treats the events of runs in another way, one after the other, and knows the runs that go on.
func (s *seams) overlapping(treat func(j *jobs, mine *job, next func(refstaging.Event), e refstaging.Event)) {
	j := newJobs()
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		j.mu.Lock()
		defer j.mu.Unlock()
		treat(j, j.follow(e), next, e)
	})
}

// An asker is who asked last, by user: the session that a run of the user is bound to when it begins.
type askers struct {
	mu   sync.Mutex
	last map[string]*refstaging.Session // by user
	runs map[string]*refstaging.Session // by run id
}

// askers binds every run to the session that asked for it.
func (s *seams) askers() *askers {
	a := &askers{last: map[string]*refstaging.Session{}, runs: map[string]*refstaging.Session{}}
	s.routing(isPrompt, func(next refstaging.Route, session *refstaging.Session, m refstaging.Message) {
		a.mu.Lock()
		a.last[session.UserID()] = session
		if run := m.Text("run_id"); run != "" {
			a.runs[run] = session
		}
		a.mu.Unlock()
		next(session, m)
	})
	return a
}

// of is the session that asked for an event's run; nil if none did.
func (a *askers) of(e refstaging.Event) *refstaging.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	session, known := a.runs[e.RunID]
	if !known {
		session = a.last[e.UserID]
		a.runs[e.RunID] = session
	}
	return session
}
