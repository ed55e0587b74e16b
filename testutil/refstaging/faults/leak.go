package faults

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var leakFaults = map[string]fault{
	"leak-manager-limit":       managersKept,
	"leak-cleanup-ineffective": managersKept, // a lock-out that passes was not seen either
	"leak-connection-cap":      connectionCap,
	"leak-db-pool":             databasePool,
	"leak-memory-growth":       memoryGrowth,
}

// managersKept keeps a manager of every connection, which nothing releases, up to a limit of each user's.
func managersKept(s *seams) {
	const limit = 20
	var mu sync.Mutex
	managers := map[string]int{}
	s.starting(func() {
		mu.Lock()
		defer mu.Unlock()
		clear(managers)
	})
	s.openingFor(func(user refstaging.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		if managers[user.UserID] == limit {
			return notInitialised("User %s has reached the maximum number of WebSocket managers (%d). Emergency cleanup attempted but limit still exceeded", user.UserID, limit)
		}
		managers[user.UserID]++
		return nil
	})
}

// connectionCap refuses what is beyond the limit as if it were a failure of the server.
func connectionCap(s *seams) {
	around(&s.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
		return func(user refstaging.Identity, why error) *refstaging.Refusal {
			if !errors.Is(why, refstaging.ErrSessionLimit) {
				return next(user, why)
			}
			return notInitialised("User %s exceeded maximum connections per user limit (%d)", user.UserID, cmp.Or(s.SessionLimit, 10))
		}
	})
}

// notInitialised is a failure of the session factory.
func notInitialised(format string, args ...any) *refstaging.Refusal {
	return &refstaging.Refusal{
		Frame: errorFrame("SERVICE_INIT_FAILED", fmt.Sprintf(format, args...)),
		Code:  websocket.CloseInternalServerErr, Reason: "Service initialization failed",
	}
}

// databasePool loses a connection of the pool with each run and each call of a user, until there is none.
func databasePool(s *seams) {
	const size = 20 + 30 // pool_size and max_overflow of /health/pool-metrics
	var lost atomic.Int64
	s.starting(func() { lost.Store(0) })
	around(&s.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
		return func(name string) (refstaging.Agent, bool) {
			lost.Add(1)
			return next(name)
		}
	})
	s.app(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/health/database":
			altered(func(_ *http.Request, all map[string]any) {
				if stats, ok := all["database_stats"].(map[string]any); ok {
					stats["active_connections"] = 1 + min(lost.Load(), size-1)
				}
			})(next, w, r)
		case !strings.HasPrefix(r.URL.Path, "/api/") || bearer(r) == "" || isUpgrade(r):
			next.ServeHTTP(w, r)
		case lost.Add(1) < size:
			next.ServeHTTP(w, r)
		case await(r, 300*time.Millisecond): // the pool's timeout, 30 s on the platform
			raises(http.StatusServiceUnavailable, longError("SERVICE_UNAVAILABLE", http.StatusServiceUnavailable, "Database service temporarily unavailable"))(next, w, r)
		}
	})
}

// memoryGrowth keeps memory of every session, which slows everything down, until the instance is killed and
// begins anew.
func memoryGrowth(s *seams) {
	const (
		kept  = 2 << 20 // bytes of a session
		limit = 60      // sessions that fit
		slows = time.Millisecond
	)
	var mu sync.Mutex
	var leaked [][]byte
	at := &instance{open: map[*tenant]bool{}}
	s.starting(func() {
		mu.Lock()
		defer mu.Unlock()
		leaked = nil
	})
	weight := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(leaked)
	}
	s.api(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		late(time.Duration(weight())*slows)(next, w, r)
	})
	s.sockets(func(conn net.Conn) net.Conn {
		mu.Lock()
		defer mu.Unlock()
		leaked = append(leaked, touched(kept))
		conn = at.admit(conn)
		if len(leaked) == limit {
			leaked = nil
			at.killed()
		}
		return conn
	})
}

// touched is memory that the system has really given.
func touched(bytes int) []byte {
	memory := make([]byte, bytes)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	return memory
}
