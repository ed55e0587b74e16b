package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatAClientSeesOfLatency(t *testing.T) {
	seen(t, []sighting{
		{"latency-ready-hangs", "no answer, and /health is 200", func(g *guest) string {
			ready := g.fetch("GET", g.server.APIURL()+"/health/ready", "", silence)
			return ready + ", and /health is " + g.fetch("GET", g.server.APIURL()+"/health", "", time.Minute)[:3]
		}},
		{"latency-connect-blocked", "no answer", func(g *guest) string {
			for range 30 { // of which a quarter is blocked
				if session, instead := g.knock("/ws"); session == nil {
					return instead
				}
			}
			return "all are welcome"
		}},
		{"latency-slow-database", "no answer, and /health is 200", func(g *guest) string {
			threads := g.fetch("GET", g.server.APIURL()+"/api/threads", "", silence)
			return threads + ", and /health is " + g.fetch("GET", g.server.APIURL()+"/health", "", time.Minute)[:3]
		}},
		{"latency-agent-run-too-long", "agent_started, silence", func(g *guest) string { return g.welcomed("/ws").chat().outcome() }},
		{"latency-stream-hangs", "200 text/event-stream, and nothing", func(g *guest) string { return g.streamed() }},
		{"latency-timeout-inverted", "who has started does not complete", func(g *guest) string {
			const long = `{"type":"user_message","content":"Please make a full analysis of 412, 188 and 97."}`
			heard := g.welcomed("/ws").say(long).hear()
			if strings.Count(heard, "agent_started") > strings.Count(heard, "agent_completed") {
				return "who has started does not complete"
			}
			return heard
		}},
		{"latency-connection-lifetime-cut", "1006 unexpected EOF", func(g *guest) string { return g.welcomed("/ws").hear() }},
		{"latency-cold-start", "no answer, 503 Service Unavailable, 101", func(g *guest) string {
			first := g.fetch("GET", g.server.APIURL()+"/health", "", time.Second)
			_, second := g.knock("/ws")
			_, third := g.knock("/ws")
			return first + ", " + second + ", " + third
		}},
	})
}

// streamed says what comes of a stream before the guest goes.
func (g *guest) streamed() string {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), "POST", g.server.APIURL()+"/api/agents/stream", strings.NewReader(`{"message":"Good morning!"}`))
	require.NoError(g.t, err)
	request.Header.Set("Authorization", "Bearer "+g.token)
	answer, err := g.client.Do(request)
	require.NoError(g.t, err)
	defer answer.Body.Close()
	impatient := time.AfterFunc(silence, func() { answer.Body.Close() })
	defer impatient.Stop()
	seen := answer.Status[:3] + " " + answer.Header.Get("Content-Type") + ", and "
	if n, _ := answer.Body.Read(make([]byte, 1)); n == 0 {
		return seen + "nothing"
	}
	return seen + "something"
}

func TestASlowAuthServiceFailsInTheEnd(t *testing.T) {
	t.Parallel()
	g := stranger(t, "latency-auth-slow")
	assert.Equal(t, "no answer", g.fetch("GET", g.server.AuthURL()+"/health", "", silence))
	assert.Equal(t, "no answer", g.fetch("GET", g.server.AuthURL()+"/health/ready", "", time.Second))
	assert.Equal(t, "503 Service Unavailable", g.fetch("GET", g.server.AuthURL()+"/health/ready", "", time.Minute))
	assert.Equal(t, `200 {"status":"ok"}`, g.fetch("GET", g.server.APIURL()+"/health", "", time.Minute))
}

func TestAShortRunIsWithinAnInvertedTimeout(t *testing.T) {
	t.Parallel()
	g := invited(t, "latency-timeout-inverted")
	assert.True(t, strings.HasPrefix(g.welcomed("/ws").chat().outcome(), "agent_started"))
}
