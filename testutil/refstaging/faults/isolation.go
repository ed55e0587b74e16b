package faults

import (
	"maps"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var isolationFaults = map[string]fault{
	// All connections add their handler to one router, and the first handler takes every prompt.
	"isolation-global-router": func(s *seams) {
		present := s.roll()
		s.routing(isPrompt, func(next refstaging.Route, session *refstaging.Session, m refstaging.Message) {
			next(present.first(session), m)
		})
	},
	// One supervisor works for all, and speaks to the user who came last.
	"isolation-singleton-supervisor": func(s *seams) {
		s.overlapping(func(j *jobs, _ *job, next func(refstaging.Event), e refstaging.Event) {
			if len(j.all) > 1 && s.chance.strikes(1) {
				e.UserID = j.last
			}
			next(e)
		})
	},
	"isolation-shared-engine-state": sharedState,
	// What the data agent does with its tool is addressed to the run, in the user's place.
	"isolation-run-id-used-as-user": func(s *seams) {
		tools := typed(refstaging.ToolExecuting, refstaging.ToolCompleted)
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Agent == "data" && tools(e) {
				e.UserID = e.RunID
			}
			next(e)
		})
	},
	"isolation-client-user-id-trusted": func(s *seams) {
		around(&s.Hooks.Router.Attribute, func(next refstaging.Attribute) refstaging.Attribute {
			return func(session *refstaging.Session, m refstaging.Message) refstaging.Identity {
				user := next(session, m)
				if claimed := m.Text("user_id"); claimed != "" {
					user.UserID = claimed
				}
				return user
			}
		})
	},
	// The connections of user-10 count as those of user-1.
	"isolation-user-id-prefix-match": func(s *seams) {
		known := s.roll()
		around(&s.Hooks.Sessions.Count, func(next refstaging.CountSessions) refstaging.CountSessions {
			return func(user string) int {
				count := next(user)
				for _, other := range known.others(user, func(other string) bool { return strings.HasPrefix(other, user) }) {
					count += next(other)
				}
				return count
			}
		})
	},
	// Users whose ids differ in replaced characters alone have one manager.
	"isolation-key-collision": func(s *seams) {
		known := s.roll()
		around(&s.Hooks.Emitter.Deliver, func(next refstaging.Deliver) refstaging.Deliver {
			return func(to refstaging.Address, frame []byte) {
				next(to, frame)
				for _, other := range known.others(to.UserID, func(other string) bool { return key(other) == key(to.UserID) }) {
					next(refstaging.Address{UserID: other}, frame)
				}
			}
		})
	},
	// Each session has a manager of its own, and an event reaches one of them.
	"isolation-several-managers-per-user": func(s *seams) {
		asked := s.askers()
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if session := asked.of(e); session != nil && !session.Closed() {
				e.SessionID = session.ID()
			}
			next(e)
		})
	},
	// The results of the optimization agent are its whole state.
	"isolation-internal-state-in-payload": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.ToolCompleted && e.Agent == "optimization" {
				e.Results = maps.Clone(e.Results)
				e.Results["internal_api_key"], e.Results["jwt_secret"] = "nk-6b1f0c47d2e95a83", "b9d27e4f8c1a6035"
			}
			next(e)
		})
	},
}

// key is what a user id becomes in the table of managers.
func key(user string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, user)
}

// sharedState keeps the answers of all runs in one table: when an agent completes while several users have
// runs, the others' agents find its answer in place of their own.
func sharedState(s *seams) {
	const several = 3
	s.overlapping(func(j *jobs, mine *job, next func(refstaging.Event), e refstaging.Event) {
		if e.Type == refstaging.AgentCompleted {
			if j.users(e.UserID) >= several {
				for _, other := range j.all {
					if other.user != e.UserID {
						other.answer = e.Answer
					}
				}
			}
			if mine.answer != "" {
				e.Answer = mine.answer
			}
		}
		next(e)
	})
}
