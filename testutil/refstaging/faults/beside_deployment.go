package faults

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideDeployment are failures of a deployment that no catalogue knows. The first revision of a service is well.
var besideDeployment = map[string]fault{
	// One of the two instances does not get the lease that the other one has.
	"beside-deployment-application": secondInstance(func(*refstaging.Instance) error { return errors.New("the migration lock is held by another instance") }),
	// The new revision of the auth service times out behind its own proxy.
	"beside-deployment-error-rate": func(s *seams) {
		var requests atomic.Int64
		s.auth(s.onceReplaced(fixtures.AuthService, at("POST /api/v1/jwt/validate", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if requests.Add(1)%4 == 0 {
				raises(http.StatusGatewayTimeout, `{"detail":"upstream request timeout"}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		})))
	},
	// The registry still has yesterday's build of the auth service.
	"beside-deployment-image": func(s *seams) {
		var deployed atomic.Bool
		around(&s.Hooks.Cloud.Image, func(next refstaging.Image) refstaging.Image {
			return func(service, built string) string {
				if service != fixtures.AuthService || !deployed.Swap(true) {
					return next(service, built)
				}
				return "gcr.io/netra-staging/" + service + "@sha256:" + strings.Repeat("7e", 32)
			}
		})
	},
	// The new revision of the backend reads the threads of a user without an index.
	"beside-deployment-latency": func(s *seams) {
		s.api(s.onceReplaced(fixtures.BackendService, at("GET /api/threads", late(180*time.Millisecond))))
	},
	"beside-deployment-latest-ready": unready(fixtures.AuthService, "CONTAINER_MISSING"),
	// The tag of the image was never moved.
	"beside-deployment-new-revision": func(s *seams) {
		around(&s.Hooks.Cloud.Image, func(next refstaging.Image) refstaging.Image {
			return func(service, built string) string {
				if service == fixtures.BackendService {
					return "gcr.io/netra-staging/" + service + ":staging"
				}
				return next(service, built)
			}
		})
	},
	"beside-deployment-one-revision": routeKept,
	// One instance in some is of an older build.
	"beside-deployment-one-version": func(s *seams) {
		var times atomic.Int64
		around(&s.Hooks.Health.Version, func(next refstaging.Version) refstaging.Version {
			return func(service, revision string) string {
				if service == "auth" && times.Add(1)%3 == 0 {
					return "0.9.4"
				}
				return next(service, revision)
			}
		})
	},
	"beside-deployment-ready": unready(fixtures.BackendService, "REVISION_FAILED"),
	// What the platform shows of the auth service stays as it was before its new revision.
	"beside-deployment-reconciled": func(s *seams) {
		around(&s.Hooks.Cloud.Settle, func(next refstaging.Settle) refstaging.Settle {
			return func(revision string) bool {
				return next(revision) && (isFirst(revision) || !strings.HasPrefix(revision, fixtures.AuthService+"-"))
			}
		})
	},
	// The last phase of one instance alone logs something terrible, without a message.
	"beside-deployment-startup-logs": secondInstance(func(i *refstaging.Instance) error {
		i.Print(refstaging.Stdout, `{"severity":"ALERT","event":"clock_skew","offset_seconds":412}`)
		return nil
	}),
	// An instance fails to start, and starts when it tries again.
	"beside-deployment-startup-marker": secondInstance(func(i *refstaging.Instance) error {
		i.Print(refstaging.Stderr, `{"severity":"CRITICAL","message":"DETERMINISTIC STARTUP FAILURE: phase 4, CACHE: connection reset by peer","logger":"netra_backend.app.smd"}`)
		return nil
	}),
	// A logger keeps the exception apart from the message, and takes it for information.
	"beside-deployment-startup-text": secondInstance(func(i *refstaging.Instance) error {
		i.Print(refstaging.Stdout, `{"severity":"INFO","message":"warm-up skipped","exc_info":"Traceback (most recent call last):\n  File \"warmup.py\", line 31, in load\nKeyError: 'tenants'"}`)
		return nil
	}),
	// The auth service of the new revision looks for its keys for a while.
	"beside-deployment-startup-time": func(s *seams) {
		s.phasing(func(ctx context.Context, i *refstaging.Instance, phase string) error {
			if phase == "AUTH" && !isFirst(i.Revision()) {
				rest(ctx, 2600*time.Millisecond)
			}
			return nil
		})
	},
	"beside-deployment-traffic": trafficKept,
}

// isFirst tells whether a revision is the first of its service.
func isFirst(revision string) bool { return strings.Contains(revision, "-00001-") }

// phasing does something at the end of every phase of a start, before the phase may end.
func (s *seams) phasing(do func(ctx context.Context, i *refstaging.Instance, phase string) error) {
	around(&s.Hooks.Startup.Phase, func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, phase string) error {
			return errors.Join(do(ctx, i, phase), next(ctx, i, phase))
		}
	})
}

// secondInstance does something at the end of the start of the backend, on the second instance of a new revision.
func secondInstance(do func(*refstaging.Instance) error) fault {
	return func(s *seams) {
		var ahead sync.Map // by revision
		s.phasing(func(_ context.Context, i *refstaging.Instance, phase string) error {
			if phase != "FINALIZE" || isFirst(i.Revision()) {
				return nil
			}
			if _, second := ahead.LoadOrStore(i.Revision(), true); second {
				return do(i)
			}
			return nil
		})
	}
}

// unready lets the new revision of a service fail, for a reason.
func unready(service, why string) fault {
	return func(s *seams) {
		around(&s.Hooks.Cloud.Probe, func(next refstaging.Probe) refstaging.Probe {
			return func(revision string) error {
				if strings.HasPrefix(revision, service+"-") && !isFirst(revision) {
					return refstaging.Reason(why)
				}
				return next(revision)
			}
		})
	}
}

// onceReplaced answers otherwise as soon as another revision of a service than its first one gets the traffic.
func (s *seams) onceReplaced(service string, a answering) answering {
	var replaced atomic.Bool
	around(&s.Hooks.Cloud.Rollout, func(next refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			if strings.HasPrefix(revision, service+"-") && !isFirst(revision) {
				replaced.Store(true)
			}
			return next(before, revision)
		}
	})
	return on(func(*http.Request) bool { return replaced.Load() }, a)
}

// routeKept lets the edge keep a slow route to the revision of the auth service that was replaced, as the request log
// has it: what answers is the one process that both of them are here. Those who ask do so one after the other.
func routeKept(s *seams) {
	var before atomic.Pointer[refstaging.LogEntry]
	var astray atomic.Bool
	var requests atomic.Int64
	s.auth(s.onceReplaced(fixtures.AuthService, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%8 == 0 {
			late(300*time.Millisecond)(next, w, r)
			astray.Store(true)
			return
		}
		next.ServeHTTP(w, r)
	}))
	around(&s.Hooks.Cloud.Ingest, func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			if revision := e.Resource.Labels["revision_name"]; strings.HasPrefix(revision, fixtures.AuthService+"-") && e.HTTPRequest != nil {
				if isFirst(revision) {
					before.CompareAndSwap(nil, &e)
				} else if old := before.Load(); old != nil && astray.Swap(false) {
					e.Resource = old.Resource
				}
			}
			next(e, after)
		}
	})
}

// trafficKept leaves a twentieth of what goes to the auth service with its first revision.
func trafficKept(s *seams) {
	var first atomic.Pointer[string]
	around(&s.Hooks.Cloud.Rollout, func(next refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			switch old := first.Load(); {
			case !strings.HasPrefix(revision, fixtures.AuthService+"-"):
			case old == nil:
				first.Store(&revision)
			default:
				return []refstaging.Target{{Revision: revision, Percent: 95}, {Revision: *old, Percent: 5}}
			}
			return next(before, revision)
		}
	})
}
