package judge

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A usage is what a revision answered, by route: what two revisions have in common is compared.
type usage map[string]*tally

// A tally is what a revision answered at one route.
type tally struct {
	answers, failed int
	took            []float64 // seconds, of the answers that are no failures and no WebSockets
}

// usageOf counts the entries of a request log, each once: a log may hold one twice.
func usageOf(entries []gcp.Entry) usage {
	type name struct {
		id string
		at time.Time
	}
	seen, of := map[name]bool{}, usage{}
	for _, e := range entries {
		if e.Request == nil || e.Request.Status < 100 || besides(e.Request) {
			continue
		}
		if n := (name{e.ID, e.Time}); e.ID != "" {
			if seen[n] {
				continue
			}
			seen[n] = true
		}
		of.count(e.Request)
	}
	return of
}

func (u usage) count(r *gcp.Request) {
	at := routeOf(r)
	if u[at] == nil {
		u[at] = &tally{}
	}
	t := u[at]
	t.answers++
	switch {
	case r.Status >= 500:
		t.failed++
	case r.Status >= 200 && r.Status < 400:
		t.took = append(t.took, r.Latency.Seconds())
	}
}

// shared are the routes that both served, in the order of their names.
func (u usage) shared(other usage) (routes []string) {
	for _, at := range slices.Sorted(maps.Keys(u)) {
		if other[at] != nil {
			routes = append(routes, at)
		}
	}
	return routes
}

// besides tells whether an answer says nothing about the server, because a suite provoked it. Of this suite's
// requests that is said by the user agent; of others it is known which ones cannot succeed (deployment.md 5):
// OAuth callbacks, deliberate failures, and plain requests at the door of a WebSocket.
func besides(r *gcp.Request) bool {
	if strings.Contains(r.UserAgent, history.AgentName) {
		return strings.Contains(r.UserAgent, history.Provoked)
	}
	path := strings.ToLower(pathOf(r.URL))
	if path == "/auth/callback" || path == "/auth/oauth/callback" || strings.HasPrefix(path, "/test/gcp-errors/") {
		return true
	}
	return r.Method == http.MethodGet && r.Status == http.StatusServiceUnavailable && isDoor(path)
}

// isDoor tells whether a plain GET of the path is refused with 503 (http.md 5.2).
func isDoor(path string) bool {
	return strings.HasPrefix(path, "/ws") || strings.HasSuffix(path, "/ws") || strings.Contains(path, "/websocket")
}

// routeOf names the route of a request: "GET /api/threads/*".
func routeOf(r *gcp.Request) string {
	segments := strings.Split(strings.TrimSuffix(pathOf(r.URL), "/"), "/")
	for i, s := range segments {
		if isID(s) {
			segments[i] = "*"
		}
	}
	return line(bounded(r.Method + " " + strings.Join(segments, "/")))
}

func pathOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Path
	}
	path, _, _ := strings.Cut(address, "?")
	return path
}

// isID tells whether a segment of a path names one of many things, as far as can be seen from it.
func isID(segment string) bool {
	digits := 0
	for _, c := range segment {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits >= 2 || digits == len(segment) && digits > 0 || strings.Contains(segment, "@") || len(segment) > 40
}
