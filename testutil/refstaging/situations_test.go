package refstaging_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/logging/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func ofRevision(revision string) string {
	return `resource.labels.revision_name="` + revision + `"`
}

// What happens on the server for a request is found by the request's trace: its entry, and what the
// application had to say.
func TestCorrelation(t *testing.T) {
	s := start(t, refstaging.Config{})
	r := read(t, s)
	header := func(trace, authorization string) http.Header {
		return http.Header{
			"Traceparent": {"00-" + trace + "-b7ad6b7169203331-01"}, "User-Agent": {"suite/1 (run 7)"},
			"Authorization": {"Bearer " + authorization},
		}
	}
	refused, socket, foreign := strings.Repeat("a", 32), strings.Repeat("b", 32), strings.Repeat("c", 32)
	assert.Equal(t, 401, call(t, "GET", s.APIURL()+"/api/threads", header(refused, "not.a.token"), nil).status)
	call(t, "GET", s.AuthURL()+"/auth/me", header(foreign, "not.a.token"), nil)
	c := dial(t, s.WebSocketURL(), header(socket, login(t, s, "traced").access))
	settle("september", c)
	require.NoError(t, c.conn.Close())
	r.eventually(of(backendName), "httpRequest.status=101")
	for trace, want := range map[string]struct{ status, criticals int }{
		refused: {401, 2}, socket: {101, 1}, foreign: {401, 1},
	} {
		found := r.entries(`trace="projects/netra-staging/traces/` + trace + `"`)
		require.Len(t, found, want.criticals+1, "%d", want.status)
		criticals := 0
		for _, e := range found {
			assert.Equal(t, found[0].Labels["instanceId"], e.Labels["instanceId"], "all on the instance that served")
			assert.Equal(t, found[0].Resource.Labels["revision_name"], e.Resource.Labels["revision_name"])
			if e.HttpRequest == nil {
				criticals++
				assert.Equal(t, "CRITICAL", e.Severity)
				assert.NotContains(t, string(e.JsonPayload), trace, "the trace is the entry's")
				continue
			}
			assert.Equal(t, int64(want.status), e.HttpRequest.Status)
			assert.Equal(t, "suite/1 (run 7)", e.HttpRequest.UserAgent)
			assert.NotEmpty(t, e.HttpRequest.Latency)
		}
		assert.Equal(t, want.criticals, criticals)
	}
}

// A stale revision, in both ways that it comes about: the new one gets no traffic, or there is no new one.
func TestStaleRevision(t *testing.T) {
	var held, same atomic.Bool
	var cfg refstaging.Config
	var running string
	cfg.Hooks.Cloud.Rollout = func(refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			if held.Load() {
				return before // --no-traffic
			}
			return []refstaging.Target{{Revision: revision, Percent: 100}}
		}
	}
	cfg.Hooks.Cloud.Image = func(next refstaging.Image) refstaging.Image {
		return func(service, built string) string {
			if same.Load() {
				return running // a build that was never pushed
			}
			if service == backendName {
				running = built
			}
			return next(service, built)
		}
	}
	s := start(t, cfg)
	r := read(t, s)
	baseline := s.Revision("backend")
	assert.Equal(t, baseline, r.revision(backendName))
	assert.Empty(t, s.Revision("frontend"))

	same.Store(true)
	got, err := s.Deploy(t.Context(), "backend")
	require.NoError(t, err)
	assert.Equal(t, baseline, got)
	found := r.service(backendName)
	assert.True(t, strings.HasSuffix(found.LatestCreatedRevision, "/"+baseline))
	assert.Equal(t, int64(1), found.Generation)

	same.Store(false)
	held.Store(true)
	created, err := s.Deploy(t.Context(), "backend")
	require.NoError(t, err)
	found = r.service(backendName)
	assert.True(t, strings.HasSuffix(found.LatestReadyRevision, "/"+created))
	assert.Equal(t, baseline, found.TrafficStatuses[0].Revision)
	assert.Equal(t, 200, call(t, "GET", s.APIURL()+"/health", nil, nil).status)
	assert.Len(t, r.entries(ofRevision(baseline), "httpRequest.status=200"), 1)
	assert.Empty(t, r.entries(ofRevision(created), "httpRequest.status=200"))
}

// Two revisions that share the traffic show from the outside, where answers carry a version.
func TestTwoVersionsAnswer(t *testing.T) {
	var split atomic.Bool
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Rollout = func(refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			if split.Load() {
				return []refstaging.Target{{Revision: before[0].Revision, Percent: 50}, {Revision: revision, Percent: 50}}
			}
			return []refstaging.Target{{Revision: revision, Percent: 100}}
		}
	}
	cfg.Hooks.Health.Version = func(next refstaging.Version) refstaging.Version {
		return func(service, revision string) string {
			if strings.Contains(revision, "-00002-") {
				return "1.0.1"
			}
			return next(service, revision)
		}
	}
	s := start(t, cfg)
	split.Store(true)
	for service, row := range map[string]struct{ url, old string }{
		"auth": {s.AuthURL() + "/health", "1.0.0"}, "backend": {s.APIURL() + "/api/config/public", "2.0.0"},
	} {
		old := s.Revision(service)
		created, err := s.Deploy(t.Context(), service)
		require.NoError(t, err)
		seen := map[string]int{}
		for range 10 {
			answer := call(t, "GET", row.url, nil, nil)
			version := answer.json["version"].(string)
			seen[version]++
			if service == "auth" {
				assert.Equal(t, version, answer.header.Get("X-Service-Version"))
			}
		}
		require.Len(t, seen, 2, service)
		for revision, version := range map[string]string{old: row.old, created: "1.0.1"} {
			assert.Len(t, read(t, s).entries(ofRevision(revision), "httpRequest.status=200"), seen[version], version)
		}
	}
	whole := start(t, refstaging.Config{})
	_, err := whole.Deploy(t.Context(), "auth")
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", call(t, "GET", whole.AuthURL()+"/health", nil, nil).json["version"], "a version is no identity")
}

