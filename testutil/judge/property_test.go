package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawStory draws a healthy history: users with sessions, runs of every kind, interleaved as they
// please, heartbeats in between. In the end every session answers a ping, so that what it heard is
// all that it was sent.
func drawStory(t *rapid.T) *story {
	s := newStory()
	var todo []*script
	for range rapid.IntRange(1, 3).Draw(t, "users") {
		u := s.user()
		for range rapid.IntRange(1, 2).Draw(t, "sessions") {
			u.connect()
		}
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			c := rapid.SampledFrom(u.sessions).Draw(t, "session")
			todo = append(todo, drawScript(t, c))
		}
	}
	for len(todo) > 0 {
		i := rapid.IntRange(0, len(todo)-1).Draw(t, "next")
		if !todo[i].advance() {
			todo = slices.Delete(todo, i, i+1)
		}
		if rapid.IntRange(0, 9).Draw(t, "beat") == 0 {
			c := s.users[0].sessions[0]
			c.recv(obj{"type": "heartbeat", "data": obj{}, "timestamp": c.now()}, "")
		}
	}
	for _, u := range s.users {
		for _, c := range slices.Clone(u.sessions) {
			pong(c)
			c.settled().shut()
		}
	}
	return s.end()
}

// A script is a run as a list of steps yet to take.
type script struct{ steps []func() }

func (s *script) advance() bool {
	if len(s.steps) == 0 {
		return false
	}
	s.steps[0]()
	s.steps = s.steps[1:]
	return true
}

func drawScript(t *rapid.T, c *conn) *script {
	var j *job
	s := &script{}
	do := func(f func()) { s.steps = append(s.steps, f) }
	agent := func(name string, tools int) {
		do(func() { j.by(name).started() })
		for range rapid.IntRange(1, 3).Draw(t, "thoughts") {
			do(func() { j.by(name).thinking() })
		}
		for range tools {
			do(func() { j.by(name).executing() })
			do(func() { j.by(name).executed() })
		}
	}
	switch rapid.SampledFrom([]string{"tool", "toolless", "nested", "failing", "failing later"}).Draw(t, "kind") {
	case "tool":
		do(func() { j = c.ask() })
		agent("Supervisor", rapid.IntRange(1, 3).Draw(t, "tools"))
		do(func() { j.completed() })
	case "toolless":
		do(func() { j = c.ask(toolless) })
		agent("Supervisor", 0)
		do(func() { j.completed() })
	case "nested":
		do(func() { j = c.ask() })
		agent("Supervisor", 0)
		for _, name := range []string{"triage", "data"} {
			agent(name, rapid.IntRange(1, 2).Draw(t, "tools"))
			do(func() { j.by(name).completedWith("Done with the step of " + name + ".") })
		}
		do(func() { j.completed() })
	case "failing":
		do(func() { j = c.ask(failing) })
		do(func() { j.failed() })
	case "failing later":
		do(func() { j = c.ask(failing) })
		agent("Supervisor", 0)
		do(func() { j.failed() })
		do(func() { j.completed(unsuccessful) })
	}
	return s
}

func TestHealthyHistoriesHaveNoFinding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		require.Empty(t, s.judged(), s.listing(s.judged()))
	})
}

// TestEveryDamageIsFound damages one event of a healthy history in one way and wants a hard finding.
// What legal says is allowed to stay unnoticed, because the protocol permits the result.
func TestEveryDamageIsFound(t *testing.T) {
	damages := map[string]func(t *rapid.T, s *story, i int) (legal bool){
		"drop": drop, "repeat": repeat, "send twice": sendTwice, "swap": swap, "misroute": misroute,
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := drawStory(t)
				i := rapid.SampledFrom(s.eventRecords()).Draw(t, "record")
				r := s.records[i]
				about := r.Event.Type + " of " + r.Event.Agent + " at " + r.Session
				if legal := damage(t, s, i); legal {
					return
				}
				s.waitAgain()
				found := s.judged()
				require.NotEmpty(t, ids(found, true), "%s %s\n%s%s", name, about, s.listing(found), s.timeline())
			})
		})
	}
}
