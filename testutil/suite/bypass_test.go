package suite_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A wiretap keeps what requests to a deployment carried.
type wiretap struct {
	mu      sync.Mutex
	headers map[string][]string // by name, the requests that had it
	queries []string            // upgrades with a token in the query: what else they offered
}

// tap looks at every request of both services, upgrades included, and changes none.
func (w *wiretap) tap(c *refstaging.Config) {
	w.headers = map[string][]string{}
	look := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
			w.take(r)
			next.ServeHTTP(a, r)
		})
	}
	growing(figure{}, 0)(c)
	steady := c.Hooks.HTTP.API
	c.Hooks.HTTP.API, c.Hooks.HTTP.Auth = func(next http.Handler) http.Handler { return look(steady(next)) }, look
}

func (w *wiretap) take(r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	where := r.Method + " " + r.URL.Path
	for name := range r.Header {
		if !slices.Contains(w.headers[name], where) {
			w.headers[name] = append(w.headers[name], where)
		}
	}
	if websocket.IsWebSocketUpgrade(r) && r.URL.Query().Has("token") {
		w.queries = append(w.queries, fmt.Sprintf("env=%s, other offers %t", r.URL.Query().Get("env"), r.Header.Get("Authorization")+r.Header.Get("Sec-WebSocket-Protocol") != ""))
	}
}

// TestStoriesNeedNoBypass tells all stories, in both dialects, at a deployment that is as it should be.
// They are green, and no request has a header that switches authentication off somewhere (http.md 6); the
// key of the login goes to the login alone. A token in the query is offered in October's form alone, with
// nothing beside it (websocket.md 3.4).
func TestStoriesNeedNoBypass(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"september", "october"} {
		for pkg := range built {
			t.Run(dialect+" "+pkg, func(t *testing.T) {
				t.Parallel()
				served := refstaging.Config{Dialect: dialect, HeartbeatEvery: 300 * time.Millisecond, SessionLimit: 5}
				if pkg == "agentregistry" { // whose stories wait for the limit
					served.RunLimit = 5 * time.Second
				}
				declared := served
				var tapped wiretap
				tapped.tap(&served)
				out, err := tellAt(t, pkg, served, declared)
				require.NoError(t, err, telling(out))
				assert.Equal(t, storiesOf(pkg), strings.Count(out, "--- PASS: TestStaging"), "every story is told")
				tapped.check(t)
				assert.Equal(t, pkg == "goldenpath", len(tapped.queries) > 0, "the query is offered by the stories about tokens")
			})
		}
	}
}

func storiesOf(pkg string) (n int) {
	for _, entry := range e2e.Plan {
		if entry.Package == pkg {
			n++
		}
	}
	return n
}

func (w *wiretap) check(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Contains(t, w.headers, "Authorization", "requests were seen")
	for name, where := range w.headers {
		switch lower := strings.ToLower(name); {
		case lower == "x-e2e-bypass-key":
			assert.Equal(t, []string{"POST /auth/e2e/test-auth"}, where, name)
		case strings.Contains(lower, "test"), strings.Contains(lower, "e2e"):
			assert.Failf(t, "a header that switches authentication off", "%s in %q", name, where)
		}
	}
	for _, offered := range w.queries {
		assert.Equal(t, "env=staging, other offers false", offered)
	}
}
