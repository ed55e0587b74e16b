package deployment_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A question is one thing that can be read.
type question struct {
	api, purpose, permission, role string
	ask                            func(ctx context.Context, c *deployment.Cloud) error
}

var revision = gcp.Revision{Name: backend + "-00001-abc", Service: backend}

var questions = []question{
	{history.RunAPI, history.ReadService, "run.services.get", "roles/run.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.AwaitRollout(ctx, backend, patience)
		return err
	}},
	{history.RunAPI, history.ReadRevisions, "run.revisions.list", "roles/run.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.Revisions(ctx, backend)
		return err
	}},
	{history.LoggingAPI, history.ReadMarkers, "logging.logEntries.list", "roles/logging.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		return c.Start(ctx, history.Backend, revision, patience, patience)
	}},
	{history.LoggingAPI, history.ReadRequests, "logging.logEntries.list", "roles/logging.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.Requests(ctx, backend, revision.Name, time.Now(), time.Now(), 10)
		return err
	}},
	{history.LoggingAPI, history.ReadTraced, "logging.logEntries.list", "roles/logging.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.Instances(ctx, backend, time.Now(), []string{"00ff"}, patience)
		return err
	}},
	{history.LoggingAPI, history.ReadServer, "logging.logEntries.list", "roles/logging.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.ServerSide(ctx, "", time.Now(), time.Now(), []string{"00ff"}, 10)
		return err
	}},
	{history.MonitoringAPI, history.ReadMemory, "monitoring.timeSeries.list", "roles/monitoring.viewer", func(ctx context.Context, c *deployment.Cloud) error {
		_, err := c.Metric(ctx, history.ReadMemory, backend, revision.Name, time.Now(), time.Now())
		return err
	}},
}

// Without a role the error says which one is missing, and so does the reading. The other APIs go on.
func TestMissingRoles(t *testing.T) {
	for _, q := range questions {
		t.Run(q.purpose, func(t *testing.T) {
			var cfg refstaging.Config
			cfg.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
				return func(token, permission string) error {
					if strings.HasPrefix(permission, q.api) {
						return refstaging.PermissionDenied(permission)
					}
					return next(token, permission)
				}
			}
			c, w := open(t, start(t, cfg))
			err := q.ask(t.Context(), c)
			var denied *deployment.DeniedError
			require.ErrorAs(t, err, &denied)
			assert.Equal(t, deployment.DeniedError{
				API: q.api, Project: "netra-staging", Role: q.role, Permission: q.permission, Status: 403, Cause: denied.Cause,
			}, *denied)
			assert.ErrorContains(t, err, "gcloud projects add-iam-policy-binding netra-staging --member=MEMBER --role="+q.role)
			assert.ErrorContains(t, err, "("+q.permission+")")
			read := w.readings(q.purpose)
			require.Len(t, read, 1, "no more than once")
			assert.Equal(t, q.role, read[0].Role)
			assert.Equal(t, 403, read[0].Status)
			assert.Contains(t, read[0].Body, "PERMISSION_DENIED")
			for _, other := range questions {
				if other.api != q.api && other.purpose == history.ReadRevisions {
					assert.NoError(t, other.ask(t.Context(), c))
				}
			}
		})
	}
}

func TestWrongToken(t *testing.T) {
	s := start(t, refstaging.Config{})
	c, w := openAt(t, deployment.Options{Endpoint: s.CloudURL(), Token: "ya29.of-yesterday"})
	_, err := c.Service(t.Context(), backend)
	var denied *deployment.DeniedError
	require.ErrorAs(t, err, &denied)
	assert.Equal(t, 401, denied.Status)
	assert.ErrorContains(t, err, "STAGING_GCP_TOKEN")
	assert.ErrorContains(t, err, "roles/run.viewer")
	require.Len(t, w.readings(history.ReadService), 1)
	assert.Equal(t, "roles/run.viewer", w.readings(history.ReadService)[0].Role)
}

func TestMissingServices(t *testing.T) {
	c, w := open(t, start(t, refstaging.Config{}))
	for _, err := range []error{
		func() error { _, err := c.Service(t.Context(), "backend-service"); return err }(),
		func() error { _, err := c.Revisions(t.Context(), "backend-service"); return err }(),
	} {
		var missing *deployment.MissingError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, []string{"run", "netra-staging", "us-central1", "backend-service"}, []string{missing.API, missing.Project, missing.Region, missing.Service})
		for _, text := range []string{"service backend-service", "netra-staging", "us-central1", "STAGING_GCP_PROJECT", "STAGING_GCP_REGION"} {
			assert.ErrorContains(t, err, text)
		}
	}
	assert.Equal(t, 404, w.readings(history.ReadService)[0].Status)
	_, err := c.Metric(t.Context(), "weather", backend, revision.Name, time.Now(), time.Now())
	assert.ErrorContains(t, err, "weather")
}

// A quota that is used up is waited for, with every attempt in the history; but not for ever.
func TestQuota(t *testing.T) {
	for _, q := range questions {
		t.Run(q.purpose, func(t *testing.T) {
			var left atomic.Int64
			var cfg refstaging.Config
			cfg.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
				return func(token, permission string) error {
					if left.Add(-1) >= 0 {
						return refstaging.QuotaExhausted()
					}
					return next(token, permission)
				}
			}
			s := start(t, cfg)
			c, w := open(t, s)
			left.Store(3)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- q.ask(ctx, c) }()
			require.Eventually(t, func() bool { return len(w.readings(q.purpose)) >= 4 }, patience, time.Millisecond)
			cancel() // some of them wait for what does not come
			<-ended
			read := w.readings(q.purpose)
			for i, want := range []int{429, 429, 429, 200} {
				assert.Equal(t, want, read[i].Status)
				assert.Equal(t, 1, read[i].Page)
			}

			o := options(s, 0)
			o.Patience = 50 * time.Millisecond
			c, _ = openAt(t, o)
			left.Store(1 << 40)
			err := q.ask(t.Context(), c)
			var quota *deployment.QuotaError
			require.ErrorAs(t, err, &quota)
			assert.Equal(t, q.api, quota.API)
			assert.ErrorContains(t, err, "run it again later")
		})
	}
}

// Whatever it waits for, the end of the context ends it.
func TestCancel(t *testing.T) {
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Ingest = func(refstaging.Ingest) refstaging.Ingest { return func(refstaging.LogEntry, time.Duration) {} }
	cfg.Hooks.Cloud.Rollout = func(refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			return []refstaging.Target{{Revision: revision, Percent: 60}}
		}
	}
	s := start(t, cfg)
	for _, q := range questions {
		switch q.purpose {
		case history.ReadService, history.ReadMarkers, history.ReadTraced: // these wait
		default:
			continue
		}
		t.Run(q.purpose, func(t *testing.T) {
			c, w := openAt(t, options(s, time.Hour))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- q.ask(ctx, c) }()
			require.Eventually(t, func() bool { return len(w.readings(q.purpose)) == 1 }, patience, time.Millisecond)
			cancel()
			assert.ErrorIs(t, <-ended, context.Canceled)
			assert.ErrorIs(t, q.ask(ctx, c), context.Canceled, "before it asks")
		})
	}
}
