package faults

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var sessionFaults = map[string]fault{
	"session-factory-validation": func(s *seams) {
		s.opening(func() error {
			<-time.After(validation)
			return internalError("Factory SSOT validation failed")
		})
	},
	"session-factory-not-awaited":  wronglyAwaited,
	"session-sync-factory-awaited": wronglyAwaited,
	"session-factory-refuses-caller": func(s *seams) {
		s.opening(func() error { return errors.New("the factory refuses its caller") })
	},
	"session-placeholder-id-rejected": func(s *seams) {
		s.openingFor(func(user refstaging.Identity) error {
			if _, id, _ := strings.Cut(user.UserID, "-"); isPlaceholder(id) {
				return &refstaging.Refusal{Frame: placeholder("user_id", id), Code: websocket.CloseInternalServerErr, Reason: "Internal error"}
			}
			return nil
		})
		around(&s.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
			return func(session *refstaging.Session, m refstaging.Message) {
				if thread := m.Text("thread_id"); thread == "default" || isPlaceholder(thread) {
					session.Reply(placeholder("thread_id", thread))
					return
				}
				next(session, m)
			}
		})
	},
	"session-context-attribute-drift": func(s *seams) {
		s.failing(every, "'UserExecutionContext' object has no attribute 'metadata'")
		for _, route := range []string{"execute", "triage", "data", "optimization"} {
			s.app(at("POST /api/agents/"+route, status(http.StatusInternalServerError, `{"detail":"Agent execution failed"}`)))
		}
	},
	"session-thread-id-mismatch": threadIDMismatch,
	"session-base-agent-factory": func(s *seams) {
		s.failing(every, "the execution context of the agent could not be made")
	},
	"session-system-user-refused": func(s *seams) {
		refused := status(http.StatusForbidden, `{"detail":"Not authenticated"}`)
		for _, stored := range []string{"/api/threads*", "/api/chat/*", "/api/user/*", "/api/users/*"} {
			s.app(at(stored, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					next.ServeHTTP(w, r)
					return
				}
				refused(next, w, r)
			}))
		}
	},
	"session-context-manager-misuse": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.AgentStarted || e.Type == refstaging.AgentThinking {
				next(e)
			}
		})
	},
	// Of a supervised analysis the agents are missing; asked for directly they end in an error.
	"session-context-not-copyable": func(s *seams) {
		uncopied := func(name string) bool {
			return slices.Contains([]string{"data", "optimization", "actions", "reporting"}, name)
		}
		s.failing(uncopied, "cannot pickle '_contextvars.ContextVar' object")
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.AgentError || !uncopied(e.Agent) {
				next(e)
			}
		})
	},
	"session-thread-not-associated": threadNotAssociated,
}

// validation is a scaled-down 8 s: the close has to come within the connect budget to be seen.
const validation = 2 * time.Second

// wronglyAwaited is a connection manager that is a coroutine, or is awaited and is none.
func wronglyAwaited(s *seams) {
	s.opening(func() error {
		return &refstaging.Refusal{
			Frame: errorFrame("INTERNAL_ERROR", "'coroutine' object has no attribute 'add_connection'"),
			Code:  websocket.CloseInternalServerErr, Reason: "Internal error",
		}
	})
}

func isPlaceholder(id string) bool {
	return slices.ContainsFunc([]string{"test_", "demo_", "default_", "temp_"}, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
}

func placeholder(field, value string) map[string]any {
	return errorFrame("INTERNAL_ERROR", fmt.Sprintf("Field '%s' contains forbidden placeholder value. Value: '%s'", field, value))
}

// threadIDMismatch gives some runs ids by two generators, and then does not find the thread.
func threadIDMismatch(s *seams) {
	var struck sync.Map // run id to its mismatch
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		at, seen := struck.Load(e.RunID)
		switch {
		case !seen && s.chance.strikes(0.3):
			struck.Store(e.RunID, mismatch{at: time.Now().UnixMilli()})
			next(e)
		case !seen:
			struck.Store(e.RunID, mismatch{})
			next(e)
		case at.(mismatch).at == 0:
			next(e)
		case !at.(mismatch).failed:
			struck.Store(e.RunID, mismatch{at: at.(mismatch).at, failed: true})
			e.Type, e.Error = refstaging.AgentError, "404: Thread not found"
			next(e)
		}
	})
	around(&s.Hooks.Emitter.Encode, func(next refstaging.Encode) refstaging.Encode {
		return func(e refstaging.Event) ([]byte, error) {
			if of, _ := struck.Load(e.RunID); of != nil && of.(mismatch).at != 0 {
				made := fmt.Sprintf("websocket_factory_%d", of.(mismatch).at)
				e.RunID, e.ThreadID = made, "thread_"+made+"_7_9f3c2a10"
			}
			return next(e)
		}
	})
}

type mismatch struct {
	at     int64 // milliseconds in the new ids; 0: the run has its own
	failed bool
}

// threadNotAssociated loses the events of the run with which a connection gets to know a thread: its first,
// and the first after each change of the thread.
func threadNotAssociated(s *seams) {
	var mu sync.Mutex
	known, lost := map[string]string{}, map[string]bool{} // the thread of a user; runs
	s.openingFor(func(user refstaging.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		delete(known, user.UserID)
		return nil
	})
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		mu.Lock()
		if e.Type == refstaging.AgentStarted && known[e.UserID] != e.ThreadID && !lost[e.RunID] {
			known[e.UserID], lost[e.RunID] = e.ThreadID, true
		}
		unheard := lost[e.RunID]
		mu.Unlock()
		if !unheard {
			next(e)
		}
	})
}
