package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideAccumulation are leaks that no catalogue knows.
var besideAccumulation = map[string]fault{
	// The call of a tool opens a connection to another service, which stays open.
	"beside-accumulation-connections": func(s *seams) {
		s.leaves("/health/system", "process", "connections", s.counting(refstaging.ToolExecuting))
	},
	// The answer is written in a transaction of its own, which nobody ends.
	"beside-accumulation-database-connections": func(s *seams) {
		s.leaves("/health/database", "database_stats", "active_connections", s.counting(refstaging.AgentCompleted))
	},
	"beside-accumulation-latency": listWalked,
	// Every answer is kept, with all that led to it.
	"beside-accumulation-memory": func(s *seams) {
		var mu sync.Mutex
		var kept [][]byte
		s.changing(refstaging.AgentCompleted, func(*refstaging.Event) {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, touched(1<<20))
		})
	},
	"beside-accumulation-platform-memory": tokensRemembered,
	"beside-accumulation-sessions":        placesKept,
	// Every second run has a watchdog, which never hears that it is over.
	"beside-accumulation-tasks": func(s *seams) {
		begun := s.counting(refstaging.AgentStarted)
		s.leaves("/api/system/debug/async_tasks", "", "total_tasks", func() int64 { return begun() / 2 })
	},
	// Each thought is logged by a thread of its own.
	"beside-accumulation-threads": func(s *seams) {
		s.leaves("/health/system", "process", "num_threads", s.counting(refstaging.AgentThinking))
	},
}

// counting counts the events of a type.
func (s *seams) counting(kind string) func() int64 {
	var n atomic.Int64
	s.changing(kind, func(*refstaging.Event) { n.Add(1) })
	return n.Load
}

// leaves adds what is left of something to a figure that the backend says of itself: a member of a group, or of
// the answer where the group is "".
func (s *seams) leaves(path, group, name string, left func() int64) {
	s.app(at("GET "+path, altered(func(_ *http.Request, all map[string]any) {
		of := all
		if group != "" {
			of, _ = all[group].(map[string]any)
		}
		if number, ok := of[name].(json.Number); ok {
			value, _ := number.Int64() // figures are whole
			of[name] = value + left()
		}
	})))
}

// listWalked lets each session walk through the list of all sessions there ever were, before it is welcomed.
func listWalked(s *seams) {
	var sessions atomic.Int64
	s.accepting(func(*http.Request) error {
		rest(context.Background(), time.Duration(sessions.Add(1))*12*time.Millisecond) // the request is over
		return nil
	})
}

// tokensRemembered remembers all that was found out about the token of a WebSocket, and takes its time for that, so
// that the platform sees each round of use. The memory of all services is that of the one process that they are here.
func tokensRemembered(s *seams) {
	var mu sync.Mutex
	var remembered [][]byte
	s.accepting(func(*http.Request) error {
		mu.Lock()
		remembered = append(remembered, touched(1<<20))
		mu.Unlock()
		rest(context.Background(), 150*time.Millisecond) // the request is over
		return nil
	})
}

// placesKept counts every second session of a user as one that is open, whether it was left or not.
func placesKept(s *seams) {
	var mu sync.Mutex
	opened := map[string]int{}
	s.openingFor(func(user refstaging.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		opened[user.UserID]++
		return nil
	})
	around(&s.Hooks.Sessions.Count, func(next refstaging.CountSessions) refstaging.CountSessions {
		return func(user string) int {
			mu.Lock()
			defer mu.Unlock()
			return max(next(user), opened[user]/2)
		}
	})
}
