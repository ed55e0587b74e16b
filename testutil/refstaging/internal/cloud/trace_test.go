package cloud_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

const traceID = "0af7651916cd43dd8448eb211c80319c"

func TestTraceHeaders(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	w3c := "00-" + traceID + "-b7ad6b7169203331-00"
	for name, c := range map[string]struct {
		header  http.Header
		trace   string // empty: one of its own
		span    string
		sampled bool
	}{
		"W3C":             {http.Header{"Traceparent": {w3c}}, traceID, "b7ad6b7169203331", false},
		"of Google":       {http.Header{"X-Cloud-Trace-Context": {"0AF7651916CD43DD8448EB211C80319C/255;o=1"}}, traceID, "00000000000000ff", true},
		"without options": {http.Header{"X-Cloud-Trace-Context": {traceID}}, traceID, "", false},
		"a span too long": {http.Header{"X-Cloud-Trace-Context": {traceID + "/99999999999999999999"}}, traceID, "", false},
		"both":            {http.Header{"Traceparent": {w3c}, "X-Cloud-Trace-Context": {"1" + traceID[1:] + "/1"}}, traceID, "b7ad6b7169203331", false},
		"another version": {http.Header{"Traceparent": {"01" + w3c[2:]}}, "", "", false},
		"not hexadecimal": {http.Header{"X-Cloud-Trace-Context": {"z" + traceID[1:] + "/1"}}, "", "", false},
	} {
		before := len(p.entries("httpRequest.status=200"))
		p.get("/", 200, c.header)
		all := p.entries("httpRequest.status=200")
		require.Len(t, all, before+1, name)
		e := all[before]
		if c.trace == "" {
			assert.Regexp(t, `^projects/netra-staging/traces/[0-9a-f]{32}$`, e.Trace, name)
			assert.NotContains(t, e.Trace, traceID[1:], name)
		} else {
			assert.Equal(t, "projects/netra-staging/traces/"+c.trace, e.Trace, name)
		}
		assert.Equal(t, c.span, e.SpanId, name)
		assert.Equal(t, c.sampled, e.TraceSampled, name)
	}
}

// What an application prints with a request's trace is found by it, and on the instance that serves.
func TestLinesOfARequest(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.Header.Set("traceparent", "00-"+traceID+"-b7ad6b7169203331-01")
	p.service.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		at, ok := cloud.From(r.Context())
		require.True(t, ok)
		at.Instance.Print(cloud.Stderr, `{"severity":"CRITICAL","message":"refused","`+cloud.TraceField+`":"`+at.Trace+`"}`)
		at.Instance.Print(cloud.Stderr, `{"message":"odd","`+cloud.TraceField+`":7}`)
	})).ServeHTTP(httptest.NewRecorder(), r)
	found := p.entries(`trace="projects/netra-staging/traces/` + traceID + `"`)
	require.Len(t, found, 2)
	line, request := found[1], found[0]
	if line.HttpRequest != nil {
		line, request = request, line
	}
	assert.Equal(t, "CRITICAL", line.Severity)
	assert.JSONEq(t, `{"message":"refused"}`, string(line.JsonPayload), "the trace was lifted")
	assert.Equal(t, request.Labels["instanceId"], line.Labels["instanceId"])
	odd := p.entries(`jsonPayload.message="odd"`)
	require.Len(t, odd, 1)
	assert.Empty(t, odd[0].Trace)
	_, ok := cloud.From(t.Context())
	assert.False(t, ok)
}
