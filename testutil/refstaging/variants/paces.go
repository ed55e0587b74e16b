package variants

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// paces are how long a correct target may take. What is slow is the first of its kind only, so that the stories
// need not minutes.
var paces = map[string]variant{
	"slow-welcome": {says: "every fifth user's first session is welcomed late, within 60 % of the budget", apply: lateWelcomes},
	"slow-runs":    {says: "every fifth user's first run pauses before its events, within 60 % of the budgets", apply: slowRuns},
	"slow-answers": {says: "the first answer of every family of routes comes late, within 60 % of the budget", apply: slowRoutes},
}

// share is the part of a budget that a slow target uses.
func share(budget time.Duration) time.Duration { return budget * 6 / 10 }

// A firsts knows what came before.
type firsts struct {
	mu    sync.Mutex
	seen  map[string]bool
	count int
}

// of reports whether something comes for the first time, and is one of so many that do, the first among them.
func (f *firsts) of(what string, every int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil || len(f.seen) > remembered {
		f.seen = map[string]bool{}
	}
	if f.seen[what] {
		return false
	}
	f.seen[what] = true
	f.count++
	return f.count%every == 1%every
}

// everyUser is how many users there are to one who is served slowly.
const everyUser = 5

// wait returns when a time has passed, or the context ended.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func lateWelcomes(c *refstaging.Config) {
	var users firsts
	c.Hooks.Sessions.Open = chained(c.Hooks.Sessions.Open, func(next refstaging.OpenSession) refstaging.OpenSession {
		return func(user refstaging.Identity) (refstaging.Identity, error) {
			if users.of(user.UserID, everyUser) {
				<-time.After(share(fixtures.EmbeddedBudgets().Connect))
			}
			return next(user)
		}
	})
}

// slowRuns waits before each event of the first run of every fifth user: before two of them as long as a gap may be, before
// the others no more. Where runs are limited to less, all is so much shorter.
func slowRuns(c *refstaging.Config) {
	budgets := fixtures.EmbeddedBudgets()
	first, gap, whole := share(budgets.FirstEvent), share(budgets.Gap), share(budgets.Answer)
	if limit := c.RunLimit; limit > 0 && limit < budgets.Answer {
		first, gap, whole = share(limit)/3, share(limit)/3, share(limit)
	}
	var mu sync.Mutex
	left := map[string]time.Duration{} // by run
	var users firsts
	pause := func(e refstaging.Event) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case users.of(e.UserID, everyUser):
			left[e.RunID] = whole - first
			return first
		case e.Type == refstaging.AgentError:
			delete(left, e.RunID)
			return 0
		}
		d := min(gap, left[e.RunID])
		if d > 0 {
			left[e.RunID] -= d
		} else {
			delete(left, e.RunID)
		}
		return d
	}
	c.Hooks.Emitter.Emit = chained(c.Hooks.Emitter.Emit, func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if d := pause(e); d > 0 {
				wait(ctx, d)
			}
			next(ctx, e)
		}
	})
}

// family is the beginning of a path, which holds no ids.
func family(path string) string {
	parts := strings.SplitN(path, "/", 4)
	return strings.Join(parts[:min(3, len(parts))], "/")
}

// slowRoutes lets the first answer of each family of routes begin late; less so where tokens live short, which
// would expire meanwhile.
func slowRoutes(c *refstaging.Config) {
	late := share(fixtures.EmbeddedBudgets().HTTP)
	if c.AccessTTL > 0 {
		late = min(late, c.AccessTTL/10)
	}
	answering(func(next http.Handler) http.Handler {
		var routes firsts
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isUpgrade(r) && routes.of(r.Method+" "+family(r.URL.Path), 1) {
				wait(r.Context(), late)
			}
			next.ServeHTTP(w, r)
		})
	})(c)
}
