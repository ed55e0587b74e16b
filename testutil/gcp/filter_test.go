package gcp_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

var (
	noon  = time.Date(2025, 9, 16, 12, 0, 0, 1000, time.UTC)
	later = time.Date(2025, 9, 16, 14, 0, 1, 0, time.FixedZone("CEST", 7200))
)

func TestFilters(t *testing.T) {
	a, b, c := gcp.Is("a", "1"), gcp.Has("b", `"2`), gcp.AtLeast(gcp.Warning)
	for want, f := range map[string]gcp.Filter{
		``:                                  gcp.And(gcp.Filter{}, gcp.Or(), gcp.Not(gcp.Filter{}), gcp.Between(time.Time{}, time.Time{}), gcp.Saying()),
		`a="1"`:                             gcp.Or(gcp.And(a)),
		`a="1" AND b:"\"2"`:                 gcp.And(a, gcp.Filter{}, b),
		`(a="1" OR b:"\"2") AND NOT a="1"`:  gcp.And(gcp.Or(a, b), gcp.Not(a)),
		`NOT (a="1" AND severity>=WARNING)`: gcp.Not(gcp.And(a, c)),
		`a="1" AND b:"\"2" AND a="1" AND severity>=WARNING`:                   gcp.And(gcp.And(a, b), gcp.And(a, c)),
		`(a="1" AND b:"\"2") OR a="1"`:                                        gcp.Or(gcp.And(a, b), a),
		`logName:"run.googleapis.com%2Fvarlog%2Fsystem"`:                      gcp.OfLog(gcp.SystemLog),
		`trace="projects/p/traces/0f" OR trace="projects/p/traces/1e"`:        gcp.OfTraces("p", "0f", "1e"),
		`jsonPayload.message:"x" OR textPayload:"x"`:                          gcp.Saying("x"),
		`timestamp>="2025-09-16T12:00:00.000001Z"`:                            gcp.Between(noon, time.Time{}),
		`resource.type="cloud_run_revision" AND resource.labels.location="r"`: gcp.Scope{Region: "r", Since: time.Time{}}.Logs(),
	} {
		assert.Equal(t, want, f.String())
	}
}

func TestScope(t *testing.T) {
	s := gcp.Scope{Region: "us-central1", Service: "s", Revision: "s-00642-abc", Instance: "00f1", Since: noon, Until: later}
	resource := `resource.type="cloud_run_revision" AND resource.labels.service_name="s" AND resource.labels.revision_name="s-00642-abc" AND resource.labels.location="us-central1"`
	assert.Equal(t, `metric.type="run.googleapis.com/request_count" AND `+resource, s.Series(gcp.RequestCount).String())
	assert.Equal(t, resource+` AND labels.instanceId="00f1" AND timestamp>="2025-09-16T12:00:00.000001Z" AND timestamp<="2025-09-16T12:00:01Z"`, s.Logs().String())
}

// Whatever the filter is, the page is asked for it and for nothing else.
func TestLogsURL(t *testing.T) {
	assert.Equal(t, `https://console.cloud.google.com/logs/query;query=trace%3D%22a%20b%22%20OR%20%28c%29;timeRange=2025-09-16T12%3A00%3A00.000001Z%2F2025-09-16T12%3A00%3A01Z?project=netra-staging`,
		gcp.LogsURL("netra-staging", `trace="a b" OR (c)`, noon, later))
	assert.Equal(t, `https://console.cloud.google.com/logs/query;query=a?project=p`, gcp.LogsURL("p", "a", noon, time.Time{}))
	rapid.Check(t, func(t *rapid.T) {
		project, filter := rapid.String().Draw(t, "project"), rapid.String().Draw(t, "filter")
		link := gcp.LogsURL(project, filter, noon, later)
		parsed, err := url.Parse(link)
		require.NoError(t, err)
		assert.Equal(t, project, parsed.Query().Get("project"))
		parts := strings.Split(strings.TrimSuffix(link, "?"+parsed.RawQuery), ";")
		require.Len(t, parts, 3)
		read, err := url.PathUnescape(strings.TrimPrefix(parts[1], "query="))
		require.NoError(t, err)
		assert.Equal(t, filter, read)
	})
}
