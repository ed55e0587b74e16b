package judge

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var reconnectTrials = []trial{
	{name: "left in the middle, and heard to its end by the next session", tell: leaving(nested, reconnected)},
	{name: "left in the middle, and heard by an idle listener", tell: leaving(nested, func(u *person) *conn {
		return u.dial(&history.Intent{Listens: true}).opened().welcomed()
	})},
	{name: "left in the middle, with the bridge's extra pair", tell: leaving(atOnce, reconnected, func(j *job) {
		j.by("supervisor").started().completed()
	})},
	{name: "left in the middle, and it fails, nothing declared", soft: []string{"lifecycle/failed"}, tell: undeclared(leaving(begun, reconnected, func(j *job) { j.failed() }))},
	{name: "left in the middle, and it fails", hard: []string{"lifecycle/failed"}, tell: leaving(begun, reconnected, func(j *job) { j.failed() })},
	{name: "left in the middle, and a wrong answer comes", hard: []string{"answer/figure"}, tell: leaving(begun, reconnected, func(j *job) {
		j.completedWith("The sum is 1 (reference " + j.nonce + ").")
	})},
	{name: "left in the middle, where another agent was asked for", tell: leaving(func(j *job) {
		j.intent.Agent = "data"
		j.full()
	}, reconnected)},
	{name: "left in the middle, and only a nested agent completes", tell: func(s *story) {
		u := s.user()
		old := u.connect()
		j := old.ask(leavesEarly).started().thinking()
		j.by("data").started()
		old.shut()
		u.connect()
		j.by("data").executing().executed().completedWith("Done with the step.")
		u.sessions[0].settled().shut()
	}},
	{name: "left before its first event, whose ids are the target's own", tell: leftUnknown(leavesEarly)},
	{name: "closed before its first event, not on purpose", hard: []string{"isolation/stray", "lifecycle/abandoned"}, tell: leftUnknown(func(*history.Intent) {})},
	{name: "left when its ids were known", hard: []string{"isolation/stray"}, tell: func(s *story) {
		u := s.user()
		old := u.connect()
		old.ask(leavesEarly).started()
		old.shut()
		u.connect().strayEvent(wire.AgentThinking).shut()
	}},
	{name: "left while it fails", tell: leaving(func(j *job) {
		failing(&j.intent)
		j.started().thinking().failed().completed(unsuccessful)
	}, reconnected)},
	{name: "left on purpose, but it fails before that, nothing declared", hard: []string{"lifecycle/failed"}, tell: undeclared(func(s *story) {
		s.user().connect().ask(leavesEarly).started().failed().shut()
	})},
	{name: "a session that came between the error and the completion", tell: func(s *story) {
		u := s.user()
		one := u.connect()
		j := one.ask(failing).started().failed()
		two := u.connect()
		j.completed(unsuccessful)
		one.shut()
		two.settled().shut()
	}},
	{name: "reconnects without end", tell: func(s *story) {
		u := s.user()
		var left []*job
		for i := range 40 {
			c := u.connect()
			for _, j := range left {
				j.thinking()
			}
			j := c.ask(leavesEarly).started().thinking()
			left = append(left, j)
			if i%2 == 0 {
				c.shut()
			} else {
				c.ended(history.Closed{By: history.ByClient})
			}
		}
		c := u.connect()
		for _, j := range left {
			j.executing().executed().completed()
		}
		c.ask().whole().settled().shut()
	}},
}

// leftUnknown is a story that leaves a run before its first event, which then nobody can tell.
func leftUnknown(ask func(*history.Intent)) func(*story) {
	return func(s *story) {
		u := s.user()
		old := u.connect()
		old.ask(ask)
		old.shut()
		u.connect().strayEvent(wire.AgentThinking).shut()
	}
}

func leavesEarly(in *history.Intent) { in.Abandon = true }

// leaving is a story that leaves its session in the middle of a run, after each of its events in turn, and
// hears the rest on the next session. More is what else is heard there.
func leaving(run func(*job), next func(*person) *conn, more ...func(*job)) func(*story) {
	return func(s *story) {
		u := s.user()
		for at, last := 0, 1; at <= last; at++ {
			old := u.connect()
			j := old.ask(leavesEarly)
			n := len(s.records)
			run(j)
			events := slices.Clone(s.records[n:])
			last = len(events)
			s.records = s.records[:n+at]
			old.shut()
			heir := next(u)
			for _, r := range events[at:] {
				heir.raw(r.Frame, r.Run)
			}
			for _, tell := range more {
				tell(j)
			}
			heir.settled().shut()
		}
	}
}

func reconnected(u *person) *conn { return u.connect() }

func begun(j *job)  { j.started() }
func atOnce(j *job) { j.whole() }
func nested(j *job) { j.full() }
