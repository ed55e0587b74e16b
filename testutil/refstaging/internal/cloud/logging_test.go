package cloud_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/logging/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// The filter that deployment.md 4 gives, over a start with all its traps.
func TestStartUpLogs(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	revision := p.deploy(func(_ context.Context, i *cloud.Instance) error {
		i.Print(cloud.Stderr, "[2025-09-16 17:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0")
		i.Print(cloud.Stdout, `{"timestamp":"2025-09-16T17:05:00.5Z","severity":"INFO","message":"up","error":{"severity":"ERROR"}}`)
		i.Print(cloud.Stderr, `{"severity":"CRITICAL","message":"broken","labels":{"module":"m"}}`)
		i.Print(cloud.Stdout, "")
		return nil
	})
	of := `resource.type="cloud_run_revision" AND resource.labels.service_name="netra-backend-staging" AND resource.labels.revision_name="` + revision + `" AND resource.labels.location="us-central1"`
	window := ` AND timestamp>="2025-09-16T17:05:00Z" AND timestamp<="2025-09-16T17:05:59Z"`
	all := p.entries(of + window)
	require.Len(t, all, 8)
	instances := map[string]int{}
	for _, e := range all {
		instances[e.Labels["instanceId"]]++
		assert.Equal(t, "netra-staging", e.Resource.Labels["project_id"])
		assert.NotEmpty(t, e.InsertId)
		assert.NotEmpty(t, e.ReceiveTimestamp)
	}
	assert.Len(t, instances, 2)

	grave := p.entries(of + window + ` AND severity>=ERROR AND NOT logName:"run.googleapis.com%2Frequests"`)
	require.Len(t, grave, 2, "the nested severity counts for nothing")
	assert.Equal(t, "CRITICAL", grave[0].Severity)
	assert.Equal(t, "projects/netra-staging/logs/run.googleapis.com%2Fstderr", grave[0].LogName)
	assert.JSONEq(t, `{"message":"broken","labels":{"module":"m"}}`, string(grave[0].JsonPayload), "the severity was lifted")
	up := p.entries(of + ` AND jsonPayload.message:"UP" AND severity=INFO`)
	require.Len(t, up, 2)
	assert.Equal(t, "2025-09-16T17:05:00.500000Z", up[0].Timestamp, "the time was lifted")
	assert.JSONEq(t, `{"message":"up","error":{"severity":"ERROR"}}`, string(up[0].JsonPayload))
	text := p.entries(of + ` AND textPayload:gunicorn`)
	require.Len(t, text, 2)
	assert.Empty(t, text[0].Severity)
	assert.Len(t, p.entries(of+` AND severity<DEBUG AND NOT textPayload:"" AND NOT jsonPayload.message:""`), 2, "empty ones")
	one := all[0].Labels["instanceId"]
	assert.Len(t, p.entries(of+` AND labels.instanceId="`+one+`"`), 4)
	assert.Empty(t, p.entries(of+` AND timestamp>"2025-09-16T18:00:00Z"`))
	assert.Empty(t, p.entries(`resource.labels.unknown="x"`))
}

// Pages never show an entry twice or lose one, whatever arrives between them, and may be empty.
func TestEntriesPaging(t *testing.T) {
	page := 0
	p := newPlatform(t, cloud.Hooks{Page: func(next cloud.Page) cloud.Page {
		return func(list string, size int) int {
			if page++; page%3 == 1 {
				return 0
			}
			return next(list, size)
		}
	}})
	var want []string
	for n := range 12 {
		want = append(want, fmt.Sprint("line ", n))
	}
	var printing sync.Once // on one of the instances
	p.deploy(func(_ context.Context, i *cloud.Instance) error {
		printing.Do(func() {
			for _, line := range want {
				i.Print(cloud.Stdout, line)
			}
		})
		return nil
	})
	for _, order := range []string{"timestamp asc", "timestamp desc", ""} {
		var got []string
		var sizes []int
		page = 0
		request := &logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: `textPayload:"line "`, OrderBy: order, PageSize: 5}
		require.NoError(t, p.logging().Entries.List(request).Pages(t.Context(), func(found *logging.ListLogEntriesResponse) error {
			sizes = append(sizes, len(found.Entries))
			for _, e := range found.Entries {
				got = append(got, e.TextPayload)
			}
			return nil
		}))
		assert.Equal(t, []int{0, 5, 5, 0, 2}, sizes, order)
		if order == "timestamp desc" {
			slices.Reverse(got)
		}
		assert.Equal(t, want, got, order)
	}
}

// A token belongs to the request that it came from.
func TestForeignPageToken(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	list := func(filter, token string) (*logging.ListLogEntriesResponse, error) {
		return p.logging().Entries.List(&logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: filter, PageToken: token, PageSize: 1}).Do()
	}
	first, err := list("", "")
	require.NoError(t, err)
	require.NotEmpty(t, first.NextPageToken)
	_, err = list("", first.NextPageToken)
	require.NoError(t, err)
	_, err = list("severity=INFO", first.NextPageToken)
	assert.Equal(t, 400, refusal(t, err).Code)
}

