package suite_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// newly does something to the starts of all revisions but the first of their services.
func newly(do func(ctx context.Context, i *refstaging.Instance, phase string) error) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
			return func(ctx context.Context, i *refstaging.Instance, phase string) error {
				if strings.Contains(i.Revision(), "-00001-") {
					return next(ctx, i, phase)
				}
				return errors.Join(do(ctx, i, phase), next(ctx, i, phase))
			}
		}
	}
}

// printing prints a line when the database, of which only the backend has one, is reached.
func printing(line string) wrong {
	return newly(func(_ context.Context, i *refstaging.Instance, phase string) error {
		if phase == "DATABASE" {
			i.Print(refstaging.Stderr, line)
		}
		return nil
	})
}

// denying lets nobody read one of the APIs.
func denying(api string) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
			return func(token, permission string) error {
				if strings.HasPrefix(permission, api) {
					return refstaging.PermissionDenied(permission)
				}
				return next(token, permission)
			}
		}
	}
}

// late lets entries with a text be readable only a second after they were logged.
func late(text string, w wrong) wrong {
	return func(c *refstaging.Config) {
		w(c)
		c.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
			return func(e refstaging.LogEntry, after time.Duration) {
				if strings.Contains(string(e.JSONPayload), text) {
					after += time.Second
				}
				next(e, after)
			}
		}
	}
}

// haunted lets the log say of one request in twelve of the backend's second revision that the first answered it.
func haunted(c *refstaging.Config) {
	var first atomic.Pointer[refstaging.LogEntry]
	var requests atomic.Int64
	c.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			revision := e.Resource.Labels["revision_name"]
			switch {
			case strings.HasPrefix(revision, fixtures.BackendService+"-00001-"):
				first.CompareAndSwap(nil, &e)
			case strings.HasPrefix(revision, fixtures.BackendService+"-00002-") && e.HTTPRequest != nil && requests.Add(1)%12 == 0:
				e.Resource = first.Load().Resource
			}
			next(e, after)
		}
	}
}

// sharing gives the second revision of each service a part of the traffic, in percent, and leaves the rest
// where it was.
func sharing(percent int) wrong {
	return func(c *refstaging.Config) {
		c.Hooks.Cloud.Rollout = func(refstaging.Rollout) refstaging.Rollout {
			return func(before []refstaging.Target, revision string) []refstaging.Target {
				switch {
				case len(before) == 0 || strings.Contains(revision, "-00001-"):
					return []refstaging.Target{{Revision: revision, Percent: 100}}
				case percent == 0:
					return before
				}
				return []refstaging.Target{{Revision: before[0].Revision, Percent: 100 - percent}, {Revision: revision, Percent: percent}}
			}
		}
	}
}

// onceReplaced lets the backend do something else once its second revision serves.
func onceReplaced(h handler) wrong {
	return func(c *refstaging.Config) {
		var replaced atomic.Bool
		c.Hooks.Cloud.Rollout = func(next refstaging.Rollout) refstaging.Rollout {
			return func(before []refstaging.Target, revision string) []refstaging.Target {
				if strings.HasPrefix(revision, fixtures.BackendService+"-00002-") {
					replaced.Store(true)
				}
				return next(before, revision)
			}
		}
		onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if replaced.Load() {
				h(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		})(c)
	}
}

