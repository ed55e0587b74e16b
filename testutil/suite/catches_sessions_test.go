package suite_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeSessionsThatBreak breaks what sessions do over time.
func TestStoriesSeeSessionsThatBreak(t *testing.T) {
	const (
		limit, storm, two = "SessionLimitIsKept", "ReconnectionStorm", "TwoSessionsOfOneUser"
		idle, again       = "IdleSessionStaysAlive", "ReconnectionDuringRun"
	)
	caught(t, "september", []situation{
		{"there is no limit", limit, func(c *refstaging.Config) { c.SessionLimit = 10 }, "handshake/refusal"},
		{"the limit is lower than declared", limit, func(c *refstaging.Config) { c.SessionLimit = 2 }, "handshake/refused"},
		{"the limit fails with 1011", limit, beyond(3, errors.New("too many")), "handshake/refusal"},
		{"the limit pushes out the oldest", limit, (&relay{}).pushingOut(3), "handshake/refusal"},
		{"a place that was left is not free", limit, (&relay{keeps: true}).wrong, "handshake/place-freed"},
		{"the places are the first user's alone", limit, func(c *refstaging.Config) {
			users := &roll{}
			users.call(c)
			open := c.Hooks.Sessions.Open
			c.Hooks.Sessions.Open = func(next refstaging.OpenSession) refstaging.OpenSession {
				called := open(next)
				return func(user refstaging.Identity) (refstaging.Identity, error) {
					acting, err := called(user)
					if err == nil && users.all()[0] != user.UserID {
						err = errors.New("no place is left")
					}
					return acting, err
				}
			}
		}, "handshake/refused"},
		{"quick reconnections are refused", storm, beyond(6, errors.New("too fast")), "handshake/refused"},
		{"quick reconnections hear no welcome", storm, (&relay{down: func(p *passage, frame []byte) []byte {
			if p.number > 6 && text(members(frame), "type") == "connection_established" {
				return nil
			}
			return frame
		}}).wrong, "handshake/no-welcome"},
		{"all sessions have one connection id", storm, (&relay{down: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if data, ok := all["data"].(map[string]any); ok && all["type"] == "connection_established" {
					data["connection_id"] = "main_00000000"
				}
			})
		}}).wrong, "handshake/connection-id"},
		{"the second session hears nothing", two, (&relay{down: func(p *passage, frame []byte) []byte {
			if p.number == 2 && isOfRun(frame) {
				return nil
			}
			return frame
		}}).wrong, "lifecycle/every-session"},
		{"the first session hears nothing any more", two, (&relay{down: func(p *passage, frame []byte) []byte {
			if p.number == 1 && isOfRun(frame) {
				return nil
			}
			return frame
		}}).wrong, "lifecycle/every-session"},
		{"one session's pong goes to the other", two, func(c *refstaging.Config) {
			var first atomic.Pointer[refstaging.Session]
			routing("ping", func(next refstaging.Route, s *refstaging.Session, m refstaging.Message) {
				first.CompareAndSwap(nil, s)
				next(first.Load(), m)
			})(c)
		}, "latency/reply"},
		{"an idle session hears no heartbeat", idle, func(c *refstaging.Config) { c.HeartbeatEvery = time.Hour }, "latency/heartbeat"},
		{"an idle session is closed", idle, idling(func(p *passage) { p.hangUp(1000, "idle") }), "handshake/closed"},
		{"an idle session is cut", idle, idling(func(p *passage) { p.cut() }), "infra/cut"},
		{"after a heartbeat nothing is heard", idle, deafAfter("heartbeat"), "latency/reply"},
		{"the old run goes by the new one's id", again, asNewest(func(e, newest *refstaging.Event) { e.RunID = newest.RunID }), "events/thread"},
		{"who was cut cannot come back", again, (&relay{keeps: true}).forgetful(), "handshake/refused"},
		{"the welcome comes after the first event", "CompleteGoldenPathUserFlow", (&relay{}).late(), "handshake/no-welcome"},
		{"the welcome is for a demo user", "CompleteGoldenPathUserFlow", (&relay{down: func(_ *passage, frame []byte) []byte {
			return edited(frame, func(all map[string]any) {
				if data, ok := all["data"].(map[string]any); ok && all["type"] == "connection_established" {
					data["user_id"] = "demo-use..."
				}
			})
		}}).wrong, "auth/identity"},
		{"an error comes before the welcome", "CompleteGoldenPathUserFlow", (&relay{open: func(p *passage) {
			p.say([]byte(`{"type":"error_message","error_code":"CONNECTION_ERROR","error_message":"main mode error","details":{},"timestamp":1,"recovery_suggestions":null}`))
		}}).wrong, "handshake/first-frame"},
		{"the session ends after its run", "HeartbeatAndReconnection", (&relay{down: func(p *passage, frame []byte) []byte {
			if text(members(frame), "type") == refstaging.AgentCompleted {
				p.say(frame)
				p.hangUp(1000, "main cleanup")
				return nil
			}
			return frame
		}}).wrong, "handshake/closed"},
		{"the session is cut in the middle of a run", "HeartbeatAndReconnection", (&relay{down: func(p *passage, frame []byte) []byte {
			if text(members(frame), "type") == refstaging.ToolExecuting {
				p.cut()
			}
			return frame
		}}).wrong, "infra/cut"},
	})
}