// What is ingested late is there when its time has come, with the time at which it was written.
func TestDelayedIngestion(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{Ingest: func(next cloud.Ingest) cloud.Ingest {
		return func(e cloud.Entry, _ time.Duration) { next(e, time.Minute) }
	}})
	p.deploy(started)
	assert.Empty(t, p.entries(""))
	p.pass(2 * time.Minute)
	found := p.entries("")
	require.Len(t, found, 4)
	written, err := time.Parse(time.RFC3339, found[0].Timestamp)
	require.NoError(t, err)
	received, err := time.Parse(time.RFC3339, found[0].ReceiveTimestamp)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, received.Sub(written), time.Minute)
}

func TestWhatEntriesRefuses(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	mine := []string{"projects/netra-staging"}
	for name, c := range map[string]struct {
		request logging.ListLogEntriesRequest
		code    int
	}{
		"no resource":     {logging.ListLogEntriesRequest{}, 400},
		"a folder":        {logging.ListLogEntriesRequest{ResourceNames: []string{"folders/1"}}, 400},
		"foreign project": {logging.ListLogEntriesRequest{ResourceNames: []string{"projects/other"}}, 403},
		"bad filter":      {logging.ListLogEntriesRequest{ResourceNames: mine, Filter: "severity>="}, 400},
		"unknown field":   {logging.ListLogEntriesRequest{ResourceNames: mine, Filter: `jsonPayload.logger="x"`}, 400},
		"bad order":       {logging.ListLogEntriesRequest{ResourceNames: mine, OrderBy: "severity"}, 400},
		"bad size":        {logging.ListLogEntriesRequest{ResourceNames: mine, PageSize: -1}, 400},
		"unknown member":  {logging.ListLogEntriesRequest{ResourceNames: mine, ProjectIds: []string{"netra-staging"}}, 400},
	} {
		_, err := p.logging().Entries.List(&c.request).Do()
		assert.Equal(t, c.code, refusal(t, err).Code, name)
	}
}

// The request log says what was asked and answered, and by whom it is traced.
func TestRequestLog(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	assert.Equal(t, 503, p.get("/", 200, nil), "nothing is deployed")
	revision := p.deploy(started)
	p.get("/api/threads?limit=1", 200, http.Header{"User-Agent": {"suite/1"}, "Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
	p.get("/missing", 404, http.Header{"Traceparent": {"nonsense"}})
	p.get("/broken", 500, nil)
	found := p.entries(`logName="projects/netra-staging/logs/run.googleapis.com%2Frequests" AND resource.labels.revision_name="` + revision + `"`)
	require.Len(t, found, 3)
	for i, want := range []struct {
		severity string
		status   int64
	}{{"INFO", 200}, {"WARNING", 404}, {"ERROR", 500}} {
		assert.Equal(t, want.severity, found[i].Severity)
		assert.Equal(t, want.status, found[i].HttpRequest.Status)
		assert.Equal(t, int64(5), found[i].HttpRequest.ResponseSize)
		took, err := time.ParseDuration(found[i].HttpRequest.Latency)
		require.NoError(t, err)
		assert.Positive(t, took)
	}
	first := found[0]
	assert.Equal(t, "http://example.com/api/threads?limit=1", first.HttpRequest.RequestUrl)
	assert.Equal(t, "suite/1", first.HttpRequest.UserAgent)
	assert.Equal(t, "projects/netra-staging/traces/0af7651916cd43dd8448eb211c80319c", first.Trace)
	assert.Equal(t, "b7ad6b7169203331", first.SpanId)
	assert.True(t, first.TraceSampled)
	assert.Empty(t, found[1].Trace)
	assert.NotEqual(t, found[0].Labels["instanceId"], found[1].Labels["instanceId"], "the instances take turns")
	assert.Len(t, p.entries("httpRequest.status>=500"), 1)
}

// A connection that was taken over is one entry, at its end.
func TestHijackedRequest(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	taken := make(chan net.Conn, 1)
	server := httptest.NewServer(p.service.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if assert.NoError(t, err) {
			taken <- conn
		}
	})))
	defer server.Close()
	client, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	conn := <-taken
	_, err = conn.Write([]byte("frames"))
	require.NoError(t, err)
	assert.Empty(t, p.entries("httpRequest.status=101"))
	require.NoError(t, conn.Close())
	conn.Close()
	found := p.entries("httpRequest.status=101")
	require.Len(t, found, 1)
	assert.Equal(t, int64(6), found[0].HttpRequest.ResponseSize)
	assert.Equal(t, "INFO", found[0].Severity)
}

// A request waits for the application; a client that does not wait is no success.
func TestRequestDuringStart(t *testing.T) {
	goOn := make(chan struct{})
	p := newPlatform(t, cloud.Hooks{})
	var deploying sync.WaitGroup
	deploying.Go(func() {
		p.deploy(func(context.Context, *cloud.Instance) error {
			<-goOn
			return nil
		})
	})
	require.Eventually(t, func() bool {
		s, err := p.run().Projects.Locations.Services.Get(backend).Do()
		return err == nil && !s.Reconciling
	}, time.Minute, time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p.service.Handler(nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	answers := make(chan int)
	go func() { answers <- p.get("/", 200, nil) }()
	close(goOn)
	assert.Equal(t, 200, <-answers)
	deploying.Wait()
	assert.Len(t, p.entries("httpRequest.status=499"), 1)
	assert.Len(t, p.entries("httpRequest.status=200"), 1)
}
