package cloud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/monitoring/v3"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// series reads all pages of a metric from 17:00 to 19:00.
func (p *platform) series(filter string) []*monitoring.TimeSeries {
	p.t.Helper()
	var all []*monitoring.TimeSeries
	call := p.monitoring().Projects.TimeSeries.List("projects/netra-staging").Filter(filter).PageSize(1).
		IntervalStartTime("2025-09-16T17:00:00Z").IntervalEndTime("2025-09-16T19:00:00Z")
	require.NoError(p.t, call.Pages(p.t.Context(), func(page *monitoring.ListTimeSeriesResponse) error {
		all = append(all, page.TimeSeries...)
		return nil
	}))
	return all
}

func TestTimeSeries(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.used.Store(3 << 30)
	old := p.deploy(started)
	for range 3 {
		p.get("/", 200, nil)
	}
	p.get("/", 500, nil)
	p.pass(time.Minute)
	created := p.deploy(started)
	p.get("/", 204, nil)
	count := `metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"`
	assert.Len(t, p.series(count), 2, "the period of the third is not over")
	p.pass(time.Minute)
	p.get("/", 200, nil)
	p.pass(time.Minute)

	of := func(revision string) string { return ` AND resource.labels.revision_name="` + revision + `"` }
	found := p.series(count + of(old) + ` AND metric.labels.response_code_class="2xx"`)
	require.Len(t, found, 1)
	assert.Equal(t, "DELTA", found[0].MetricKind)
	assert.Equal(t, "INT64", found[0].ValueType)
	assert.Equal(t, map[string]string{"response_code": "200", "response_code_class": "2xx"}, found[0].Metric.Labels)
	assert.Equal(t, old, found[0].Resource.Labels["revision_name"])
	require.Len(t, found[0].Points, 1)
	assert.Equal(t, int64(3), *found[0].Points[0].Value.Int64Value)
	assert.Equal(t, "2025-09-16T17:05:00.000000Z", found[0].Points[0].Interval.StartTime)
	assert.Equal(t, "2025-09-16T17:06:00.000000Z", found[0].Points[0].Interval.EndTime)
	assert.Len(t, p.series(count+of(created)), 2, "204 and 200")

	latencies := p.series(`metric.type="run.googleapis.com/request_latencies"` + of(old) + ` AND metric.labels.response_code_class="5xx"`)
	require.Len(t, latencies, 1)
	d := latencies[0].Points[0].Value.DistributionValue
	assert.Equal(t, int64(1), d.Count)
	assert.Positive(t, d.Mean)
	var sum int64
	for _, n := range d.BucketCounts {
		sum += n
	}
	assert.Equal(t, d.Count, sum)

	memory := p.series(`metric.type="run.googleapis.com/container/memory/utilizations"` + of(created))
	require.Len(t, memory, 1)
	require.GreaterOrEqual(t, len(memory[0].Points), 2)
	assert.Greater(t, memory[0].Points[0].Interval.EndTime, memory[0].Points[1].Interval.EndTime, "newest first")
	require.Len(t, memory[0].Points[0].Value.DistributionValue.BucketCounts, 52)
	assert.InDelta(t, 0.5, memory[0].Points[0].Value.DistributionValue.Mean, 1e-9)
	assert.Equal(t, int64(1), memory[0].Points[0].Value.DistributionValue.BucketCounts[51], "from 0.50 to 0.51; bucket 0 is what is below 0")

	instances := p.series(`metric.type="run.googleapis.com/container/instance_count"` + of(created))
	require.Len(t, instances, 1)
	assert.Equal(t, "GAUGE", instances[0].MetricKind)
	assert.Equal(t, int64(2), *instances[0].Points[0].Value.Int64Value)
	assert.Equal(t, instances[0].Points[0].Interval.StartTime, instances[0].Points[0].Interval.EndTime)
}

// Points are those that end after the interval's start and until its end, or exactly then when it is a moment.
func TestTimeSeriesInterval(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	for range 4 { // periods that end at 17:06, 17:07, 17:08 and 17:09
		p.get("/", 200, nil)
		p.pass(time.Minute)
	}
	for name, c := range map[string]struct {
		start, end string
		points     int
	}{
		"all":      {"2025-09-16T17:00:00Z", "2025-09-16T18:00:00Z", 4},
		"some":     {"2025-09-16T17:06:00Z", "2025-09-16T17:08:00Z", 2},
		"a moment": {"", "2025-09-16T17:07:00Z", 1},
		"before":   {"2025-09-16T16:00:00Z", "2025-09-16T17:05:59Z", 0},
	} {
		call := p.monitoring().Projects.TimeSeries.List("projects/netra-staging").Filter(`metric.type="run.googleapis.com/request_count"`).IntervalEndTime(c.end)
		if c.start != "" {
			call.IntervalStartTime(c.start)
		}
		found, err := call.Do()
		require.NoError(t, err)
		points := 0
		for _, s := range found.TimeSeries {
			points += len(s.Points)
		}
		assert.Equal(t, c.points, points, name)
	}
}

