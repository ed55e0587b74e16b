package faults

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var latencyFaults = map[string]fault{
	"latency-db-init-timeout": func(s *seams) {
		const why = "database initialisation timed out"
		failsAt("DATABASE", why)(s)
		failsAt("AUTH", why)(s)
	},
	"latency-ready-hangs":             func(s *seams) { s.api(at("GET /health/ready", late(hanging))) },
	"latency-connect-blocked":         connectBlocked,
	"latency-slow-database":           slowDatabase,
	"latency-agent-run-too-long":      agentRunTooLong,
	"latency-stream-hangs":            func(s *seams) { s.api(at("POST /api/agents/stream", headersOnly)) },
	"latency-timeout-inverted":        timeoutInverted,
	"latency-connection-lifetime-cut": func(s *seams) { s.sockets(cutAt(2 * time.Second)) },
	"latency-cold-start":              coldStart,
	"latency-startup-deadlock":        startupDeadlock,
	"latency-auth-slow":               authSlow,
}

// connectBlocked lets every fourth upgrade wait for one readiness after the other.
func connectBlocked(s *seams) {
	s.api(upgrading(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if s.chance.strikes(0.25) {
			late(6*time.Second)(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// slowDatabase slows down what asks the database for the user.
func slowDatabase(s *seams) {
	s.api(at("/api/threads*", late(5100*time.Millisecond)))
	s.api(at("/api/chat/*", late(5100*time.Millisecond)))
}

// agentRunTooLong lets nothing be heard of a run after its beginning.
func agentRunTooLong(s *seams) {
	around(&s.Hooks.Emitter.Emit, func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if e.Type != refstaging.AgentStarted {
				rest(ctx, hanging)
			}
			next(ctx, e)
		}
	})
}

func headersOnly(_ http.Handler, w http.ResponseWriter, r *http.Request) {
	if !await(r, 0) {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // a client that is gone hears nothing either
	rest(r.Context(), hanging)
}

// patience is the receive timeout of 10 to 19 s, as the embedded agents are quick: most of their runs take a
// third of it, a full analysis takes more.
const patience = 60 * time.Millisecond

// timeoutInverted stops telling of a run that is not over when the WebSocket gives up receiving.
func timeoutInverted(s *seams) {
	var begun sync.Map // of a run
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		first, _ := begun.LoadOrStore(e.RunID, time.Now())
		if time.Since(first.(time.Time)) < patience {
			next(e)
		}
	})
}

// coldStart lets the first instance come up with the first request after a pause. Until one WebSocket was
// refused, none is served.
func coldStart(s *seams) {
	const pause = 3 * time.Second // 15 minutes on the platform
	var mu sync.Mutex
	var last time.Time
	var refuses atomic.Bool
	asleep := func() bool {
		mu.Lock()
		defer mu.Unlock()
		cold := time.Since(last) > pause
		last = time.Now()
		return cold
	}
	s.api(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if asleep() {
			refuses.Store(true)
			if !await(r, 6600*time.Millisecond) {
				return
			}
			asleep() // it is awake by now
		}
		if isUpgrade(r) && refuses.CompareAndSwap(true, false) {
			http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// startupDeadlock lets every start fail, unless somebody names another rate.
func startupDeadlock(s *seams) {
	around(&s.Hooks.Startup.Phase, func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if name == "SERVICES" && s.chance.strikes(1) {
				return errors.New("validation timed out after 5.0s")
			}
			return next(ctx, i, name)
		}
	})
}

// authSlow is the auth service during its outage, a sixth as slow.
func authSlow(s *seams) {
	s.auth(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			late(hanging)(next, w, r)
		} else if await(r, 3300*time.Millisecond) {
			http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		}
	})
}
