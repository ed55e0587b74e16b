package faults

import (
	"fmt"
	"net/http"
	"testing"
)

func TestSymptomsOfConfig(t *testing.T) {
	t.Parallel()
	shown(t, []symptom{
		{"config-cors-missing-on-errors", "200 true, 401 false, 404 false", func(v visitor) string {
			return v.read("/health") + ", " + v.read("/api/threads") + ", " + v.read("/nowhere")
		}},
		{"config-cors-origin-missing", "200 false, preflight 400", func(v visitor) string {
			preflight := v.ask(request{
				method: http.MethodOptions, url: v.at.APIURL() + "/api/threads", origin: v.at.AppURL(),
				header: map[string]string{"Access-Control-Request-Method": "POST"},
			})
			return fmt.Sprint(v.read("/health"), ", preflight ", preflight.status)
		}},
		{"config-cors-middleware-crash", "200 401 500 session_middleware_error", func(v visitor) string {
			a := v.get("/api/threads", v.token("ada"))
			return fmt.Sprint(v.get("/health", "").status, v.get("/api/threads", "").status, a.status, " ", a.all["error"])
		}},
		{"config-frontend-localhost", "200 http://localhost:8081", func(v visitor) string {
			a := v.get("/api/discovery/services", "")
			services, _ := a.all["services"].(map[string]any)
			backend, _ := services["backend"].(map[string]any)
			return fmt.Sprint(a.status, " ", backend["api_url"])
		}},
		{"config-secrets-not-mounted", "500 500 500, upgrade 500", func(v visitor) string {
			return fmt.Sprint(v.get("/health", "").status, v.ask(request{url: v.at.AuthURL() + "/health"}).status, v.login("ada").status, ", ", v.connect("", "", nil))
		}},
		{"config-environment-misdetected", "development, error Service initialization failed, close 1011", func(v visitor) string {
			return fmt.Sprint(v.get("/api/config/public", "").all["environment"], ", ", v.connect("", v.token("ada"), nil))
		}},
		{"config-request-field-drift", "422 type Field required", func(v visitor) string {
			a := v.ask(request{
				method: http.MethodPost, url: v.at.APIURL() + "/api/agents/execute", token: v.token("ada"),
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
func (v visitor) read(path string) string {
	a := v.ask(request{url: v.at.APIURL() + path, origin: v.at.AppURL()})
	return fmt.Sprint(a.status, a.header.Get("Access-Control-Allow-Origin") == v.at.AppURL())
}
