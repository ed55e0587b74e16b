package cloud

import "strconv"

// What follows is Cloud Monitoring v3 on the wire.

type wireSeries struct {
	Metric   Resource    `json:"metric"`
	Resource Resource    `json:"resource"`
	Kind     string      `json:"metricKind"`
	Type     string      `json:"valueType"`
	Points   []wirePoint `json:"points"` // newest first
	Unit     string      `json:"unit,omitempty"`
}

type wirePoint struct {
	Interval wireInterval `json:"interval"`
	Value    wireValue    `json:"value"`
}

type wireInterval struct {
	Start string `json:"startTime,omitempty"`
	End   string `json:"endTime"`
}

type wireValue struct {
	Int          *int64            `json:"int64Value,omitempty,string"`
	Double       *float64          `json:"doubleValue,omitempty"`
	Distribution *wireDistribution `json:"distributionValue,omitempty"`
}

type wireDistribution struct {
	Count   int64       `json:"count,omitempty,string"`
	Mean    float64     `json:"mean,omitempty"`
	Square  float64     `json:"sumOfSquaredDeviation,omitempty"`
	Options wireBuckets `json:"bucketOptions"`
	Counts  []string    `json:"bucketCounts,omitempty"`
}

type wireBuckets struct {
	Linear      *wireLinear      `json:"linearBuckets,omitempty"`
	Exponential *wireExponential `json:"exponentialBuckets,omitempty"`
}

type wireLinear struct {
	Finite int     `json:"numFiniteBuckets"`
	Width  float64 `json:"width"`
	Offset float64 `json:"offset,omitempty"`
}

type wireExponential struct {
	Finite int     `json:"numFiniteBuckets"`
	Growth float64 `json:"growthFactor"`
	Scale  float64 `json:"scale"`
}

type seriesPage struct {
	Series []wireSeries `json:"timeSeries,omitempty"`
	Next   string       `json:"nextPageToken,omitempty"`
	Unit   string       `json:"unit,omitempty"`
}

func (s series) wire() wireSeries {
	m := s.metric
	shown := wireSeries{Metric: Resource{s.name, s.labels}, Resource: s.resource, Kind: m.kind, Type: m.value, Unit: m.unit}
	for _, p := range s.points {
		one := wirePoint{Interval: wireInterval{stamp(p.end), stamp(p.end)}} // a moment, for a gauge
		if m.kind == "DELTA" {
			one.Interval.Start = stamp(p.end.Add(-s.span))
		}
		switch m.value {
		case "INT64":
			one.Value.Int = &p.number
		case "DOUBLE":
			one.Value.Double = &p.double
		case "DISTRIBUTION":
			one.Value.Distribution = p.distribution.wire(m.layout)
		}
		shown.Points = append(shown.Points, one)
	}
	return shown
}

func (d *distribution) wire(l layout) *wireDistribution {
	shown := &wireDistribution{Count: d.count, Mean: d.mean, Square: d.square}
	shown.Options.Exponential = &wireExponential{l.finite, l.growth, l.scale}
	if l.width != 0 {
		shown.Options = wireBuckets{Linear: &wireLinear{Finite: l.finite, Width: l.width}}
	}
	last := 0
	for i, n := range d.counts {
		shown.Counts = append(shown.Counts, strconv.FormatInt(n, 10))
		if n > 0 {
			last = i
		}
	}
	shown.Counts = shown.Counts[:min(last+1, len(shown.Counts))] // the zeros at the end may be left out
	return shown
}