func TestWhatTimeSeriesRefuses(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	list := func(filter string) *monitoring.ProjectsTimeSeriesListCall {
		return p.monitoring().Projects.TimeSeries.List("projects/netra-staging").Filter(filter).IntervalEndTime("2025-09-16T19:00:00Z")
	}
	good := `metric.type="run.googleapis.com/request_count"`
	for name, c := range map[string]struct {
		call *monitoring.ProjectsTimeSeriesListCall
		code int
	}{
		"no filter":       {list(""), 400},
		"bad filter":      {list("metric.type"), 400},
		"two metrics":     {list(good + " AND " + good), 400},
		"any metric":      {list(`metric.type:"run"`), 400},
		"unknown metric":  {list(`metric.type="run.googleapis.com/x"`), 404},
		"unknown field":   {list(good + ` AND severity="x"`), 400},
		"no interval":     {p.monitoring().Projects.TimeSeries.List("projects/netra-staging").Filter(good), 400},
		"bad interval":    {list(good).IntervalStartTime("yesterday"), 400},
		"empty interval":  {list(good).IntervalStartTime("2025-09-16T20:00:00Z"), 400},
		"aggregation":     {list(good).AggregationPerSeriesAligner("ALIGN_RATE").AggregationAlignmentPeriod("60s"), 400},
		"headers only":    {list(good).View("HEADERS"), 400},
		"foreign project": {p.monitoring().Projects.TimeSeries.List("projects/x").Filter(good), 403},
	} {
		_, err := c.call.Do()
		require.Error(t, err, name)
		assert.Equal(t, c.code, refusal(t, err).Code, name)
	}
	found, err := list(good).AggregationPerSeriesAligner("ALIGN_NONE").Do()
	require.NoError(t, err)
	assert.Empty(t, found.TimeSeries)
}

func TestAggregation(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	for _, status := range []int{200, 200, 204, 500} {
		p.get("/", status, nil)
	}
	p.pass(time.Minute)
	p.get("/", 200, nil)
	p.pass(10 * time.Minute)
	list := func(metric, aligner string) *monitoring.ProjectsTimeSeriesListCall {
		return p.monitoring().Projects.TimeSeries.List("projects/netra-staging").Filter(`metric.type="run.googleapis.com/` + metric + `"`).
			IntervalStartTime("2025-09-16T16:10:00Z").IntervalEndTime("2025-09-16T17:10:00Z").
			AggregationPerSeriesAligner(aligner).AggregationAlignmentPeriod("3600s")
	}
	numbers := func(call *monitoring.ProjectsTimeSeriesListCall) map[string]int64 {
		found, err := call.Do()
		require.NoError(t, err)
		values := map[string]int64{}
		for _, s := range found.TimeSeries {
			require.Len(t, s.Points, 1)
			assert.Equal(t, "2025-09-16T17:10:00.000000Z", s.Points[0].Interval.EndTime)
			assert.Equal(t, "2025-09-16T16:10:00.000000Z", s.Points[0].Interval.StartTime)
			values[s.Metric.Labels["response_code"]+s.Metric.Labels["response_code_class"]] = *s.Points[0].Value.Int64Value
		}
		return values
	}
	assert.Equal(t, map[string]int64{"2002xx": 3, "2042xx": 1, "5005xx": 1}, numbers(list("request_count", "ALIGN_DELTA")))
	reduced := list("request_count", "ALIGN_DELTA").AggregationCrossSeriesReducer("REDUCE_SUM")
	assert.Equal(t, map[string]int64{"2xx": 4, "5xx": 1}, numbers(reduced.AggregationGroupByFields("metric.labels.response_code_class", "resource.labels.revision_name")))
	assert.Equal(t, map[string]int64{"": 5}, numbers(list("request_count", "ALIGN_DELTA").AggregationCrossSeriesReducer("REDUCE_SUM")))

	one := func(metric, aligner string) *monitoring.TimeSeries {
		found, err := list(metric, aligner).Do()
		require.NoError(t, err)
		require.NotEmpty(t, found.TimeSeries)
		assert.Len(t, found.TimeSeries[0].Points, 1)
		return found.TimeSeries[0]
	}
	assert.Equal(t, int64(2), *one("container/instance_count", "ALIGN_MAX").Points[0].Value.Int64Value)
	assert.InDelta(t, 2, *one("container/instance_count", "ALIGN_MEAN").Points[0].Value.DoubleValue, 1e-9)
	assert.Equal(t, int64(4), one("request_latencies", "ALIGN_DELTA").Points[0].Value.DistributionValue.Count)
	for _, percent := range []string{"50", "95", "99"} {
		slow := one("request_latencies", "ALIGN_PERCENTILE_"+percent)
		assert.Equal(t, "GAUGE", slow.MetricKind)
		assert.Equal(t, "DOUBLE", slow.ValueType)
		assert.InDelta(t, 1.4, *slow.Points[0].Value.DoubleValue, 1e-9, "a millisecond is in the bucket up to 1.4")
	}
	for name, call := range map[string]*monitoring.ProjectsTimeSeriesListCall{
		"delta of a gauge":          list("container/instance_count", "ALIGN_DELTA"),
		"percentile of a number":    list("request_count", "ALIGN_PERCENTILE_50"),
		"no period":                 list("request_count", "ALIGN_DELTA").AggregationAlignmentPeriod(""),
		"a negative period":         list("request_count", "ALIGN_DELTA").AggregationAlignmentPeriod("-1s"),
		"unknown reducer":           list("request_count", "ALIGN_DELTA").AggregationCrossSeriesReducer("REDUCE_COUNT"),
		"reducer without aligner":   list("request_count", "ALIGN_NONE").AggregationCrossSeriesReducer("REDUCE_SUM"),
		"group by an unknown field": list("request_count", "ALIGN_DELTA").AggregationGroupByFields("project"),
		"sum of percentiles":        list("request_latencies", "ALIGN_PERCENTILE_50").AggregationCrossSeriesReducer("REDUCE_SUM"),
		"a second aggregation":      list("request_count", "ALIGN_DELTA").SecondaryAggregationPerSeriesAligner("ALIGN_MAX"),
	} {
		_, err := call.Do()
		require.Error(t, err, name)
		assert.Equal(t, 400, refusal(t, err).Code, name)
	}
}
