package cloud

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

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

// metricFields are those that a filter of time series may name.
func metricFields(name string) (filter.Field, bool) {
	if name == "metric.type" || name == "resource.type" {
		return filter.Field{}, true
	}
	for _, prefix := range []string{"metric.labels.", "resource.labels."} {
		if label, ok := strings.CutPrefix(name, prefix); ok {
			return filter.Field{}, label != ""
		}
	}
	return filter.Field{}, false
}

func (s wireSeries) value(field string) (v filter.Value, ok bool) {
	switch field {
	case "metric.type":
		return filter.Value{Text: s.Metric.Type}, true
	case "resource.type":
		return filter.Value{Text: s.Resource.Type}, true
	}
	if label, of := strings.CutPrefix(field, "metric.labels."); of {
		v.Text, ok = s.Metric.Labels[label]
		return v, ok
	}
	v.Text, ok = s.Resource.Labels[strings.TrimPrefix(field, "resource.labels.")]
	return v, ok
}

// key orders series by their labels.
func (s wireSeries) key() string {
	var parts []string
	for _, labels := range []map[string]string{s.Resource.Labels, s.Metric.Labels} {
		for _, name := range slices.Sorted(maps.Keys(labels)) {
			parts = append(parts, name+"="+labels[name])
		}
	}
	return strings.Join(parts, ",")
}

func (p *Project) listTimeSeries(r *http.Request) (any, error) {
	if err := p.foreign(r.PathValue("project"), "monitoring.timeSeries.list"); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	f, err := filter.Parse(q.Get("filter"), metricFields)
	if err != nil {
		return nil, invalid("Field filter had an invalid value: %s.", err)
	}
	types := f.Demands("metric.type")
	if len(types) != 1 {
		return nil, invalid("Field filter had an invalid value: it must name exactly one metric.type with =.")
	}
	m, ok := metrics[types[0]]
	if !ok {
		return nil, missing("Cannot find metric(s) that match type = \"%s\".", types[0])
	}
	during, err := readInterval(q)
	if err != nil {
		return nil, err
	}
	if name := unsupported(q); name != "" {
		return nil, invalid("%s is not supported: ask for the points as they are.", name)
	}
	all := list[wireSeries]{
		name: "timeSeries", key: wireSeries.key, items: p.series(types[0], m, during, f),
		query: []string{"timeSeries", q.Get("filter"), q.Get("interval.startTime"), q.Get("interval.endTime")},
	}
	page := seriesPage{Unit: m.unit}
	page.Series, page.Next, err = fromQuery(p, r, all)
	return page, err
}

// unsupported names a parameter that would change the answer and is not implemented.
func unsupported(q url.Values) string {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		value := q.Get(name)
		aggregates := strings.HasPrefix(name, "aggregation.") || strings.HasPrefix(name, "secondaryAggregation.")
		if aggregates && value != "ALIGN_NONE" && value != "REDUCE_NONE" || name == "orderBy" && value != "" || name == "view" && value != "FULL" {
			return name
		}
	}
	return ""
}

// interval is what points must end in; from is excluded when it is before to, as the platform has it.
type interval struct{ from, to time.Time }

func readInterval(q url.Values) (interval, error) {
	to, err := time.Parse(time.RFC3339Nano, q.Get("interval.endTime"))
	if err != nil {
		return interval{}, invalid("Field interval.endTime had an invalid value of %q: RFC 3339 is required.", q.Get("interval.endTime"))
	}
	from := to
	if text := q.Get("interval.startTime"); text != "" {
		if from, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return interval{}, invalid("Field interval.startTime had an invalid value of %q: RFC 3339 is required.", text)
		}
	}
	if from.After(to) {
		return interval{}, invalid("Field interval had an invalid value: it ends before it starts.")
	}
	return interval{from, to}, nil
}

func (i interval) holds(end time.Time) bool {
	if i.from.Equal(i.to) {
		return end.Equal(i.to)
	}
	return end.After(i.from) && !end.After(i.to)
}

// series takes the points of a metric that lie in complete periods.
func (p *Project) series(name string, m metric, during interval, f filter.Filter) []wireSeries {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sample()
	found := make(map[string]*wireSeries)
	current := periodOf(p.cfg.Now(), p.cfg.Period)
	for _, s := range p.services {
		for _, r := range s.revisions {
			for number, figures := range r.counters.periods {
				end := time.Unix(0, number*int64(p.cfg.Period))
				if number >= current || !during.holds(end) {
					continue
				}
				m.read(figures, func(labels map[string]string, v wireValue) {
					add(found, wireSeries{
						Metric: Resource{name, labels}, Resource: r.resource(), Kind: m.kind, Type: m.value, Unit: m.unit,
						Points: []wirePoint{{m.interval(end, p.cfg.Period), v}},
					}, f)
				})
			}
		}
	}
	var all []wireSeries
	for _, s := range found {
		slices.SortFunc(s.Points, func(a, b wirePoint) int { return cmp.Compare(b.Interval.End, a.Interval.End) })
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b wireSeries) int { return cmp.Compare(a.key(), b.key()) })
	return all
}

// add joins a point to the series of the same labels.
func add(found map[string]*wireSeries, one wireSeries, f filter.Filter) {
	if !f.Match(one.value) {
		return
	}
	if known := found[one.key()]; known != nil {
		known.Points = append(known.Points, one.Points...)
		return
	}
	found[one.key()] = &one
}

// metric is how one metric of deployment.md 5 and 6 is read from the figures.
type metric struct {
	kind, value, unit string
	read              func(f *figures, give func(labels map[string]string, v wireValue))
}

// interval is a moment for a gauge.
func (m metric) interval(end time.Time, period time.Duration) wireInterval {
	if m.kind == "GAUGE" {
		return wireInterval{stamp(end), stamp(end)}
	}
	return wireInterval{stamp(end.Add(-period)), stamp(end)}
}

var metrics = map[string]metric{
	"run.googleapis.com/request_count": {"DELTA", "INT64", "1", func(f *figures, give func(map[string]string, wireValue)) {
		for status, n := range f.requests {
			give(map[string]string{"response_code": strconv.Itoa(status), "response_code_class": classOf(status)}, wireValue{Int: &n})
		}
	}},
	"run.googleapis.com/request_latencies": {"DELTA", "DISTRIBUTION", "ms", func(f *figures, give func(map[string]string, wireValue)) {
		for class, d := range f.latencies {
			give(map[string]string{"response_code_class": class}, wireValue{Distribution: d.wire(latencyLayout)})
		}
	}},
	"run.googleapis.com/container/memory/utilizations": {"DELTA", "DISTRIBUTION", "10^2.%", func(f *figures, give func(map[string]string, wireValue)) {
		if f.memory.count > 0 {
			give(nil, wireValue{Distribution: f.memory.wire(memoryLayout)})
		}
	}},
	"run.googleapis.com/container/instance_count": {"GAUGE", "INT64", "1", func(f *figures, give func(map[string]string, wireValue)) {
		n := f.instances
		give(map[string]string{"state": "active"}, wireValue{Int: &n})
	}},
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
	shown.Counts = shown.Counts[:last+1] // the zeros at the end may be left out
	return shown
}
