package faults

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideIsolation are ways to mix users that no catalogue knows.
var besideIsolation = map[string]fault{
	// The messages of somebody else's thread are none, instead of nobody's business.
	"beside-isolation-claimed-id": func(s *seams) {
		s.app(at("GET /api/threads/*", rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusForbidden && strings.HasSuffix(r.URL.Path, "/messages") {
				a.Code = http.StatusOK
				a.Body.Reset()
				a.Body.WriteString(`{"messages":[],"total":0,"limit":50,"offset":0}`)
				a.Header().Del("Content-Length")
			}
		})))
	},
	"beside-isolation-foreign-nonce": thinksOfAnother,
	// What is done with a tool is booked on the run that came last.
	"beside-isolation-foreign-run": func(s *seams) {
		s.overlapping(func(j *jobs, _ *job, next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.ToolExecuting {
				for id, other := range j.all {
					if other.user == j.last {
						e.RunID = id
					}
				}
			}
			next(e)
		})
	},
	"beside-isolation-foreign-thread": listsForAll,
	"beside-isolation-foreign-user":   signsForAnother,
	// Whoever came first watches what the others' agents think.
	"beside-isolation-idle-listener": func(s *seams) {
		present := s.roll()
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			next(e)
			if first := present.first(nil); e.Type == refstaging.AgentThinking && first != nil && first.UserID() != e.UserID {
				e.UserID = first.UserID()
				next(e)
			}
		})
	},
	"beside-isolation-serialised": oneWorker,
	// A job of the night reports to whoever works at the time.
	"beside-isolation-stray": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			next(e)
			if e.Type == refstaging.ToolExecuting {
				next(refstaging.Event{
					Type: refstaging.AgentThinking, UserID: e.UserID, ThreadID: "thread_nightly_compaction", RunID: "run_nightly_compaction_0001",
					Agent: "reporting", Thought: "Compacting the threads of yesterday", Step: 1,
				})
			}
		})
	},
}

// thinksOfAnother puts into a thought what another user has asked last.
func thinksOfAnother(s *seams) {
	var mu sync.Mutex
	asked := map[string]string{} // by user
	s.routing(isPrompt, func(next refstaging.Route, session *refstaging.Session, m refstaging.Message) {
		mu.Lock()
		asked[session.UserID()] = m.Content()
		mu.Unlock()
		next(session, m)
	})
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if e.Type == refstaging.AgentThinking {
			mu.Lock()
			for user, prompt := range asked {
				if user != e.UserID {
					e.Thought += " This resembles an earlier request: " + prompt
					break
				}
			}
			mu.Unlock()
		}
		next(e)
	})
}

// listsForAll shows everybody the thread that was made last, in their own lists.
func listsForAll(s *seams) {
	var mu sync.Mutex
	var made struct {
		owner  string
		thread json.RawMessage
	}
	s.app(at("/api/threads", rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
		mu.Lock()
		defer mu.Unlock()
		var list []json.RawMessage
		switch {
		case a.Code != http.StatusOK:
		case r.Method == http.MethodPost:
			made.owner, made.thread = bearer(r), json.RawMessage(a.Body.String())
		case r.Method == http.MethodGet && made.thread != nil && made.owner != bearer(r) && json.Unmarshal(a.Body.Bytes(), &list) == nil:
			body, _ := json.Marshal(append(list, made.thread)) // both came from JSON
			a.Body.Reset()
			a.Body.Write(body)
			a.Header().Del("Content-Length")
		}
	})))
}

// signsForAnother signs the results of a tool with the address of another user who is there.
func signsForAnother(s *seams) {
	var mu sync.Mutex
	addresses := map[string]string{} // by user
	s.openingFor(func(user refstaging.Identity) error {
		mu.Lock()
		defer mu.Unlock()
		addresses[user.UserID] = user.Email
		return nil
	})
	s.changing(refstaging.ToolCompleted, func(e *refstaging.Event) {
		mu.Lock()
		defer mu.Unlock()
		for user, address := range addresses {
			if user != e.UserID {
				e.Results = maps.Clone(e.Results)
				e.Results["prepared_for"] = address
			}
		}
	})
}

// oneWorker takes up one run after the other. It has to wake up first.
func oneWorker(s *seams) {
	const wakes, takes = 500 * time.Millisecond, 30 * time.Millisecond
	var awake atomic.Bool
	worker := make(chan struct{}, 1)
	around(&s.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
		return func(name string) (refstaging.Agent, bool) {
			agent, ok := next(name)
			return queued{agent, func(ctx context.Context) (leave func()) {
				select {
				case worker <- struct{}{}:
					if awake.Swap(true) {
						rest(ctx, takes)
					} else {
						rest(ctx, wakes)
					}
					return func() { <-worker }
				case <-ctx.Done():
					return func() {}
				}
			}}, ok
		}
	})
}

// queued is an agent that waits for its turn.
type queued struct {
	refstaging.Agent
	turn func(ctx context.Context) (leave func())
}

func (q queued) Run(ctx context.Context, task refstaging.Task, report refstaging.Reporter) (refstaging.Answer, error) {
	defer q.turn(ctx)()
	return q.Agent.Run(ctx, task, report)
}
