package cloud

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// aggregation is what a request asks to be made of the points. The zero value leaves them as they are.
type aggregation struct {
	period  time.Duration
	aligner string
	reduce  bool
	groupBy []string
}

// aligner makes one point of those that fall into an alignment period.
type aligner struct {
	kinds, values []string // of the metrics that it is for
	kind, value   string   // of what it makes; empty: unchanged
	align         func(l layout, points []point) point
}

// aligners are those that are implemented, as the platform defines them.
var aligners = map[string]aligner{
	"ALIGN_DELTA": {kinds: []string{"DELTA"}, values: []string{"INT64", "DISTRIBUTION"}, align: func(_ layout, points []point) point {
		return sum(points)
	}},
	"ALIGN_MAX": {values: []string{"INT64"}, kind: "GAUGE", align: func(_ layout, points []point) point {
		return slices.MaxFunc(points, func(a, b point) int { return int(a.number - b.number) })
	}},
	"ALIGN_MEAN": {values: []string{"INT64"}, kind: "GAUGE", value: "DOUBLE", align: func(_ layout, points []point) point {
		return point{double: float64(sum(points).number) / float64(len(points))}
	}},
	"ALIGN_PERCENTILE_50": percentile(50),
	"ALIGN_PERCENTILE_95": percentile(95),
	"ALIGN_PERCENTILE_99": percentile(99),
}

func percentile(percent float64) aligner {
	return aligner{values: []string{"DISTRIBUTION"}, kind: "GAUGE", value: "DOUBLE", align: func(l layout, points []point) point {
		all := sum(points).distribution
		return point{double: all.percentile(l, percent)}
	}}
}

// sum adds points up, distributions to one of all their values.
func sum(points []point) point {
	var all point
	for _, p := range points {
		all.number += p.number
		all.distribution.merge(p.distribution)
	}
	return all
}

func readAggregation(q url.Values) (a aggregation, err error) {
	for name := range q {
		if strings.HasPrefix(name, "secondaryAggregation.") {
			return a, invalid("Field %s is not supported.", name)
		}
	}
	a.aligner, a.groupBy = q.Get("aggregation.perSeriesAligner"), q["aggregation.groupByFields"]
	if a.aligner == "ALIGN_NONE" {
		a.aligner = ""
	}
	if _, ok := aligners[a.aligner]; !ok && a.aligner != "" {
		return a, invalid("Field aggregation.perSeriesAligner: %s is not supported.", a.aligner)
	}
	switch reducer := q.Get("aggregation.crossSeriesReducer"); reducer {
	case "", "REDUCE_NONE":
	case "REDUCE_SUM":
		a.reduce = true
	default:
		return a, invalid("Field aggregation.crossSeriesReducer: %s is not supported.", reducer)
	}
	if a.reduce && a.aligner == "" {
		return a, invalid("Field aggregation.perSeriesAligner is required with a crossSeriesReducer.")
	}
	if a.aligner != "" {
		// A Duration in JSON is seconds with an s; the platform takes none below a minute, scaled-down
		// references do.
		if a.period, err = time.ParseDuration(q.Get("aggregation.alignmentPeriod")); err != nil || a.period <= 0 {
			return a, invalid("Field aggregation.alignmentPeriod had an invalid value of %q.", q.Get("aggregation.alignmentPeriod"))
		}
	}
	for _, field := range a.groupBy {
		if _, ok := metricFields(field); !ok {
			return a, invalid("Field aggregation.groupByFields: %s is not supported.", field)
		}
	}
	return a, nil
}

// apply aligns each series, and then adds up those that are alike in the fields that they are grouped by.
func (a aggregation) apply(all []series, during interval) ([]series, error) {
	if a.aligner == "" {
		return all, nil
	}
	how := aligners[a.aligner]
	groups := make(collection)
	for _, s := range all {
		m := s.metric
		if how.kinds != nil && !slices.Contains(how.kinds, m.kind) || !slices.Contains(how.values, m.value) {
			return nil, invalid("The aligner %s cannot be applied to metrics with kind %s and value type %s.", a.aligner, m.kind, m.value)
		}
		s = a.align(s, how, during)
		if a.reduce {
			if s.metric.value == "DOUBLE" {
				return nil, invalid("REDUCE_SUM after %s is not supported.", a.aligner)
			}
			s = a.grouped(s)
		}
		groups.add(s)
	}
	reduced := groups.sorted()
	for i := range reduced {
		reduced[i].points = merged(reduced[i].points)
	}
	return reduced, nil
}

// align cuts a series into alignment periods, of which the last ends with the interval.
func (a aggregation) align(s series, how aligner, during interval) series {
	windows := make(map[int64][]point)
	for _, p := range s.points {
		windows[int64(during.to.Sub(p.end)/a.period)] = append(windows[int64(during.to.Sub(p.end)/a.period)], p)
	}
	s.points = nil
	for number, points := range windows {
		one := how.align(s.metric.layout, points)
		one.end = during.to.Add(-time.Duration(number) * a.period)
		s.points = append(s.points, one)
	}
	s.span = a.period
	if how.kind != "" {
		s.metric.kind = how.kind
	}
	if how.value != "" {
		s.metric.value = how.value
	}
	return s
}

// grouped leaves a series only the labels that it is grouped by.
func (a aggregation) grouped(s series) series {
	metric, resource := map[string]string{}, map[string]string{}
	for _, field := range a.groupBy {
		v, ok := s.field(field)
		if name, of := strings.CutPrefix(field, "metric.labels."); of && ok {
			metric[name] = v.Text
		}
		if name, of := strings.CutPrefix(field, "resource.labels."); of && ok {
			resource[name] = v.Text
		}
	}
	s.labels, s.resource.Labels = metric, resource
	return s
}

// merged adds up the points that end together; they are in order.
func merged(points []point) []point {
	var all []point
	for len(points) > 0 {
		same := slices.IndexFunc(points, func(p point) bool { return !p.end.Equal(points[0].end) })
		if same < 0 {
			same = len(points)
		}
		one := points[0]
		if same > 1 {
			one = sum(points[:same])
			one.end = points[0].end
		}
		all = append(all, one)
		points = points[same:]
	}
	return all
}
