package gcp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

func TestParseSeries(t *testing.T) {
	point := func(second, value string) string {
		return `{"interval":{"startTime":"2025-09-16T17:00:00Z","endTime":"2025-09-16T17:01:` + second + `Z"},"value":{` + value + `}}`
	}
	all, next, err := gcp.ParseSeries(`{"timeSeries":[{"metric":{"type":"run.googleapis.com/request_count","labels":{"response_code_class":"5xx"}},
	 "resource":{"type":"cloud_run_revision","labels":{"service_name":"s","revision_name":"s-00642-abc"}},"points":[` +
		point("09", `"doubleValue":"NaN"`) + `,` + point("08", `"doubleValue":"-Infinity"`) + `,` +
		point("05", `"distributionValue":{"count":"4","mean":2.5}`) + `,` + point("04", `"distributionValue":{}`) + `,` +
		point("03", `"doubleValue":0.25`) + `,` + point("02", `"int64Value":"7"`) + `,` + point("01", ``) + `]}],"nextPageToken":"n"}`)
	require.NoError(t, err)
	assert.Equal(t, "n", next)
	require.Len(t, all, 1)
	s := all[0]
	assert.Equal(t, gcp.RequestCount, s.Metric)
	assert.Equal(t, "s-00642-abc", s.Revision)
	assert.Equal(t, map[string]string{"response_code_class": "5xx", "service_name": "s", "revision_name": "s-00642-abc"}, s.Labels)
	var values []float64
	for _, p := range s.Points { // oldest first, without those that are no number
		values = append(values, p.Value)
	}
	assert.Equal(t, []float64{0, 7, 0.25, 0, 2.5}, values)
	assert.Equal(t, gcp.Point{
		Start: time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC), End: time.Date(2025, 9, 16, 17, 1, 5, 0, time.UTC), Value: 2.5, Count: 4,
	}, s.Points[4])

	all, next, err = gcp.ParseSeries(`{"unit":"1"}`)
	require.NoError(t, err)
	assert.Empty(t, all)
	assert.Empty(t, next)
	for _, body := range []string{``, `{"timeSeries":[{"points":[` + point("01", `"doubleValue":"high"`) + `]}]}`} {
		_, _, err = gcp.ParseSeries(body)
		assert.Error(t, err, body)
	}
}
