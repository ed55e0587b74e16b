package faults

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var deploymentFaults = map[string]fault{
	"deployment-module-missing":       failsAt("INIT", "No module named 'netra_backend.app.services.monitoring'"),
	"deployment-unparsable-code":      failsAt("INIT", "invalid syntax (startup_module.py, line 212)"),
	"deployment-import-order":         failsAt("DEPENDENCIES", "No module named 'auth_service'"),
	"deployment-ready-but-503":        failsAt("DATABASE", "missing critical tables: users, threads"),
	"deployment-cache-misconfigured":  failsAt("CACHE", "cache did not answer in 7.5s: name or service not known"),
	"deployment-egress-flip":          failsAt("AUTH", "database socket timed out after 15s"),
	"deployment-network-saturated":    networkSaturated,
	"deployment-resources-or-port":    neverListens,
	"deployment-new-revision-unused":  newRevisionUnused,
	"deployment-health-always-ok":     healthAlwaysOK,
	"deployment-half-initialised":     loses(func(refstaging.Event) bool { return true }), // nobody is told what agents do
	"deployment-health-route-missing": func(s *seams) { s.api(at("/health", missing)) },
	"deployment-schema-drift":         schemaDrift,
	"deployment-endpoints-missing":    endpointsMissing,
	"deployment-threads-list-500":     func(s *seams) { s.app(at("GET /api/threads", listWithoutMetadata)) },
}

// failsAt ends the start of a service at a phase of it: the platform calls its revisions ready and answers 503.
// AUTH is the phase of the auth service, all others are the backend's.
func failsAt(phase, why string) fault {
	return func(s *seams) {
		around(&s.Hooks.Startup.Phase, func(next refstaging.StartPhase) refstaging.StartPhase {
			return func(ctx context.Context, i *refstaging.Instance, name string) error {
				if name == phase {
					return errors.New(why)
				}
				return next(ctx, i, name)
			}
		})
	}
}

// networkSaturated lets the platform reach the instances of both services every second time, and then late.
func networkSaturated(s *seams) {
	var requests atomic.Int64
	s.everywhere(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%2 == 1 {
			http.Error(w, "The request failed because either the HTTP response was malformed or connection to the instance had an error.", http.StatusServiceUnavailable)
			return
		}
		late(6*time.Second)(next, w, r)
	})
}

// starting does something whenever an instance of the backend starts, which has none of what another lost.
func (s *seams) starting(do func()) {
	around(&s.Hooks.Startup.Phase, func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if name == "INIT" {
				do()
			}
			return next(ctx, i, name)
		}
	})
}

// neverListens lets the backend's port stay closed, so that it has no revision that could take a request.
func neverListens(s *seams) {
	around(&s.Hooks.Cloud.Probe, func(next refstaging.Probe) refstaging.Probe {
		return func(revision string) error {
			if strings.HasPrefix(revision, fixtures.BackendService+"-") {
				return refstaging.Reason("HealthCheckContainerError")
			}
			return next(revision)
		}
	})
}

// newRevisionUnused leaves all traffic at the revision that has it.
func newRevisionUnused(s *seams) {
	around(&s.Hooks.Cloud.Rollout, func(next refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			if len(before) > 0 {
				return before
			}
			return []refstaging.Target{{Revision: revision, Percent: 100}} // the first one
		}
	})
}

// healthAlwaysOK takes away what the backend knows users by, without which nobody gets to database and agents.
// The health routes do not notice.
func healthAlwaysOK(s *seams) {
	s.app(bearing(raises(http.StatusServiceUnavailable, longError("SERVICE_UNAVAILABLE", http.StatusServiceUnavailable, "Authentication service is unavailable"))))
	s.openingFor(func(refstaging.Identity) error { return refstaging.ErrAuthUnavailable })
}

// schemaDrift keeps the auth service from storing the session of a login.
func schemaDrift(s *seams) {
	around(&s.Hooks.Tokens.Issue, func(refstaging.IssueToken) refstaging.IssueToken {
		return func(refstaging.Identity, string) (string, error) {
			return "", errors.New(`relation "auth_sessions" does not exist`)
		}
	})
}

func endpointsMissing(s *seams) {
	s.api(at("/api/threads*", missing))
	s.api(at("/api/agents/start", missing))
}

// listWithoutMetadata fails as soon as a thread of the user has no metadata, which a query reads.
func listWithoutMetadata(next http.Handler, w http.ResponseWriter, r *http.Request) {
	a := httptest.NewRecorder()
	next.ServeHTTP(a, r)
	var threads []struct {
		Metadata map[string]any `json:"metadata"`
	}
	if json.Unmarshal(a.Body.Bytes(), &threads) == nil {
		for _, thread := range threads {
			if len(thread.Metadata) == 0 {
				raises(http.StatusInternalServerError, longError("INTERNAL_ERROR", http.StatusInternalServerError, "Failed to list threads"))(next, w, r)
				return
			}
		}
	}
	next.ServeHTTP(w, r)
}
