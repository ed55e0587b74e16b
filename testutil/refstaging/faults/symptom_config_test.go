package faults

import (
	"fmt"
	"net/http"
	"testing"
)

func TestSymptomsOfConfig(t *testing.T) {
	t.Parallel()
	seen(t, []sighting{
		{"config-cors-missing-on-errors", "200 true, 401 false, 404 false", func(g *guest) string {
			return g.read("/health") + ", " + g.read("/api/threads") + ", " + g.read("/nowhere")
		}},
		{"config-cors-origin-missing", "200 false, preflight 400", func(g *guest) string {
			preflight := g.send(request{
				method: http.MethodOptions, url: g.server.APIURL() + "/api/threads", origin: g.server.AppURL(),
				header: map[string]string{"Access-Control-Request-Method": "POST"},
			})
			return fmt.Sprint(g.read("/health"), ", preflight ", preflight.status)
		}},
		{"config-cors-middleware-crash", "200 401 500 session_middleware_error", func(g *guest) string {
			a := g.get("/api/threads", g.tokenOf("ada"))
			return fmt.Sprint(g.get("/health", "").status, g.get("/api/threads", "").status, a.status, " ", a.all["error"])
		}},
		{"config-frontend-localhost", "200 http://localhost:8081", func(g *guest) string {
			a := g.get("/api/discovery/services", "")
			services, _ := a.all["services"].(map[string]any)
			backend, _ := services["backend"].(map[string]any)
			return fmt.Sprint(a.status, " ", backend["api_url"])
		}},
		{"config-secrets-not-mounted", "500 500 500, upgrade 500", func(g *guest) string {
			return fmt.Sprint(g.get("/health", "").status, g.send(request{url: g.server.AuthURL() + "/health"}).status, g.login("ada").status, ", ", g.connect("", "", nil))
		}},
		{"config-environment-misdetected", "development, error Service initialization failed, close 1011", func(g *guest) string {
			return fmt.Sprint(g.get("/api/config/public", "").all["environment"], ", ", g.connect("", g.tokenOf("ada"), nil))
		}},
		{"config-request-field-drift", "422 type Field required", func(g *guest) string {
			a := g.send(request{
				method: http.MethodPost, url: g.server.APIURL() + "/api/agents/execute", token: g.tokenOf("ada"),
				body: `{"type":"data","message":"What is 2 + 3?"}`,
			})
			list, _ := a.all["detail"].([]any)
			if len(list) == 0 {
				return fmt.Sprint(a.status)
			}
			problem, _ := list[0].(map[string]any)
			where, _ := problem["loc"].([]any)
			return fmt.Sprint(a.status, " ", where[len(where)-1], " ", problem["msg"])
		}},
	})
}

// read asks for something as a page of the app, and tells whether that may read the answer.
func (g *guest) read(path string) string {
	a := g.send(request{url: g.server.APIURL() + path, origin: g.server.AppURL()})
	return fmt.Sprint(a.status, a.header.Get("Access-Control-Allow-Origin") == g.server.AppURL())
}
