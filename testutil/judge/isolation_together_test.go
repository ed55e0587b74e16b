package judge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func together(in *history.Intent) { in.Together = true }

// crew is a story of users who ask together; serve says how the target works at their runs.
func crew(users int, serve func(jobs []*job)) func(*story) {
	return func(s *story) {
		var sessions []*conn
		for range users {
			sessions = append(sessions, s.user().connect())
		}
		var jobs []*job
		for _, c := range sessions {
			jobs = append(jobs, c.ask(together))
		}
		serve(jobs)
		for _, c := range sessions {
			c.shut()
		}
	}
}

func inTurns(jobs []*job) {
	for _, j := range jobs {
		j.whole()
	}
}

var togetherTrials = []trial{
	{name: "one user after the other", hard: []string{"isolation/serialised"}, about: "3 runs, asked for together within 20ms, were served in 3 turns",
		tell: crew(3, inTurns)},
	{name: "one user after the other, agents that do not compute", soft: []string{"isolation/serialised"}, tell: undeclared(crew(5, inTurns))},
	{name: "three short runs on a busy machine", tell: func(s *story) {
		s.step = 500 * time.Microsecond
		crew(3, inTurns)(s)
	}},
	{name: "a story that was slow to ask", tell: func(s *story) {
		for range 3 {
			s.user().connect().ask(together).whole().shut()
		}
	}},
	{name: "one user after the other, whose own runs overlap", hard: []string{"isolation/serialised"}, tell: func(s *story) {
		var asked [][2]*job
		for range 3 {
			c := s.user().connect()
			asked = append(asked, [2]*job{c.ask(together), c.ask(together)})
		}
		for _, own := range asked {
			own[0].started()
			own[1].whole()
			own[0].thinking().executing().executed().completed()
		}
	}},
	{name: "one user after the other, and runs that fail", hard: []string{"isolation/serialised", "lifecycle/failed"}, tell: crew(3, func(jobs []*job) {
		jobs[0].whole()
		jobs[1].started().failed()
		jobs[2].whole()
	})},
	{name: "two users in turn", tell: crew(2, inTurns)},
	{name: "one pair overlaps", tell: crew(5, func(jobs []*job) {
		inTurns(jobs[:3])
		jobs[3].started()
		jobs[4].whole()
		jobs[3].thinking().executing().executed().completed()
	})},
	{name: "a long run overlaps all others", tell: crew(4, func(jobs []*job) {
		jobs[0].started()
		inTurns(jobs[1:])
		jobs[0].thinking().executing().executed().completed()
	})},
	{name: "one user alone", tell: func(s *story) {
		c := s.user().connect()
		for range 4 {
			c.ask(together).whole()
		}
		c.shut()
	}},
	{name: "two turns of users", tell: func(s *story) {
		a, b := s.user().connect(), s.user().connect()
		one, two := a.ask(together), a.ask(together)
		one.started()
		two.whole()
		one.thinking().executing().executed().completed()
		b.ask(together).whole()
		a.shut()
		b.shut()
	}},
	{name: "three users who did not ask together", tell: func(s *story) {
		for range 3 {
			s.user().connect().ask().whole().shut()
		}
	}},
	{name: "three users, one of them not together with the others", tell: func(s *story) {
		for _, change := range [][]func(*history.Intent){{together}, {together}, nil} {
			s.user().connect().ask(change...).whole().shut()
		}
	}},
	{name: "two done, the third in silence", hard: []string{"lifecycle/silence"}, tell: crew(3, func(jobs []*job) {
		inTurns(jobs[:2])
		jobs[2].gaveUp("first event")
	})},
}

// Turns are counted as by comparing every run with every other.
func TestTurns(t *testing.T) {
	users := []*User{{Label: "u1"}, {Label: "u2"}, {Label: "u3"}}
	rapid.Check(t, func(t *rapid.T) {
		var spans []span
		for range rapid.IntRange(0, 8).Draw(t, "runs") {
			s := span{user: rapid.SampledFrom(users).Draw(t, "user")}
			s.first, s.end = drawSpan(t)
			spans = append(spans, s)
		}
		want := false
		for i, a := range spans {
			for _, b := range spans[:i] {
				want = want || a.user != b.user && a.first < b.end && b.first < a.end
			}
		}
		byBeginning(spans)
		turns, overlap := turnsOf(spans)
		require.Equal(t, want, overlap)
		require.LessOrEqual(t, turns, len(spans))
	})
}

func drawSpan(t *rapid.T) (first, end time.Duration) {
	first = time.Duration(rapid.IntRange(0, 20).Draw(t, "first"))
	return first, first + time.Duration(rapid.IntRange(1, 6).Draw(t, "length"))
}
