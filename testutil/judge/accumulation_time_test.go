package judge

import (
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestRefusedAfterCycles(t *testing.T) { measure(t, refusedRules, refusedAgainTrials()) }

func refusedAgainTrials() []measured {
	refusedBy := func(how history.Closed, in *history.Intent) func(*story) {
		return func(s *story) {
			healthy().used(s)
			s.users[0].dial(in).ended(how)
		}
	}
	full := history.Closed{By: history.ByServer, Code: closeTryLater}
	rule := []string{"accumulation/sessions"}
	return []measured{
		{name: "by a close frame", hard: rule, about: "after 40 cycles a connect was refused with", tell: refusedBy(full, nil)},
		{name: "by a status", hard: rule, about: "503", tell: refusedBy(history.Closed{By: history.ByDial, Status: 503}, nil)},
		{name: "provoked", tell: refusedBy(full, &history.Intent{Expect: history.Refused})},
		{name: "at the limit, for a while", tell: refusedBy(full, &history.Intent{Freed: true})},
		{name: "not reached", tell: refusedBy(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepTCP}}, nil)},
		{name: "before any cycle", tell: func(s *story) {
			u := s.user()
			s.note(history.TopicRound, "")
			u.dial(nil).ended(full)
		}},
		{name: "outside of rounds", tell: func(s *story) {
			u := s.user()
			u.connect().shut()
			u.dial(nil).ended(full)
		}},
	}
}

func TestConnectsThatSlowDown(t *testing.T) { measure(t, slowingRules, slowingTrials()) }

func slowingTrials() []measured {
	rounds := func(took func(round, cycle int) time.Duration) func(*story) {
		return func(s *story) {
			u := s.user()
			for round := range 10 {
				s.note(history.TopicRound, "")
				for cycle := range 4 {
					c := u.dial(nil).opened()
					s.wait(took(round, cycle))
					c.welcomed().shut()
				}
			}
		}
	}
	rule := []string{"accumulation/latency"}
	return []measured{
		{name: "they do not", tell: rounds(func(int, int) time.Duration { return 30 * time.Millisecond })},
		{name: "by less than half", tell: rounds(func(round, _ int) time.Duration { return time.Second + time.Duration(round)*50*time.Millisecond })},
		{name: "by more than half", soft: rule, about: "the shortest connect of a round went from 1.22 s", tell: rounds(func(round, _ int) time.Duration { return time.Second + time.Duration(round)*100*time.Millisecond })},
		{name: "they double", hard: rule, tell: rounds(func(round, _ int) time.Duration { return time.Second + time.Duration(round)*300*time.Millisecond })},
		{name: "they double, of nothing", soft: rule, tell: rounds(func(round, _ int) time.Duration { return time.Duration(round) * 20 * time.Millisecond })},
		{name: "they double, by what a busy machine takes", tell: rounds(func(round, _ int) time.Duration { return time.Duration(round) * 4 * time.Millisecond })},
		{name: "one of a round is slow", tell: rounds(func(round, cycle int) time.Duration { return time.Duration(round*cycle) * time.Second })},
	}
}
