package verdict

import (
	"fmt"
	"time"
)

// slow says that the limit of the criterion was reached.
func (q question) slow(t tally) string {
	if q.limit == 0 {
		return ""
	}
	if d := t.latencies.Of(q.phase); d.Max >= q.limit {
		return fmt.Sprintf("%s took up to %s, the limit is %s", q.phase, seconds(d.Max), seconds(q.limit))
	}
	return ""
}

func (q question) numbers(t tally) string {
	if q.limit > 0 {
		d := t.latencies.Of(q.phase)
		return fmt.Sprintf("p50 %s, max %s of %d (limit %s)", seconds(d.P50), seconds(d.Max), d.Count, seconds(q.limit))
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
