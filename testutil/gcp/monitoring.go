package gcp

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The metrics of a Cloud Run revision (deployment.md 5 and 6).
const (
	RequestCount  = "run.googleapis.com/request_count"
	Latencies     = "run.googleapis.com/request_latencies" // milliseconds
	MemoryUse     = "run.googleapis.com/container/memory/utilizations"
	InstanceCount = "run.googleapis.com/container/instance_count"
)

// A Series is a metric over time.
type Series struct {
	Metric   string
	Labels   map[string]string // of the metric and of its resource
	Points   []Point           // oldest first
	Revision string
}

// A Point is one value of a series, for the time up to End.
type Point struct {
	Start, End time.Time
	Value      float64 // of a distribution, its mean
	Count      int64   // of a distribution, how many values; else 0
}

// ParseSeries reads one page of timeSeries.list. Next is empty on the last one.
func ParseSeries(body string) (all []Series, next string, err error) {
	type labelled struct {
		Type   string            `json:"type"`
		Labels map[string]string `json:"labels"`
	}
	var w struct {
		Series []struct {
			Metric   labelled `json:"metric"`
			Resource labelled `json:"resource"`
			Points   []struct {
				Interval struct {
					Start time.Time `json:"startTime"`
					End   time.Time `json:"endTime"`
				} `json:"interval"`
				Value struct {
					Int          integer `json:"int64Value"`
					Double       double  `json:"doubleValue"`
					Distribution *struct {
						Count integer `json:"count"`
						Mean  double  `json:"mean"`
					} `json:"distributionValue"`
				} `json:"value"`
			} `json:"points"`
		} `json:"timeSeries"`
		Next string `json:"nextPageToken"`
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, "", fmt.Errorf("read time series: %w", err)
	}
	for _, s := range w.Series {
		series := Series{Metric: s.Metric.Type, Labels: map[string]string{}, Revision: s.Resource.Labels["revision_name"]}
		for _, from := range []labelled{s.Resource, s.Metric} {
			for name, value := range from.Labels {
				series.Labels[name] = value
			}
		}
		for _, p := range s.Points {
			value, count := p.Value.Double+double(p.Value.Int), int64(0)
			if d := p.Value.Distribution; d != nil {
				value, count = d.Mean, int64(d.Count)
			}
			if value.finite() { // else it says nothing
				series.Points = append(series.Points, Point{p.Interval.Start, p.Interval.End, float64(value), count})
			}
		}
		slices.SortFunc(series.Points, func(a, b Point) int { return a.End.Compare(b.End) })
		all = append(all, series)
	}
	return all, w.Next, nil
}
