package staging

import (
	"net/http"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// traceparent is version 00 of the header (W3C Trace Context, 3.2), sampled.
var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-01$`)

// A registrar lets nobody in who does not say in whose name and under which new trace.
type registrar struct {
	mu     sync.Mutex
	agents map[string]string // of a trace
	faults []string
}

func (g *registrar) hook(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := g.register(r); fault != "" {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.faults = append(g.faults, r.Method+" "+r.URL.Path+": "+fault)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *registrar) register(r *http.Request) (fault string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found := traceparent.FindStringSubmatch(r.Header.Get("Traceparent"))
	switch {
	case len(r.Header.Values("Traceparent")) != 1 || found == nil:
		return "no trace context"
	case g.agents[found[1]] != "":
		return "a trace context of another request"
	case len(r.Header.Values("User-Agent")) != 1:
		return "no user agent"
	}
	g.agents[found[1]] = r.UserAgent()
	return ""
}

func TestEveryRequestCanBeFoundInTheServersLog(t *testing.T) {
	seen := &registrar{agents: map[string]string{}}
	target, records := everything(t, seen.hook)
	require.Empty(t, seen.faults)
	require.Regexp(t, `^netra-staging-e2e/`+regexp.QuoteMeta(Version)+` \(run [0-9a-f]{12}\)$`, target.Agent())
	provoked, preflights := 0, 0
	for _, r := range records {
		var trace string
		switch r.Kind {
		case history.HTTP:
			trace = r.Exchange.Trace
			if r.Exchange.Method == http.MethodOptions {
				preflights++
				assert.Equal(t, "authorization,content-type", r.Exchange.AsksFor, "a page sends no trace context of its own")
			}
		case history.Dial:
			trace = r.Dialled.Trace
		default:
			continue
		}
		want := target.Agent()
		if r.Intent.Provokes() {
			want = want[:len(want)-1] + "; provoked)"
			provoked++
		}
		assert.Equal(t, want, seen.agents[trace], "record %d, trace %q", r.Seq, trace)
		delete(seen.agents, trace)
	}
	assert.Empty(t, seen.agents, "requests that no record tells of")
	assert.Greater(t, provoked, 2*len(BadCredentials))
	assert.Equal(t, 2, preflights)
}

func TestTheUserAgentMisleadsNobody(t *testing.T) {
	one, err := NewTarget(at("http://one.example"), fixtures.EmbeddedBudgets())
	require.NoError(t, err)
	other, err := NewTarget(at("http://one.example"), fixtures.EmbeddedBudgets())
	require.NoError(t, err)
	assert.NotEqual(t, one.Agent(), other.Agent())
	assert.Equal(t, one.Agent(), one.Record(record(t).log).Agent(), "stories share it")
	for _, agent := range []string{one.Agent(), one.sender.provoked} {
		for _, word := range []string{"bot", "crawler", "spider", "scraper", "scanner", "factory", "isolated"} {
			assert.NotContains(t, agent, word)
		}
	}
}

func TestATraceContextFollowsTheGrammar(t *testing.T) {
	s := newSender()
	seen := map[string]bool{"00000000000000000000000000000000": true, "0000000000000000": true}
	for range 1000 {
		h := http.Header{}
		trace := s.mark(h, nil)
		found := traceparent.FindStringSubmatch(h.Get("Traceparent"))
		require.NotNil(t, found, h)
		assert.Equal(t, trace, found[1])
		for _, id := range found[1:] {
			assert.False(t, seen[id], "%s is invalid or was there before", id)
			seen[id] = true
		}
		assert.Equal(t, s.plain, h.Get("User-Agent"))
	}
}
