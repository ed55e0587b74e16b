package gcp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// An entry as Cloud Run writes it, around what is told apart.
func entry(more string) string {
	return `{"insertId":"i","logName":"projects/netra-staging/logs/run.googleapis.com%2Fstderr","timestamp":"2025-09-16T17:05:41.000000001Z",
	 "receiveTimestamp":"2025-09-16T17:05:43Z","labels":{"instanceId":"0087"},"resource":{"type":"cloud_run_revision",
	 "labels":{"service_name":"s","revision_name":"s-00642-abc","location":"us-central1"}}` + more + `}`
}

func TestParseEntries(t *testing.T) {
	base := gcp.Entry{
		ID: "i", Log: gcp.StderrLog, Time: time.Date(2025, 9, 16, 17, 5, 41, 1, time.UTC), Received: time.Date(2025, 9, 16, 17, 5, 43, 0, time.UTC),
		Service: "s", Revision: "s-00642-abc", Instance: "0087",
	}
	for name, c := range map[string]struct {
		more string
		want func(e *gcp.Entry)
	}{
		// The shapes of deployment.md 4. Only the entry's own severity counts.
		"shape 1": {
			`,"severity":"INFO","jsonPayload":{"service":"netra-service","logger":"a","message":"Auth Service startup completed","textPayload":"no",
			 "error":{"type":"str","message":"Missing field","traceback":"","severity":"ERROR"},"validation":{"severity":"ERROR"}}`,
			func(e *gcp.Entry) {
				e.Severity, e.Text = gcp.Info, "Auth Service startup completed"
				e.Beside = `{"error":{"message":"Missing field","severity":"ERROR","traceback":"","type":"str"},"logger":"a","service":"netra-service","textPayload":"no","validation":{"severity":"ERROR"}}`
			},
		},
		"shape 2": {
			`,"severity":"CRITICAL","jsonPayload":{"message":"AUTH=REDACTED FAILURE","labels":{"line":"1"},"context":{}}`,
			func(e *gcp.Entry) {
				e.Severity, e.Text, e.Beside = gcp.Critical, "AUTH=REDACTED FAILURE", `{"context":{},"labels":{"line":"1"}}`
			},
		},
		"text without a severity": {`,"textPayload":"Traceback (most recent call last)"`, func(e *gcp.Entry) { e.Text = "Traceback (most recent call last)" }},
		"unknown severity":        {`,"severity":"FATAL","textPayload":"x"`, func(e *gcp.Entry) { e.Text = "x" }},
		"empty":                   {`,"severity":"ERROR"`, func(e *gcp.Entry) { e.Severity, e.Empty = gcp.Error, true }},
		"empty payloads":          {`,"jsonPayload":{},"textPayload":""`, func(e *gcp.Entry) { e.Empty = true }},
		"message alone":           {`,"jsonPayload":{"message":"x"}`, func(e *gcp.Entry) { e.Text = "x" }},
		"message that is no text": {`,"jsonPayload":{"message":{"a":1}}`, func(e *gcp.Entry) { e.Text = `{"message":{"a":1}}` }},
		"empty message":           {`,"jsonPayload":{"message":"","a":1}`, func(e *gcp.Entry) { e.Text = `{"a":1,"message":""}` }},
		"audit log": {
			`,"severity":"ERROR","protoPayload":{"@type":"x","status":{"code":9,"message":"The container failed to start"}}`,
			func(e *gcp.Entry) {
				e.Severity, e.Text = gcp.Error, `{"@type":"x","status":{"code":9,"message":"The container failed to start"}}`
			},
		},
		"request": {
			`,"trace":"projects/p/traces/00ff","severity":"WARNING","httpRequest":{"requestMethod":"GET","requestUrl":"https://x/ws","status":404,"latency":"0.012s","userAgent":"u","responseSize":"5"}`,
			func(e *gcp.Entry) {
				e.Severity, e.Trace = gcp.Warning, "00ff"
				e.Request = &gcp.Request{Method: "GET", URL: "https://x/ws", Status: 404, Latency: 12 * time.Millisecond, UserAgent: "u"}
			},
		},
		"request without an answer": {`,"httpRequest":{"requestMethod":"GET"}`, func(e *gcp.Entry) { e.Request = &gcp.Request{Method: "GET"} }},
	} {
		t.Run(name, func(t *testing.T) {
			all, next, err := gcp.ParseEntries(`{"entries":[` + entry(c.more) + `],"nextPageToken":"n"}`)
			require.NoError(t, err)
			assert.Equal(t, "n", next)
			want := base
			c.want(&want)
			assert.Equal(t, []gcp.Entry{want}, all)
		})
	}
}

func TestPagesOfEntries(t *testing.T) {
	for body, next := range map[string]string{`{}`: "", `{"nextPageToken":"go on"}`: "go on"} {
		all, got, err := gcp.ParseEntries(body)
		require.NoError(t, err)
		assert.Empty(t, all)
		assert.Equal(t, next, got)
	}
	for _, more := range []string{`,"timestamp":1`, `,"httpRequest":{"latency":"soon"}`, `,"httpRequest":{"status":"ok"}`, `,"labels":[]`} {
		_, _, err := gcp.ParseEntries(`{"entries":[` + entry(more) + `]}`)
		assert.Error(t, err, more)
	}
	all, _, err := gcp.ParseEntries(`{"entries":[{},{"logName":"bad%zz"},{"logName":"projects/p/logs/bad%zz"}]}`)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "", "bad%zz"}, []string{all[0].Log, all[1].Log, all[2].Log})
}

func TestSeverities(t *testing.T) {
	order := []gcp.Severity{gcp.Default, gcp.Debug, gcp.Info, gcp.Notice, gcp.Warning, gcp.Error, gcp.Critical, gcp.Alert, gcp.Emergency}
	assert.IsIncreasing(t, order)
	assert.Equal(t, "DEFAULT", gcp.Default.String())
	assert.Equal(t, "EMERGENCY", gcp.Emergency.String())
	assert.Equal(t, "250", gcp.Severity(250).String())
}
