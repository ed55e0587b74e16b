package refstaging_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/googleapi"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A good start as deployment.md 4 looks for it: the markers, once for each instance, and no error but
// the nested ones.
func TestStartUpOnTheCloud(t *testing.T) {
	s := start(t, refstaging.Config{})
	r := read(t, s)
	for _, service := range []string{backendName, authName} {
		found := r.service(service)
		assert.Equal(t, "CONDITION_SUCCEEDED", found.TerminalCondition.State, service)
		assert.Regexp(t, service+`-00001-[a-z]{3}$`, found.LatestReadyRevision)
		assert.Empty(t, r.entries(of(service), "severity>=ERROR"), service)
		assert.NotEmpty(t, r.entries(of(service), `severity<DEBUG AND textPayload:gunicorn`), service)
	}
	assert.Equal(t, s.APIURL(), r.service(backendName).Uri)

	instances := map[string]bool{}
	for _, e := range r.entries(of(backendName)) {
		instances[e.Labels["instanceId"]] = true
	}
	require.Len(t, instances, 2)
	for id := range instances {
		one := `labels.instanceId="` + id + `"`
		for _, text := range []string{"DETERMINISTIC STARTUP SEQUENCE INITIATED", "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY", "Phases Completed: 7/7"} {
			assert.Len(t, r.entries(one, `jsonPayload.message="`+text+`"`), 1, text)
		}
		total := r.entries(one, `jsonPayload.message:"Total Time: "`)
		require.Len(t, total, 1)
		assert.Regexp(t, `"message":"Total Time: \d+\.\d{3}s"`, string(total[0].JsonPayload))
		assert.Len(t, r.entries(one, `logName:stdout AND jsonPayload.message:"Phase"`), 7)
	}
	up := r.entries(of(authName), `jsonPayload.message="Auth Service startup completed"`)
	require.Len(t, up, 1)
	assert.Equal(t, "INFO", up[0].Severity)
	assert.Contains(t, string(up[0].JsonPayload), `"severity":"ERROR"`, "the trap of shape 1")
}

// What users do is in the request log, a WebSocket once it has ended; who is refused leaves a CRITICAL.
func TestTrafficOnTheCloud(t *testing.T) {
	s := start(t, refstaging.Config{})
	r := read(t, s)
	token := login(t, s, "logged").access
	c := connect(t, s, token)
	c.ask("Add 1 and 2.")
	assert.Empty(t, r.entries("httpRequest.status=101"))
	require.NoError(t, c.conn.Close())
	socket := r.eventually("httpRequest.status=101", of(backendName))
	require.Len(t, socket, 1)
	assert.Equal(t, s.APIURL()+"/ws", socket[0].HttpRequest.RequestUrl)
	assert.Greater(t, socket[0].HttpRequest.ResponseSize, int64(500), "five events")
	assert.Len(t, r.entries("httpRequest.status=200", of(authName)), 1, "the login")
	golden := r.entries(of(backendName), "severity=CRITICAL")
	require.Len(t, golden, 1)
	assert.Contains(t, string(golden[0].JsonPayload), "GOLDEN PATH AUTH=REDACTED permissive")

	assert.Equal(t, 401, call(t, "GET", s.APIURL()+"/api/threads", bearer("not.a.token"), nil).status)
	assert.Len(t, r.entries(of(backendName), "httpRequest.status=401 AND severity=WARNING"), 1)
	assert.Len(t, r.entries(of(backendName), `severity=CRITICAL AND jsonPayload.message="AUTH=REDACTED FAILURE: Token=REDACTED failed at auth=REDACTED"`), 1)
	for _, refused := range []struct{ token, text string }{
		{"not.a.token", "STRUCTURE"}, {login(t, s, "logged").refresh, "MISMATCH"}, {token + "x", "INVALID"},
	} {
		before := len(r.entries(of(authName), "severity=CRITICAL"))
		call(t, "GET", s.AuthURL()+"/auth/me", bearer(refused.token), nil)
		after := r.entries(of(authName), "severity=CRITICAL")
		require.Len(t, after, before+1)
		assert.Contains(t, string(after[before].JsonPayload), refused.text)
	}
	call(t, "POST", s.AuthURL()+"/auth/logout", bearer(token), nil)
	assert.Equal(t, 401, call(t, "GET", s.AuthURL()+"/auth/me", bearer(token), nil).status)
	assert.Len(t, r.entries(of(authName), `jsonPayload.message:"JWT BLACKLISTED"`), 1)
}