// every lets one request in n meet something else.
func every(n int64, h handler) handler {
	var requests atomic.Int64
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%n == 0 {
			h(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// TestStoriesSeeWrongDeployments breaks the deployment itself. The second revision of each service is the
// one that is wrong.
func TestStoriesSeeWrongDeployments(t *testing.T) {
	const serves, start = "NewRevisionServes", "StartIsCleanAndQuick"
	fails := newly(func(_ context.Context, _ *refstaging.Instance, phase string) error {
		if phase == "DATABASE" {
			return errors.New("relation \"users\" does not exist")
		}
		return nil
	})
	slow := newly(func(ctx context.Context, _ *refstaging.Instance, phase string) error {
		if phase != "CACHE" {
			return nil
		}
		slowly := time.NewTimer(2200 * time.Millisecond)
		defer slowly.Stop()
		select {
		case <-slowly.C:
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	caught(t, "september", []situation{
		{"ready without the application", serves, fails, "deployment/application"},
		{"the start fails", start, fails, "deployment/startup-marker deployment/startup-logs"},
		{"the start takes long", start, slow, "deployment/startup-time"},
		{"an ERROR during the start", start, printing(`{"severity":"ERROR","message":"could not warm the cache"}`), "deployment/startup-logs"},
		{"an ERROR that can be read long after the markers", start, late("could not warm the cache", printing(`{"severity":"ERROR","message":"could not warm the cache"}`)), "deployment/startup-logs"},
		{"a CRITICAL entry without a payload", start, printing(`{"severity":"CRITICAL"}`), "deployment/startup-logs"},
		{"a traceback as text", start, printing("Traceback (most recent call last)"), "deployment/startup-text"},
		{"the deployment fails", serves, func(c *refstaging.Config) {
			c.Hooks.Cloud.Probe = func(next refstaging.Probe) refstaging.Probe {
				return func(revision string) error {
					if strings.Contains(revision, "-00002-") {
						return refstaging.Reason("MIN_INSTANCES_NOT_PROVISIONED")
					}
					return next(revision)
				}
			}
		}, "deployment/ready deployment/latest-ready"},
		{"the traffic is split", serves, sharing(60), "deployment/traffic"},
		{"the traffic stays where it was", serves, sharing(0), "deployment/traffic"},
		{"two versions answer", serves, func(c *refstaging.Config) {
			sharing(50)(c)
			c.Hooks.Health.Version = func(refstaging.Version) refstaging.Version {
				return func(_, revision string) string { return "1.0.0-" + revision }
			}
		}, "deployment/traffic deployment/one-version"},
		{"the image that runs already", serves, func(c *refstaging.Config) {
			c.Hooks.Cloud.Image = func(refstaging.Image) refstaging.Image {
				return func(service, _ string) string { return service + "@sha256:" + strings.Repeat("0", 64) }
			}
		}, "deployment/new-revision"},
		{"one answer in five fails", "AnswersAsWellAsItsPredecessor", onceReplaced(at("/api/monitoring/ping", every(5, answers(http.StatusInternalServerError, `{}`)))), "deployment/error-rate"},
		{"the revision before goes on answering", "AnswersAsWellAsItsPredecessor", haunted, "deployment/one-revision"},
		{"nobody may read the log", start, denying("logging."), "infra/not-measured"},
	})
}

// While the start of a revision is read, another one is deployed: what is said is about what serves in the
// end, or nothing is.
func TestStoriesSeeADeploymentWhileTheyRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, story string
		traffic     bool // goes to the newest revision too
		rule        string
	}{
		{"it gets no traffic", "NewRevisionServes", false, "deployment/traffic"},
		{"it serves, and nobody read its start", "NewRevisionServes", true, "infra/not-measured"},
		{"nobody read its start", "StartIsCleanAndQuick", true, "infra/not-measured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			served := deploymentFor(c.story, "september")
			var server *refstaging.Server
			var once sync.Once
			served.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
				return func(token, permission string) error {
					if strings.HasPrefix(permission, "logging.") {
						once.Do(func() { _, _ = server.Deploy(t.Context(), "backend") })
					}
					return next(token, permission)
				}
			}
			served.Hooks.Cloud.Rollout = func(refstaging.Rollout) refstaging.Rollout {
				return func(before []refstaging.Target, revision string) []refstaging.Target {
					if !c.traffic && strings.Contains(revision, "-00003-") {
						return before
					}
					return []refstaging.Target{{Revision: revision, Percent: 100}}
				}
			}
			var err error
			server, err = refstaging.Start(served)
			require.NoError(t, err)
			defer func() { assert.NoError(t, server.Close()) }()
			out, err := tellOf(t, c.story, server, served, impatience...)
			require.Error(t, err, out)
			assert.Contains(t, findings(out), c.rule, telling(out))
		})
	}
}

// What the logs show needs no metrics. The figures of the process, which also runs other tests, stay as they are.
func TestStoriesDoWithoutMetrics(t *testing.T) {
	t.Parallel()
	for _, story := range []string{"AnswersAsWellAsItsPredecessor", "NothingAccumulates"} {
		t.Run(story, func(t *testing.T) {
			t.Parallel()
			served := deploymentFor(story, "september")
			declared := served
			denying("monitoring.")(&served)
			growing(figure{}, 0)(&served)
			out, err := tellAt(t, story, served, declared)
			require.NoError(t, err, telling(out))
		})
	}
}
