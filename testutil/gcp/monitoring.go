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
					Int          int64   `json:"int64Value,string"`
					Double       float64 `json:"doubleValue"`
					Distribution *struct {
						Count int64   `json:"count,string"`
						Mean  float64 `json:"mean"`
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
			point := Point{Start: p.Interval.Start, End: p.Interval.End, Value: p.Value.Double + float64(p.Value.Int)}
			if d := p.Value.Distribution; d != nil {
				point.Value, point.Count = d.Mean, d.Count
			}
			series.Points = append(series.Points, point)
		}
		slices.SortFunc(series.Points, func(a, b Point) int { return a.End.Compare(b.End) })
		all = append(all, series)
	}
	return all, w.Next, nil
}
