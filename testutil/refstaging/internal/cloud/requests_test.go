package cloud_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

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
	assert.Regexp(t, `^projects/netra-staging/traces/[0-9a-f]{32}$`, found[1].Trace, "one of its own")
	assert.NotEqual(t, found[2].Trace, found[1].Trace)
	assert.Empty(t, found[1].SpanId)
	assert.Len(t, p.entries(`trace="projects/netra-staging/traces/0af7651916cd43dd8448eb211c80319c"`), 1)
	assert.Len(t, p.entries(`trace:"0af7651916cd43dd" OR trace:"`+strings.TrimPrefix(found[1].Trace, "projects/netra-staging/traces/")+`"`), 2)
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

// An application that says nothing has answered 200; one that breaks off has not.
func TestSilentAndAbortedRequests(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	serve := func(answer http.HandlerFunc) {
		p.service.Handler(answer).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	}
	serve(func(http.ResponseWriter, *http.Request) {})
	assert.Len(t, p.entries("httpRequest.status=200"), 1)
	assert.Panics(t, func() { serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }) })
	assert.Len(t, p.entries("httpRequest.status=503 AND severity=ERROR"), 1)
}
