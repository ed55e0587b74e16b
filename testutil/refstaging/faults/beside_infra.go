package faults

import (
	"net/http"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideInfra are wrong answers that no catalogue knows. What is wrong below HTTP is in beside_infra_network.go.
var besideInfra = map[string]fault{
	"beside-infra-component-missing": func(s *seams) {
		s.auth(at("POST /auth/validate", raises(http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`)))
	},
	"beside-infra-not-accepted": func(s *seams) {
		s.api(at("POST /api/threads/*", raises(http.StatusUnsupportedMediaType, longError("UNSUPPORTED_MEDIA_TYPE", http.StatusUnsupportedMediaType, "Unsupported media type"))))
	},
	"beside-infra-not-the-platform": func(s *seams) {
		s.api(at("GET /api/discovery/services", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			_, _ = w.Write([]byte("<services/>")) // a client that is gone reads no error either
		}))
	},
	"beside-infra-redirected": func(s *seams) {
		s.api(at("GET /api/threads", bearing(func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/api/threads/?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})))
	},
	"beside-infra-server-error": func(s *seams) {
		s.api(at("DELETE /api/threads/*", raises(http.StatusInternalServerError, longError("INTERNAL_ERROR", http.StatusInternalServerError, "Failed to archive"))))
	},
	"beside-infra-unavailable": func(s *seams) {
		s.api(at("GET /api/threads/*", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "upstream request timeout", http.StatusGatewayTimeout)
		}))
	},
	"beside-infra-unexpected-status": func(s *seams) {
		s.api(at("POST /api/agents/execute", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if failureIn(r) {
				raises(http.StatusFailedDependency, longError("TOOL_FAILED", http.StatusFailedDependency, "A tool has failed"))(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		}))
	},
	"beside-infra-stopped": func(s *seams) {
		s.api(at("POST /api/chat/messages", altered(func(_ *http.Request, all map[string]any) { all["message"] = "stored" })))
	},
	"beside-infra-rate-limited": func(s *seams) {
		sessions := &tally{}
		s.app(upgrading(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if sessions.count("upgrade") != 2 {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Retry-After", "1")
			status(http.StatusTooManyRequests, `{"detail":"Too Many Requests"}`)(next, w, r)
		}))
	},
	"beside-infra-upgrade-refused": func(s *seams) {
		s.app(upgrading(at("/api/v1/websocket", status(http.StatusUpgradeRequired, `{"detail":"Upgrade Required"}`))))
	},
	"beside-infra-not-measured": logsExcluded,
}

// logsExcluded: a filter keeps what the auth service logs out of the project's log.
func logsExcluded(s *seams) {
	around(&s.Hooks.Cloud.Ingest, func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			if !strings.HasPrefix(e.Resource.Labels["revision_name"], fixtures.AuthService+"-") {
				next(e, after)
			}
		}
	})
}