// Instances that are replaced say so and leave, the one with an open session last.
func TestReplacedInstances(t *testing.T) {
	s := start(t, refstaging.Config{})
	r := read(t, s)
	c := connect(t, s, login(t, s, "staying").access)
	begun := time.Now()
	for service, name := range map[string]string{"backend": backendName, "auth": authName} {
		old := s.Revision(service)
		_, err := s.Deploy(t.Context(), service)
		require.NoError(t, err)
		left := r.entries(of(name), ofRevision(old), `textPayload:"Handling signal: term"`)
		require.Len(t, left, 1)
		assert.Len(t, r.entries(of(name), `labels.instanceId="`+left[0].Labels["instanceId"]+`"`, `textPayload:"Shutting down: Master"`), 1)
		assert.Empty(t, r.entries(of(name), ofRevision(old), "severity>=ERROR", `NOT jsonPayload.message:"GOLDEN PATH"`), "leaving is no error")
	}
	uptime := call(t, "GET", s.AuthURL()+"/health", nil, nil).json["uptime_seconds"].(float64)
	assert.LessOrEqual(t, uptime, time.Since(begun).Seconds(), "that of the new instance")
	assert.Empty(t, r.entries(of(backendName), "httpRequest.status=101"))
	require.NoError(t, c.conn.Close())
	r.eventually(of(backendName), "httpRequest.status=101")
	require.Eventually(t, func() bool {
		return len(r.entries(of(backendName), `textPayload:"Handling signal: term"`)) == 2
	}, patience, 5*time.Millisecond)
}

// A reader may have the role for one API and lack it for another.
func TestPermissionDeniedByOneAPI(t *testing.T) {
	var lacking atomic.Value
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
		return func(token, permission string) error {
			if strings.HasPrefix(permission, lacking.Load().(string)) {
				return refstaging.PermissionDenied(permission)
			}
			return next(token, permission)
		}
	}
	s := start(t, cfg)
	r := read(t, s)
	asks := map[string]func() error{
		"run.": func() error {
			_, err := r.run.Get("projects/netra-staging/locations/us-central1/services/" + backendName).Do()
			return err
		},
		"logging.": func() error {
			_, err := r.logs.Entries.List(&logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}}).Do()
			return err
		},
		"monitoring.": func() error {
			_, err := r.metrics.Projects.TimeSeries.List("projects/netra-staging").Filter(`metric.type="run.googleapis.com/request_count"`).
				IntervalEndTime("2125-01-01T00:00:00Z").Do()
			return err
		},
	}
	for denied := range asks {
		lacking.Store(denied)
		for api, ask := range asks {
			if err := ask(); api == denied {
				refused, ok := errors.AsType[*googleapi.Error](err)
				require.True(t, ok, "%s: %v", api, err)
				assert.Equal(t, 403, refused.Code)
				assert.Contains(t, refused.Body, "PERMISSION_DENIED")
				assert.Contains(t, refused.Message, denied)
			} else {
				assert.NoError(t, err, "%s without %s", api, denied)
			}
		}
	}
}

// A quota is used up for a while: who asks again gets an answer.
func TestQuotaOfTheFirstCalls(t *testing.T) {
	var calls atomic.Int64
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
		return func(token, permission string) error {
			if calls.Add(1) <= 3 {
				return refstaging.QuotaExhausted()
			}
			return next(token, permission)
		}
	}
	r := read(t, start(t, cfg))
	ask := r.logs.Entries.List(&logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}})
	for range 3 {
		_, err := ask.Do()
		refused, ok := errors.AsType[*googleapi.Error](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 429, refused.Code)
		assert.Contains(t, refused.Body, "RESOURCE_EXHAUSTED")
	}
	found, err := ask.Do()
	require.NoError(t, err)
	assert.NotEmpty(t, found.Entries)
}

// What a start writes is there some time after it was written.
func TestDelayedIngestionOfAStart(t *testing.T) {
	var late atomic.Bool
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			if late.Load() {
				after += 300 * time.Millisecond
			}
			next(e, after)
		}
	}
	s := start(t, cfg)
	r := read(t, s)
	late.Store(true)
	created, err := s.Deploy(t.Context(), "backend")
	require.NoError(t, err)
	late.Store(false)
	found := r.eventually(ofRevision(created), `jsonPayload.message:"STARTUP SEQUENCE COMPLETED SUCCESSFULLY"`)
	written, err := time.Parse(time.RFC3339, found[0].Timestamp)
	require.NoError(t, err)
	received, err := time.Parse(time.RFC3339, found[0].ReceiveTimestamp)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, received.Sub(written), 299*time.Millisecond)
}