// beyond refuses every session after the first n.
func beyond(n int64, why error) wrong {
	return func(c *refstaging.Config) {
		var opened atomic.Int64
		c.Hooks.Sessions.Open = func(next refstaging.OpenSession) refstaging.OpenSession {
			return func(user refstaging.Identity) (refstaging.Identity, error) {
				if opened.Add(1) > n {
					return refstaging.Identity{}, why
				}
				return next(user)
			}
		}
	}
}

// asNewest lets the events of a user go by the ids of her newest run.
func asNewest(take func(e, newest *refstaging.Event)) wrong {
	return func(c *refstaging.Config) {
		c.Pacing.Think = 40 * time.Millisecond // so that the old run lasts longer than the new one
		var newest sync.Map                    // by user
		emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.AgentStarted && e.Agent == "Supervisor" {
				newest.Store(e.UserID, e)
			}
			if run, _ := newest.Load(e.UserID); run != nil {
				started := run.(refstaging.Event)
				take(&e, &started)
			}
			next(e)
		})(c)
	}
}

// pushingOut ends the oldest session when there are more than n, which the deployment would refuse.
func (r *relay) pushingOut(n int) wrong {
	var mu sync.Mutex
	var open []*passage
	r.open = func(p *passage) {
		mu.Lock()
		defer mu.Unlock()
		if open = append(open, p); len(open) > n {
			open[0].hangUp(1000, "another session has taken this place")
			open = open[1:]
		}
	}
	return func(c *refstaging.Config) {
		c.SessionLimit = 100
		r.wrong(c)
	}
}

// forgetful lets a user have one session at a time, and does not notice that one has gone.
func (r *relay) forgetful() wrong {
	return func(c *refstaging.Config) {
		c.SessionLimit = 1
		r.wrong(c)
	}
}

// late keeps welcomes back until something else is said.
func (r *relay) late() wrong {
	var welcomes sync.Map
	r.down = func(p *passage, frame []byte) []byte {
		if text(members(frame), "type") == "connection_established" {
			welcomes.Store(p, frame)
			return nil
		}
		p.say(frame)
		welcome, _ := welcomes.LoadAndDelete(p)
		frame, _ = welcome.([]byte)
		return frame
	}
	return r.wrong
}

// idling ends sessions that have been silent for a while.
func idling(end func(p *passage)) wrong {
	return (&relay{down: func(p *passage, frame []byte) []byte {
		if text(members(frame), "type") == "heartbeat" {
			end(p)
			return nil
		}
		return frame
	}}).wrong
}

// deafAfter sessions hear nothing any more when they have said something.
func deafAfter(kind string) wrong {
	var deaf sync.Map
	return (&relay{
		down: func(p *passage, frame []byte) []byte {
			if text(members(frame), "type") == kind {
				deaf.Store(p, true)
			}
			return frame
		},
		up: func(p *passage, frame []byte) []byte {
			if _, yes := deaf.Load(p); yes {
				return nil
			}
			return frame
		},
	}).wrong
}

// isOfRun tells whether a frame is an event of a run.
func isOfRun(frame []byte) bool {
	kind := text(members(frame), "type")
	return strings.HasPrefix(kind, "agent_") || strings.HasPrefix(kind, "tool_")
}
