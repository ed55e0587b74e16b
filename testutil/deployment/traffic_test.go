package deployment_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// get sends a request under a trace, and returns its status.
func get(t *testing.T, url, trace string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	request.Header.Set("traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	answer, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

func traceOf(n int) string { return fmt.Sprintf("%032x", n+1) }

// Each trace leads to the instance that answered, also when its entry comes late, and however many there are.
func TestInstances(t *testing.T) {
	var cfg refstaging.Config
	var reads atomic.Int64
	late := make(chan func(), 1) // stores an entry
	cfg.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			if strings.HasSuffix(e.Trace, traceOf(7)) {
				late <- func() { next(e, after) }
				return
			}
			next(e, after)
		}
	}
	cfg.Hooks.Cloud.Permit = func(next refstaging.Permit) refstaging.Permit {
		return func(token, permission string) error {
			if reads.Add(1) == 3 { // both parts of 120 traces were looked for once
				(<-late)()
			}
			return next(token, permission)
		}
	}
	s := start(t, cfg)
	c, w := open(t, s)
	began := time.Now()
	var traces []string
	for n := range 120 {
		traces = append(traces, traceOf(n))
		assert.Equal(t, 200, get(t, s.APIURL()+"/health", traces[n]))
	}
	found, err := c.Instances(t.Context(), backend, began, traces, patience)
	require.NoError(t, err)
	require.Len(t, found, len(traces))
	answered := map[string]int{}
	for _, instance := range found {
		answered[instance]++
	}
	assert.Len(t, answered, 2, "the reference takes turns")
	for _, r := range w.readings(history.ReadTraced) {
		assert.LessOrEqual(t, strings.Count(r.Request, "/traces/"), 100)
	}
	assert.Len(t, w.readings(history.ReadTraced), 3)

	found, err = c.Instances(t.Context(), auth, began, traces[:1], time.Millisecond)
	require.NoError(t, err, "what is not found in time is not there")
	assert.Empty(t, found)
	found, err = c.Instances(t.Context(), backend, time.Now().Add(time.Hour), traces[:1], 0)
	require.NoError(t, err)
	assert.Empty(t, found, "before since nothing is looked for")
	before := len(w.readings(history.ReadTraced))
	found, err = c.Instances(t.Context(), backend, began, nil, patience)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Len(t, w.readings(history.ReadTraced), before, "nothing was asked")
}

func TestRequestsAndTheServersSide(t *testing.T) {
	s := start(t, refstaging.Config{})
	c, w := open(t, s)
	r := newest(t, c, backend)
	began := time.Now()
	for n := range 5 {
		assert.Equal(t, 200, get(t, s.APIURL()+"/health", traceOf(n)))
	}
	assert.Equal(t, 401, get(t, s.APIURL()+"/api/threads?token=never-shown-1", traceOf(5)))
	until := time.Now()

	all, err := c.Requests(t.Context(), backend, r.Name, began, until, 100)
	require.NoError(t, err)
	require.Len(t, all, 6)
	assert.Equal(t, 401, all[0].Request.Status, "newest first")
	some, err := c.Requests(t.Context(), backend, r.Name, began, until, 3)
	require.NoError(t, err)
	assert.Len(t, some, 3)
	read := w.readings(history.ReadRequests)
	require.Len(t, read, 2)
	assert.False(t, read[0].Left)
	assert.True(t, read[1].Left)
	assert.NotContains(t, read[0].Body, "never-shown")
	none, err := c.Requests(t.Context(), backend, "another", began, until, 100)
	require.NoError(t, err)
	assert.Empty(t, none)

	side, err := c.ServerSide(t.Context(), backend, began, until, []string{traceOf(0)}, 100)
	require.NoError(t, err)
	traced, warned := 0, 0
	for _, e := range side {
		switch {
		case e.Trace == traceOf(0):
			traced++
		case e.Severity >= gcp.Warning:
			warned++
		default:
			assert.Fail(t, "neither traced nor severe", "%+v", e)
		}
	}
	assert.Equal(t, 1, traced)
	assert.Equal(t, 1, warned, "the refusal")
	side, err = c.ServerSide(t.Context(), "", began, until, []string{traceOf(4)}, 1)
	require.NoError(t, err)
	require.Len(t, side, 1)
	assert.Equal(t, traceOf(4), side[0].Trace, "what else went wrong takes its place from nothing")
	side, err = c.ServerSide(t.Context(), "", began, until, nil, 100)
	require.NoError(t, err)
	assert.Len(t, side, warned)
	many := make([]string, 1000)
	for n := range many {
		many[n] = traceOf(n)
	}
	_, err = c.ServerSide(t.Context(), "", began, until, many, 100)
	require.NoError(t, err)
	assert.Equal(t, `https://console.cloud.google.com/logs/query;query=`, gcp.LogsURL("p", c.ServerSideFilter(backend, began, until, many).String(), began, until)[:50])
}

