package verdict

import (
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// doubt says why nothing can be concluded from what a story did not find; empty if it can.
func (c *court) doubt(s *evidence.Story) string {
	switch test := s.Test; {
	case slices.ContainsFunc(s.Hard(), c.excused):
		return "its login was refused, as every login of the run"
	case s.Cut != nil:
		return "its history is not whole: " + s.Cut.Error()
	case s.Stopped != "":
		return "it stopped before its end: " + s.Stopped
	case s.Records == 0:
		return "its history is empty"
	case test == nil && c.Tests != nil:
		return "go test says nothing about it"
	case test != nil && test.Outcome != evidence.Passed && test.Outcome != evidence.Failed:
		return "go test says " + string(test.Outcome)
	case test != nil && test.Outcome == evidence.Failed && len(s.Hard()) == 0:
		return "go test says that it failed, and its history does not say why"
	}
	for _, f := range s.Hard() {
		if slices.Contains(unreached, f.Rule) {
			return "the target was not reached: " + f.Rule + ": " + f.Message
		}
	}
	return ""
}

// contradicts tells whether go test and the history say different things of a story.
func contradicts(s *evidence.Story) bool {
	if s.Test == nil {
		return false
	}
	passed := s.Test.Outcome == evidence.Passed
	return passed == (len(s.Hard()) > 0 || s.Stopped != "" || s.Cut != nil)
}

// A tally adds up what stories did.
type tally struct {
	stories, users, sessions, prompts, events int
	together                                  int   // most users of one story
	welcomes, answers                         int64 // that somebody waited for
	phase                                     evidence.Phase
	latencies                                 evidence.Latencies // of the phase
	slowest                                   time.Duration      // of them, exactly
}

func newTally(p evidence.Phase) tally { return tally{phase: p, latencies: evidence.Latencies{}} }

func (t *tally) add(s *evidence.Story) {
	t.stories++
	t.users += s.Users
	t.sessions += s.Sessions
	t.prompts += s.Prompts
	t.events += s.Events
	t.together = max(t.together, s.Users)
	t.welcomes += counted(s, evidence.Connect)
	t.answers += counted(s, evidence.Answer)
	if h := s.Latencies[t.phase]; h != nil {
		t.latencies.Join(evidence.Latencies{t.phase: h})
		t.slowest = max(t.slowest, s.Slowest[t.phase])
	}
}

func counted(s *evidence.Story, p evidence.Phase) int64 {
	if h := s.Latencies[p]; h != nil {
		return h.TotalCount()
	}
	return 0
}
