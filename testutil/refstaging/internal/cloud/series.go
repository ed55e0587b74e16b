package cloud

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// series is a time series before it is written: a metric with its labels, and points, newest first.
type series struct {
	name     string
	labels   map[string]string
	resource Resource
	metric   metric
	span     time.Duration // of a point, unless it is a gauge's
	points   []point
}

// point is a value of the period that ends then; only the member of the metric's value type counts.
type point struct {
	end          time.Time
	number       int64
	double       float64
	distribution distribution
}

// metric is how one metric of deployment.md 5 and 6 is read from the figures.
type metric struct {
	kind, value, unit string
	layout            layout // of a distribution
	read              func(f *figures, give func(labels map[string]string, v point))
}

var metrics = map[string]metric{
	"run.googleapis.com/request_count": {kind: "DELTA", value: "INT64", unit: "1", read: func(f *figures, give func(map[string]string, point)) {
		for status, n := range f.requests {
			give(map[string]string{"response_code": strconv.Itoa(status), "response_code_class": classOf(status)}, point{number: n})
		}
	}},
	"run.googleapis.com/request_latencies": {kind: "DELTA", value: "DISTRIBUTION", unit: "ms", layout: latencyLayout, read: func(f *figures, give func(map[string]string, point)) {
		for class, d := range f.latencies {
			give(map[string]string{"response_code_class": class}, point{distribution: d.clone()})
		}
	}},
	"run.googleapis.com/container/memory/utilizations": {kind: "DELTA", value: "DISTRIBUTION", unit: "10^2.%", layout: memoryLayout, read: func(f *figures, give func(map[string]string, point)) {
		if f.memory.count > 0 {
			give(nil, point{distribution: f.memory.clone()})
		}
	}},
	"run.googleapis.com/container/instance_count": {kind: "GAUGE", value: "INT64", unit: "1", read: func(f *figures, give func(map[string]string, point)) {
		give(map[string]string{"state": "active"}, point{number: f.instances})
	}},
}

// series takes the points of a metric that lie in complete periods.
func (p *Project) series(name string, m metric, during interval, f filter.Filter) []series {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sample()
	found := make(collection)
	current := periodOf(p.cfg.Now(), p.cfg.Period)
	for _, s := range p.services {
		for _, r := range s.revisions {
			for number, figures := range r.counters.periods {
				end := time.Unix(0, number*int64(p.cfg.Period))
				if number >= current || !during.holds(end) {
					continue
				}
				m.read(figures, func(labels map[string]string, v point) {
					v.end = end
					if one := (series{name, labels, r.resource, m, p.cfg.Period, []point{v}}); f.Match(one.field) {
						found.add(one)
					}
				})
			}
		}
	}
	return found.sorted()
}

// collection holds series by their labels.
type collection map[string]*series

// add joins the points of series that have the same labels.
func (c collection) add(one series) {
	if known := c[one.key()]; known != nil {
		known.points = append(known.points, one.points...)
		return
	}
	c[one.key()] = &one
}

func (c collection) sorted() []series {
	var all []series
	for _, key := range slices.Sorted(maps.Keys(c)) {
		slices.SortStableFunc(c[key].points, func(a, b point) int { return b.end.Compare(a.end) })
		all = append(all, *c[key])
	}
	return all
}

// key orders series by their labels.
func (s series) key() string {
	var parts []string
	for _, labels := range []map[string]string{s.resource.Labels, s.labels} {
		for _, name := range slices.Sorted(maps.Keys(labels)) {
			parts = append(parts, name+"="+labels[name])
		}
		parts = append(parts, ";")
	}
	return strings.Join(parts, ",")
}

// field is what a filter or a grouping sees of a series.
func (s series) field(name string) (v filter.Value, ok bool) {
	switch name {
	case "metric.type":
		return filter.Value{Text: s.name}, true
	case "resource.type":
		return filter.Value{Text: s.resource.Type}, true
	}
	if label, of := strings.CutPrefix(name, "metric.labels."); of {
		v.Text, ok = s.labels[label]
		return v, ok
	}
	v.Text, ok = s.resource.Labels[strings.TrimPrefix(name, "resource.labels.")]
	return v, ok
}