// Rolling forward while a session is open: it goes on, and what comes after is the new revision's.
func TestDeployWhileServing(t *testing.T) {
	s := start(t, refstaging.Config{Cloud: refstaging.Cloud{StartPause: time.Millisecond, Period: 50 * time.Millisecond}})
	r := read(t, s)
	c := connect(t, s, login(t, s, "staying").access)
	old := r.revision(backendName)
	created, err := s.Deploy(t.Context(), "backend")
	require.NoError(t, err)
	assert.Equal(t, created, r.revision(backendName))
	assert.Regexp(t, `-00002-[a-z]{3}$`, created)
	assert.Equal(t, five, types(c.ask("Add 1 and 2.")))
	assert.Equal(t, 200, call(t, "GET", s.APIURL()+"/health", nil, nil).status)
	of := func(revision string) string { return `resource.labels.revision_name="` + revision + `"` }
	assert.Len(t, r.entries(of(created), `jsonPayload.message="DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY"`), 2)
	assert.Len(t, r.entries(of(created), "httpRequest.status=200"), 1)
	require.NoError(t, c.conn.Close())
	r.eventually(of(old), "httpRequest.status=101")
	revisions, err := r.run.Revisions.List("projects/netra-staging/locations/us-central1/services/" + backendName).Do()
	require.NoError(t, err)
	require.Len(t, revisions.Revisions, 2)
	assert.NotEqual(t, revisions.Revisions[0].Containers[0].Image, revisions.Revisions[1].Containers[0].Image)
	assert.True(t, strings.HasSuffix(revisions.Revisions[0].Containers[0].Image, "@"+s.Built("backend")), s.Built("backend"))
	assert.Empty(t, s.Built("frontend"))

	_, err = s.Deploy(t.Context(), "frontend")
	require.Error(t, err)
	memory := r.metrics.Projects.TimeSeries.List("projects/netra-staging").
		Filter(`metric.type="run.googleapis.com/container/memory/utilizations" AND ` + of(created)).
		IntervalStartTime("2025-01-01T00:00:00Z").IntervalEndTime("2125-01-01T00:00:00Z")
	require.Eventually(t, func() bool {
		found, err := memory.Do()
		return err == nil && len(found.TimeSeries) == 1 && found.TimeSeries[0].Points[0].Value.DistributionValue.Mean > 0
	}, patience, 10*time.Millisecond)
}

// A start that fails leaves a revision that is Ready and answers nothing; why is in its log.
func TestFailingStartOnTheCloud(t *testing.T) {
	var broken bool
	var cfg refstaging.Config
	cfg.Hooks.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if broken && (name == "CACHE" || name == "AUTH") {
				i.Print(refstaging.Stderr, "Traceback (most recent call last):\n  File \"smd.py\", line 1, in cache\nConnectionError")
				return errors.New("redis does not answer")
			}
			return next(ctx, i, name)
		}
	}
	s := start(t, cfg)
	r := read(t, s)
	broken = true
	for service, doors := range map[string]struct{ name, url, failure string }{
		"backend": {backendName, s.APIURL(), "DETERMINISTIC STARTUP FAILURE: phase 4, CACHE: redis does not answer"},
		"auth":    {authName, s.AuthURL(), "Auth Service startup failed: redis does not answer"},
	} {
		revision, err := s.Deploy(t.Context(), service)
		require.ErrorContains(t, err, "redis")
		assert.Equal(t, "CONDITION_SUCCEEDED", r.service(doors.name).TerminalCondition.State)
		assert.Equal(t, revision, r.revision(doors.name))
		assert.Equal(t, 503, call(t, "GET", doors.url+"/health", nil, nil).status)
		of := `resource.labels.revision_name="` + revision + `"`
		assert.NotEmpty(t, r.entries(of, `severity=CRITICAL AND jsonPayload.message="`+doors.failure+`"`))
		assert.NotEmpty(t, r.entries(of, `textPayload:"Traceback (most recent call last)" AND severity=DEFAULT`))
		assert.NotEmpty(t, r.entries(of, `textPayload:"Worker failed to boot"`, noRequests))
		assert.Empty(t, r.entries(of, `jsonPayload.message:completed AND jsonPayload.message:start`))
	}
}

