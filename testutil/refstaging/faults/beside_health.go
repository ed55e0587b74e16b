package faults

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"
)

// besideHealth are failures that the endpoints of health and configuration show, and that no catalogue knows.
var besideHealth = map[string]fault{
	// The registry registers one agent under the name of its class.
	"beside-health-agents": func(s *seams) {
		s.api(at("GET /api/agents/stream", altered(func(_ *http.Request, all map[string]any) {
			if list, ok := all["supported_agents"].([]any); ok && len(list) > 0 {
				list[len(list)-1] = "ReportingSubAgent"
			}
		})))
	},
	// A part that chat needs is lost, and only the endpoint of the infrastructure has noticed.
	"beside-health-agree": func(s *seams) {
		s.api(at("GET /health/infrastructure", status(http.StatusServiceUnavailable,
			`{"status":"critical","infrastructure":{"store":"ok","vector_index":"lost"},"circuit_breakers":{},"chat_functionality_impact":"degraded"}`)))
	},
	// A star stands for every header but the one that carries the token.
	"beside-health-cors": func(s *seams) {
		s.auth(rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Method == http.MethodOptions && a.Header().Get("Access-Control-Allow-Headers") != "" {
				a.Header().Set("Access-Control-Allow-Headers", "*")
			}
		}))
	},
	// No breaker is open, and the summary of them is not well from the second time on.
	"beside-health-endpoint": func(s *seams) {
		var times atomic.Int64
		s.api(at("GET /health/circuit-breakers", altered(func(_ *http.Request, all map[string]any) {
			if summary, ok := all["health_summary"].(map[string]any); ok && times.Add(1) > 1 {
				summary["overall_health"] = "degraded"
			}
		})))
	},
	// Discovery hands out the auth service of another environment.
	"beside-health-environment": func(s *seams) {
		s.api(at("GET /api/discovery/services", altered(func(_ *http.Request, all map[string]any) {
			services, _ := all["services"].(map[string]any)
			if auth, ok := services["auth"].(map[string]any); ok {
				auth["environment"] = "production"
			}
		})))
	},
	// A time without a zone is UTC, and this one is written on a machine of New York.
	"beside-health-fresh": func(s *seams) {
		s.api(at("GET /api/monitoring/ping", altered(func(_ *http.Request, all map[string]any) {
			all["timestamp"] = time.Now().UTC().Add(-5 * time.Hour).Format("2006-01-02T15:04:05.000000")
		})))
	},
	// Whether the golden path is ready was not found out.
	"beside-health-reached": func(s *seams) {
		s.auth(at("GET /health/auth", altered(func(_ *http.Request, all map[string]any) { all["golden_path_ready"] = nil })))
	},
	// The app is told the address of an instance within its own network, without a scheme.
	"beside-health-served-urls": func(s *seams) {
		s.auth(at("GET /auth/config", altered(func(_ *http.Request, all map[string]any) {
			all["authorized_javascript_origins"] = []string{"10.128.0.7:3000"}
		})))
	},
}
