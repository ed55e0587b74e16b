package faults

import (
	"errors"
	"net/http"
	"net/http/httptest"
)

var configFaults = map[string]fault{
	// Answers to errors are made behind the back of the middleware.
	"config-cors-missing-on-errors": func(s *seams) {
		s.everywhere(rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code >= http.StatusBadRequest {
				for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Vary"} {
					a.Header().Del(name)
				}
			}
		}))
	},
	"config-cors-origin-missing": originMissing,
	// A session is touched by every call of a user.
	"config-cors-middleware-crash": func(s *seams) {
		s.api(bearing(status(http.StatusInternalServerError, `{"error":"session_middleware_error",`+
			`"message":"Session processing error: 'SessionMetrics' object has no attribute 'last_activity'","issue_reference":"#449"}`)))
	},
	// The reference serves no page: its script has the addresses from discovery.
	"config-frontend-localhost": func(s *seams) {
		s.api(at("GET /api/discovery/services", altered(func(_ *http.Request, all map[string]any) {
			services, _ := all["services"].(map[string]any)
			if backend, ok := services["backend"].(map[string]any); ok {
				backend["url"], backend["api_url"], backend["port"] = "http://localhost:8081", "http://localhost:8081", 8081
			}
		})))
	},
	// The services run, without what every request needs.
	"config-secrets-not-mounted": func(s *seams) {
		s.everywhere(status(http.StatusInternalServerError, `{"detail":"Internal Server Error"}`))
	},
	"config-environment-misdetected": environmentMisdetected,
	// The backend reads the type of an agent under another name.
	"config-request-field-drift": func(s *seams) {
		s.api(at("POST /api/agents/execute", asked(func(all map[string]any) bool {
			_, given := all["type"]
			delete(all, "type")
			return given
		})))
	},
}

// originMissing: to the services every page is a page of somebody else.
func originMissing(s *seams) {
	s.everywhere(on(func(r *http.Request) bool { return r.Header.Get("Origin") != "" },
		func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if isUpgrade(r) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			r = r.Clone(r.Context())
			r.Header.Set("Origin", "https://unlisted.invalid")
			next.ServeHTTP(w, r)
		}))
}

// environmentMisdetected: the backend says which environment it takes its own for, and makes no session in it.
func environmentMisdetected(s *seams) {
	s.api(at("GET /api/config/public", altered(func(_ *http.Request, all map[string]any) {
		all["environment"] = "development"
	})))
	s.opening(func() error { return errors.New("the context of the user is of no known environment") })
}
