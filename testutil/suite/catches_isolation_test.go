package suite_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeUsersMixed lets one user have what is another's.
func TestStoriesSeeUsersMixed(t *testing.T) {
	const claims, listener, crowd = "ClaimedIdsAreNotBelieved", "IdleListenerHearsNothing", "ConcurrentUserWebSocketConnections"
	caught(t, "september", []situation{
		{"a claimed user id is believed", claims, claiming("user_id", func(e *refstaging.Event, claimed string) { e.UserID = claimed }), "isolation/stray"},
		{"a foreign run id is taken over", claims, claiming("run_id", func(e *refstaging.Event, claimed string) { e.RunID = claimed }), "isolation/foreign-run"},
		{"a foreign thread is served", claims, func(c *refstaging.Config) {
			claimed := claiming("thread_id", func(e *refstaging.Event, claimed string) { e.ThreadID = claimed })
			relayed := (&relay{up: func(_ *passage, frame []byte) []byte {
				return edited(frame, func(all map[string]any) {
					delete(all, "thread_id")
					if payload, ok := all["payload"].(map[string]any); ok {
						payload["asked_thread_id"] = payload["thread_id"]
						delete(payload, "thread_id")
					}
				})
			}}).wrong
			claimed(c)
			relayed(c)
		}, "lifecycle/fails-once"},
		{"a foreign thread is met with silence", claims, (&relay{down: func(_ *passage, frame []byte) []byte {
			if strings.Contains(string(frame), "Access denied") {
				return nil
			}
			return frame
		}}).wrong, "lifecycle/silence"},
		{"everybody hears of a tool", listener, everybody(func(e refstaging.Event) bool { return e.Type == refstaging.ToolExecuting }), "isolation/idle-listener"},
		{"everybody hears an answer", listener, everybody(func(e refstaging.Event) bool { return e.Type == refstaging.AgentCompleted }), "isolation/foreign-nonce"},
		{"the first user gets the thoughts of all", crowd, func(c *refstaging.Config) {
			users := &roll{}
			users.call(c)
			emitting(func(next func(refstaging.Event), e refstaging.Event) {
				if first := users.all(); e.Type == refstaging.AgentThinking && len(first) > 0 {
					e.UserID = first[0]
				}
				next(e)
			})(c)
		}, "isolation/stray"},
		{"all users share one run id", crowd, emitting(func(next func(refstaging.Event), e refstaging.Event) {
			e.RunID = "run_chat_1_00000000"
			next(e)
		}), "isolation/foreign-run"},
		{"all users share one thread", crowd, emitting(func(next func(refstaging.Event), e refstaging.Event) {
			e.ThreadID = "thread_chat_1_00000000"
			next(e)
		}), "isolation/foreign-thread"},
		{"all users act as one", crowd, func(c *refstaging.Config) {
			var first sync.Map
			c.Hooks.Sessions.Open = func(next refstaging.OpenSession) refstaging.OpenSession {
				return func(user refstaging.Identity) (refstaging.Identity, error) {
					one, _ := first.LoadOrStore("one", user)
					return next(one.(refstaging.Identity))
				}
			}
		}, "isolation/foreign-user"},
	})
}

// A roll is who has opened a session, in order.
type roll struct {
	mu    sync.Mutex
	users []string
}

// call keeps the roll of a deployment.
func (r *roll) call(c *refstaging.Config) {
	c.Hooks.Sessions.Open = func(next refstaging.OpenSession) refstaging.OpenSession {
		return func(user refstaging.Identity) (refstaging.Identity, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if !slices.Contains(r.users, user.UserID) {
				r.users = append(r.users, user.UserID)
			}
			return next(user)
		}
	}
}

func (r *roll) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.users)
}

// everybody hears some of the events of all.
func everybody(which func(refstaging.Event) bool) wrong {
	return func(c *refstaging.Config) {
		users := &roll{}
		users.call(c)
		emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if !which(e) {
				next(e)
				return
			}
			for _, user := range users.all() {
				e.UserID = user
				next(e)
			}
		})(c)
	}
}

// claiming believes one member of the last prompt of a user.
func claiming(member string, believe func(e *refstaging.Event, claimed string)) wrong {
	return func(c *refstaging.Config) {
		var believed sync.Map // what each user claimed
		c.Hooks.Router.Route = func(next refstaging.Route) refstaging.Route {
			return func(s *refstaging.Session, m refstaging.Message) {
				if m.Content() != "" {
					claimed := m.Text(member)
					if claimed == "" {
						claimed = m.Text("asked_" + member)
					}
					believed.Store(s.UserID(), claimed)
				}
				next(s, m)
			}
		}
		emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if claimed, _ := believed.Load(e.UserID); claimed != nil && claimed != "" {
				believe(&e, claimed.(string))
			}
			next(e)
		})(c)
	}
}
