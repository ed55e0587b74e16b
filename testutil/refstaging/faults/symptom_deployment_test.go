package faults

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// doors says how both services and the WebSocket answer somebody who has no credentials.
func doors(g *guest) string {
	_, socket := g.knock("/ws")
	return "backend " + g.fetch("GET", g.server.APIURL()+"/health", "", time.Minute) +
		", WebSocket " + socket + ", auth " + g.fetch("GET", g.server.AuthURL()+"/health", "", time.Minute)[:3]
}

func TestWhatAClientSeesOfAFailedStart(t *testing.T) {
	const (
		backend = "backend 503 Service Unavailable, WebSocket 503 Service Unavailable, auth 200"
		auth    = `backend 200 {"status":"ok"}, WebSocket 101, auth 503`
		both    = "backend 503 Service Unavailable, WebSocket 503 Service Unavailable, auth 503"
	)
	for id, sees := range map[string]string{
		"deployment-module-missing": backend, "deployment-unparsable-code": backend, "deployment-import-order": backend,
		"deployment-ready-but-503": backend, "deployment-cache-misconfigured": backend, "deployment-resources-or-port": backend,
		"latency-startup-deadlock": backend, "deployment-egress-flip": auth, "latency-db-init-timeout": both,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, sees, doors(stranger(t, id)))
		})
	}
	assert.Equal(t, `backend 200 {"status":"ok"}, WebSocket 101, auth 200`, doors(stranger(t)), "without a fault")
}

func TestWhatAClientSeesOfTheDeployment(t *testing.T) {
	seen(t, []sighting{
		{"deployment-new-revision-unused", "-00001- serves", func(g *guest) string {
			deployed, err := g.server.Deploy(g.t.Context(), "backend")
			require.NoError(g.t, err)
			require.Contains(g.t, deployed, "-00002-")
			if strings.Contains(g.traffic(), "-00001-") {
				return "-00001- serves"
			}
			return "-00002- serves"
		}},
		{"deployment-health-always-ok", `200 {"status":"ok"}; 503; 101, error_message SERVICE_INIT_FAILED, 1011 Service initialization failed`, func(g *guest) string {
			return g.fetch("GET", g.server.APIURL()+"/health", "", time.Minute) + "; " + g.ask("GET", "/api/threads", "")[:3] + "; " + g.greeted("/ws")
		}},
		{"deployment-half-initialised", "silence", func(g *guest) string { return g.welcomed("/ws").chat().outcome() }},
		{"deployment-health-route-missing", `404 {"detail":"Not Found"}`, func(g *guest) string { return g.ask("GET", "/health", "") }},
		{"deployment-endpoints-missing", `404 {"detail":"Not Found"}; 404 {"detail":"Not Found"}`, func(g *guest) string {
			return g.ask("GET", "/api/threads", "") + "; " + g.ask("POST", "/api/agents/start", `{}`)
		}},
		{"deployment-threads-list-500", "200, then 200, then 500 Failed to list threads", func(g *guest) string {
			g.ask("POST", "/api/threads", `{"metadata":{"of":"alice"}}`)
			before := g.ask("GET", "/api/threads", "")
			made := g.ask("POST", "/api/threads", `{"title":"Notes"}`)
			after := g.ask("GET", "/api/threads", "")
			seen := before[:3] + ", then " + made[:3] + ", then " + after[:3]
			if strings.Contains(after, `"message":"Failed to list threads"`) {
				seen += " Failed to list threads"
			}
			return seen
		}},
	})
}

// traffic is what the platform says of where the backend's goes.
func (g *guest) traffic() string {
	cloud := g.server.Config().Cloud
	request, err := http.NewRequestWithContext(g.t.Context(), "GET",
		g.server.CloudURL()+"/v2/projects/"+cloud.Project+"/locations/"+cloud.Region+"/services/"+fixtures.BackendService, nil)
	require.NoError(g.t, err)
	request.Header.Set("Authorization", "Bearer "+cloud.Token)
	answer, err := g.client.Do(request)
	require.NoError(g.t, err)
	defer answer.Body.Close()
	var service struct {
		Traffic json.RawMessage `json:"trafficStatuses"`
	}
	require.NoError(g.t, json.NewDecoder(answer.Body).Decode(&service))
	require.NotEmpty(g.t, service.Traffic)
	return string(service.Traffic)
}

func TestWhatNobodyCanLogInTo(t *testing.T) {
	t.Parallel()
	login := func(g *guest) string {
		request, err := http.NewRequestWithContext(t.Context(), "POST", g.server.AuthURL()+"/auth/e2e/test-auth", strings.NewReader(`{}`))
		require.NoError(t, err)
		request.Header.Set("X-E2E-Bypass-Key", g.server.SimulationKey())
		answer, err := g.client.Do(request)
		require.NoError(t, err)
		defer answer.Body.Close()
		return answer.Status
	}
	assert.Equal(t, "500 Internal Server Error", login(stranger(t, "deployment-schema-drift")))
	assert.Equal(t, "200 OK", login(stranger(t)), "without the fault")
}

func TestASaturatedNetworkFailsOrIsSlow(t *testing.T) {
	t.Parallel()
	const broken = "503 The request failed because either the HTTP response was malformed or connection to the instance had an error."
	g := stranger(t, "deployment-network-saturated")
	for _, url := range []string{g.server.APIURL(), g.server.AuthURL()} {
		assert.Equal(t, broken, g.fetch("GET", url+"/health", "", time.Minute))
		assert.Equal(t, "no answer", g.fetch("GET", url+"/health", "", time.Second))
	}
}
