package suite_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// TestStoriesSeeUnhealthyServices lets one of the health family say something wrong.
func TestStoriesSeeUnhealthyServices(t *testing.T) {
	const family, endpoint = "HealthFamily", "health/endpoint"
	api := func(path string, h handler) wrong { return onAPI(at(path, h)) }
	caught(t, "september", []situation{
		{"degraded with 200", family, api("/health/ready", answers(http.StatusOK, `{"status":"degraded"}`)), endpoint},
		{"no status at all", family, api("/health", answers(http.StatusOK, `{}`)), endpoint},
		{"ok while another endpoint says 503", family, api("/health/ready", answers(http.StatusServiceUnavailable, `{"status":"unhealthy","message":"starting"}`)), "health/agree infra/unavailable"},
		{"healthy while another endpoint says unhealthy", family, onAuth(at("/auth/health", with("status", "unhealthy"))), "health/agree " + endpoint},
		{"a redirect", family, api("/health/", func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/health", http.StatusTemporaryRedirect)
		}), "infra/redirected"},
		{"a web page", family, api("/health/live", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html><body>ok</body></html>"))
		}), "infra/not-the-platform"},
		{"an endpoint that is missing", family, api("/api/monitoring/ping", answers(http.StatusNotFound, `{"detail":"Not Found"}`)), "infra/component-missing"},
		{"the WebSocket is unhealthy with 200", family, api("/ws/health", answers(http.StatusOK, `{"status":"unhealthy","error":"maximum recursion depth exceeded"}`)), endpoint},
		{"users were let in unchecked", family, api("/ws/auth/permissiveness", replaced(`"demo":0`, `"demo":7`)), endpoint},
		{"a breaker is open", family, api("/health/circuit-breakers", replaced(`"open_breakers":0`, `"open_breakers":1`)), endpoint},
		{"the system is in error with 200", family, api("/health/system", answers(http.StatusOK, `{"status":"error","error":"psutil","timestamp":"2026-01-01T00:00:00+00:00"}`)), endpoint},
		{"the infrastructure says ok and a note", family, api("/health/infrastructure", answers(http.StatusOK, `{"status":"ok","note":"monitoring is not available"}`)), endpoint},
		{"the auth service has no database", family, onAuth(at("/health/ready", with("database_status", "disconnected"))), endpoint},
		{"the golden path is not ready", family, onAuth(at("/health/auth", with("golden_path_ready", false))), endpoint},
		{"the database is not connected", family, api("/health/database", with("connected", false)), endpoint},
	})
}

// TestStoriesSeeOtherEnvironments lets a service take its environment for another.
func TestStoriesSeeOtherEnvironments(t *testing.T) {
	const family, urls, rule = "HealthFamily", "ServedURLsAreTheTargets", "health/environment"
	caught(t, "september", []situation{
		{"the auth service is ready for development", family, onAuth(at("/health/ready", with("environment", "development"))), rule},
		{"the app is told of production", urls, onAPI(at("/api/config/public", with("environment", "production"))), rule},
	})
}

// TestStoriesSeePagesThatCannotRead breaks what tells browsers who may read an answer.
func TestStoriesSeePagesThatCannotRead(t *testing.T) {
	const page, rule = "AppMayReadEveryAnswer", "health/cors"
	header := func(which func(r *http.Request, a *httptest.ResponseRecorder) bool, change func(r *http.Request, h http.Header)) wrong {
		return onAPI(altered(func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Header.Get("Origin") != "" && which(r, a) {
				change(r, a.Header())
			}
		}))
	}
	every := func(*http.Request, *httptest.ResponseRecorder) bool { return true }
	without := func(name string) func(*http.Request, http.Header) {
		return func(_ *http.Request, h http.Header) { h.Del(name) }
	}
	caught(t, "september", []situation{
		{"not on errors", page, header(func(_ *http.Request, a *httptest.ResponseRecorder) bool { return a.Code >= 400 }, without("Access-Control-Allow-Origin")), rule},
		{"not on 404", page, header(func(_ *http.Request, a *httptest.ResponseRecorder) bool { return a.Code == 404 }, without("Access-Control-Allow-Origin")), rule},
		{"not on preflights", page, header(func(r *http.Request, _ *httptest.ResponseRecorder) bool { return r.Method == http.MethodOptions }, without("Access-Control-Allow-Origin")), rule},
		{"preflights are refused", page, onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				http.Error(w, "Disallowed CORS headers", http.StatusBadRequest)
				return
			}
			next.ServeHTTP(w, r)
		}), rule},
		{"everybody, with credentials", page, header(every, func(_ *http.Request, h http.Header) { h.Set("Access-Control-Allow-Origin", "*") }), rule},
		{"every origin is reflected", page, header(every, func(r *http.Request, h http.Header) {
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Allow-Credentials", "true")
		}), rule},
		{"no credentials", page, header(every, without("Access-Control-Allow-Credentials")), rule},
		{"no Vary", page, header(every, without("Vary")), rule},
		{"nothing from the auth service", page, onAuth(altered(func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Header().Del("Access-Control-Allow-Origin")
		})), rule},
		{"an answer to a user cannot be read", page, header(func(r *http.Request, a *httptest.ResponseRecorder) bool { return bearer(r) != "" }, without("Access-Control-Allow-Origin")), rule},
		{"a page that reads with a token breaks the server", page, onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") != "" && bearer(r) != "" && !websocket.IsWebSocketUpgrade(r) {
				answers(http.StatusInternalServerError, `{"detail":"no such attribute"}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		}), "infra/server-error " + rule},
		{"a page cannot connect", page, onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") != "" && websocket.IsWebSocketUpgrade(r) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		}), "auth/token-refused"},
		{"the headers that a page sends are not allowed", page, header(every, without("Access-Control-Allow-Headers")), rule},
	})
}

// TestStoriesSeeForeignURLs lets the platform send its users elsewhere.
func TestStoriesSeeForeignURLs(t *testing.T) {
	const urls, rule = "ServedURLsAreTheTargets", "health/served-urls"
	caught(t, "september", []situation{
		{"the WebSocket is on the machine of a developer", urls, onAPI(at("/api/discovery/services", altering(func(all map[string]any) {
			services, _ := all["services"].(map[string]any)
			services["backend"].(map[string]any)["ws_url"] = "ws://localhost:8000/ws"
		}))), rule},
		{"the front end is on the machine of a developer", urls, onAuth(at("/auth/config", altering(func(all map[string]any) {
			all["authorized_javascript_origins"] = []string{"http://localhost:3000"}
		}))), rule},
		{"logins go to another host", urls, onAuth(at("/auth/config", altering(func(all map[string]any) {
			all["oauth_redirect_uri"] = strings.Replace(text(all, "oauth_redirect_uri"), "127.0.0.1", "auth.elsewhere.example", 1)
		}))), rule},
		{"discovery names production", urls, onAPI(at("/api/discovery/services", replaced(`"url":"http://127.0.0.1`, `"url":"https://api.netrasystems.ai`))), rule},
		{"a session is prepared elsewhere", urls, onAPI(at("POST /api/v1/websocket", with("websocket_url", "wss://api.elsewhere.example/ws"))), rule},
		{"configuration redirects to another host", urls, onAPI(at("/api/config/public", func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://api.elsewhere.example/api/config/public", http.StatusFound)
		})), rule + " infra/redirected"},
	})
}
