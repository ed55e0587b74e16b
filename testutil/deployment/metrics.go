package deployment

import (
	"context"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// metricOf names the metric that is read for a purpose (deployment.md 5 and 6).
var metricOf = map[string]string{
	history.ReadInstances: gcp.InstanceCount, history.ReadMemory: gcp.MemoryUse,
	history.ReadCounts: gcp.RequestCount, history.ReadLatencies: gcp.Latencies,
}

// maxSeries is how many time series are read; one revision has a few of each metric.
const maxSeries = 1000

// Metric reads the time series of a revision that end between two times, for a purpose that is one of
// history's: ReadInstances, ReadMemory, ReadCounts or ReadLatencies. Points are as the platform wrote them,
// one a minute, not aggregated; the last few minutes may be missing yet.
func (c *Cloud) Metric(ctx context.Context, purpose, service, revision string, since, until time.Time) ([]gcp.Series, error) {
	metric, ok := metricOf[purpose]
	if !ok {
		return nil, fmt.Errorf("read %s of %s: no metric is known for that purpose", purpose, revision)
	}
	filter := gcp.Scope{Region: c.Region, Service: service, Revision: revision}.Series(metric)
	return listing[gcp.Series]{
		about: history.Reading{API: history.MonitoringAPI, Purpose: purpose, Service: service, Revision: revision},
		most:  maxSeries, parse: gcp.ParseSeries,
		page: func(ctx context.Context, token string) error {
			call := c.timeSeries.List("projects/" + c.Project).Filter(filter.String()).PageToken(token)
			_, err := call.IntervalStartTime(rfc(since)).IntervalEndTime(rfc(until)).Context(ctx).Do()
			return err
		},
	}.read(ctx, c)
}

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