// The platform outlives what runs on it: also a deployment whose very first start fails.
func TestNothingStarts(t *testing.T) {
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Probe = func(refstaging.Probe) refstaging.Probe {
		return func(string) error { return refstaging.Reason("HEALTH_CHECK_CONTAINER_ERROR") }
	}
	s := start(t, cfg)
	found := read(t, s).service(backendName)
	assert.Equal(t, "CONDITION_FAILED", found.TerminalCondition.State)
	assert.Empty(t, found.LatestReadyRevision)
	assert.Equal(t, 503, call(t, "GET", s.APIURL()+"/health", nil, nil).status)
}

// Close does not wait for a start that takes its time.
func TestCloseEndsStarts(t *testing.T) {
	begun := make(chan struct{}, 1)
	var cfg refstaging.Config
	second := false
	cfg.Hooks.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if !second {
				return next(ctx, i, name)
			}
			select {
			case begun <- struct{}{}:
			default:
			}
			<-ctx.Done()
			return ctx.Err()
		}
	}
	s := start(t, cfg)
	second = true
	failed := make(chan error)
	go func() { _, err := s.Deploy(context.Background(), "backend"); failed <- err }()
	<-begun
	require.NoError(t, s.Close())
	assert.ErrorIs(t, <-failed, context.Canceled)
}

func TestCloudOverTLSAndAfterARestart(t *testing.T) {
	authority, err := refstaging.GenerateCA()
	require.NoError(t, err)
	s, err := refstaging.Start(refstaging.Config{TLS: authority.TLS()})
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(s.CloudURL(), "https://127.0.0.1:"))
	require.NoError(t, s.Close())
	again := start(t, s.Config())
	assert.Equal(t, s.CloudURL(), again.CloudURL())
	assert.Equal(t, s.Config().Cloud, again.Config().Cloud)
	assert.NotEmpty(t, s.Config().Cloud.Token)
}

// The users' tokens are none of the platform's.
func TestCloudAsksForItsOwnToken(t *testing.T) {
	s := start(t, refstaging.Config{Cloud: refstaging.Cloud{Token: "ya29.mine"}})
	url := s.CloudURL() + "/v2/projects/netra-staging/locations/us-central1/services"
	assert.Equal(t, 401, call(t, "GET", url, bearer(login(t, s, "reader").access), nil).status)
	assert.Equal(t, 200, call(t, "GET", url, bearer("ya29.mine"), nil).status)
	r := read(t, s)
	_, err := r.run.Get("projects/netra-staging/locations/us-central1/services/backend-service").Do()
	refused, ok := errors.AsType[*googleapi.Error](err)
	require.True(t, ok)
	assert.Equal(t, 404, refused.Code)
}

func TestCloudConfig(t *testing.T) {
	for _, c := range []refstaging.Cloud{{StartPause: -1}, {StartPause: time.Minute}, {Period: -1}, {Period: 2 * time.Hour}, {Addr: "nowhere"}} {
		_, err := refstaging.Start(refstaging.Config{Cloud: c})
		assert.Error(t, err, "%+v", c)
	}
}