func TestMetrics(t *testing.T) {
	s := start(t, refstaging.Config{Cloud: refstaging.Cloud{Period: 20 * time.Millisecond}})
	c, w := open(t, s)
	r := newest(t, c, backend)
	for purpose, metric := range map[string]string{
		history.ReadCounts: gcp.RequestCount, history.ReadLatencies: gcp.Latencies, history.ReadMemory: gcp.MemoryUse, history.ReadInstances: gcp.InstanceCount,
	} {
		var all []gcp.Series
		require.Eventually(t, func() bool {
			get(t, s.APIURL()+"/health", traceOf(0))
			var err error
			all, err = c.Metric(t.Context(), purpose, backend, r.Name, time.Now().Add(-time.Minute), time.Now())
			require.NoError(t, err)
			return len(all) > 0
		}, patience, 10*time.Millisecond, purpose)
		assert.Equal(t, metric, all[0].Metric)
		assert.Equal(t, r.Name, all[0].Revision)
		assert.NotEmpty(t, all[0].Points)
		read := w.readings(purpose)
		assert.Equal(t, history.MonitoringAPI, read[0].API)
		assert.Equal(t, []string{backend, r.Name}, []string{read[0].Service, read[0].Revision})
	}
}

// A rollout that does not end is shown as it is, at the limit; one that failed at once.
func TestRolloutsThatDoNotSucceed(t *testing.T) {
	var deployed, fails atomic.Bool
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Rollout = func(next refstaging.Rollout) refstaging.Rollout {
		return func(before []refstaging.Target, revision string) []refstaging.Target {
			if deployed.Load() {
				return []refstaging.Target{{Percent: 60}, {Revision: before[0].Revision, Percent: 40}}
			}
			return []refstaging.Target{{Revision: revision, Percent: 100}}
		}
	}
	cfg.Hooks.Cloud.Probe = func(next refstaging.Probe) refstaging.Probe {
		return func(revision string) error {
			if fails.Load() {
				return refstaging.Reason("HEALTH_CHECK_CONTAINER_ERROR")
			}
			return next(revision)
		}
	}
	s := start(t, cfg)
	c, w := open(t, s)
	deployed.Store(true)
	latest, err := s.Deploy(t.Context(), "backend")
	require.NoError(t, err)
	state, err := c.AwaitRollout(t.Context(), backend, 50*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, 60, state.Percent(latest))
	assert.Greater(t, len(w.readings(history.ReadService)), 1)

	fails.Store(true)
	_, err = s.Deploy(t.Context(), "auth")
	require.Error(t, err)
	before := len(w.readings(history.ReadService))
	state, err = c.AwaitRollout(t.Context(), auth, patience)
	require.NoError(t, err)
	assert.Len(t, w.readings(history.ReadService), before+1)
	assert.Equal(t, gcp.Failed, state.Terminal.State)
	assert.Equal(t, "HEALTH_CHECK_CONTAINER_ERROR", state.Terminal.Cause())
}
