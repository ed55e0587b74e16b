package verdict

import (
	"fmt"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// slow says that the limit of the criterion was reached in a story, whatever it shows.
func (q question) slow(s *evidence.Story) string {
	if took := s.Slowest[q.phase]; q.limit > 0 && took >= q.limit {
		return fmt.Sprintf("%s: %s took up to %s, the limit is %s", s.Name(), q.phase, seconds(took), seconds(q.limit))
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
		return fmt.Sprintf("p50 %s, max %s of %d (limit %s)", seconds(min(d.P50, t.slowest)), seconds(t.slowest), d.Count, seconds(q.limit))
	}
	return fmt.Sprintf("%s, %s, %s, %s, %s", many(t.stories, "story", "stories"), many(t.users, "user", "users"),
		many(t.sessions, "session", "sessions"), many(t.prompts, "prompt", "prompts"), many(t.events, "event", "events"))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// first is the first of one or several reasons, and how many more there are.
func first(reasons []string) string {
	if more := len(reasons) - 1; more > 0 {
		return fmt.Sprintf("%s (and %d more)", reasons[0], more)
	}
	return reasons[0]
}

func many(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
