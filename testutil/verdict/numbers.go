package verdict

import (
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// slow says that the limit of the criterion was reached in a story, whatever it shows.
func (q question) slow(s *evidence.Story) string {
	if took := s.Slowest[q.phase]; q.limit > 0 && took >= q.limit {
		return fmt.Sprintf("%s: %s took up to %s, the limit is %s", s.Name(), q.phase, report.Seconds(took), report.Seconds(q.limit))
	}
	return ""
}

// unended says that one of what the criterion limits never ended.
func (q question) unended(s *evidence.Story) string {
	for _, f := range s.Hard() {
		if slices.Contains(q.endless, f.Rule) {
			return f.Rule + ": " + f.Message
		}
	}
	return ""
}

func (q question) numbers(t tally) string {
	if q.limit > 0 {
		d := t.latencies.Of(q.phase)
		return fmt.Sprintf("p50 %s, max %s of %d (limit %s)", report.Seconds(min(d.P50, t.slowest)), report.Seconds(t.slowest), d.Count, report.Seconds(q.limit))
	}
	return fmt.Sprintf("%s, %s, %s, %s, %s", report.Many(t.stories, "story", "stories"), report.Many(t.users, "user", "users"),
		report.Many(t.sessions, "session", "sessions"), report.Many(t.prompts, "prompt", "prompts"), report.Many(t.events, "event", "events"))
}

// first is the first of one or several reasons, and how many more there are.
func first(reasons []string) string {
	if more := len(reasons) - 1; more > 0 {
		return fmt.Sprintf("%s (and %d more)", reasons[0], more)
	}
	return reasons[0]
}
