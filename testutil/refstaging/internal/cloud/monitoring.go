package cloud

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

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
	if q.Get("orderBy") != "" || q.Get("view") != "" && q.Get("view") != "FULL" {
		return nil, invalid("Fields orderBy and view are not supported.")
	}
	aggregation, err := readAggregation(q)
	if err != nil {
		return nil, err
	}
	found, err := aggregation.apply(p.series(types[0], m, during, f), during)
	if err != nil {
		return nil, err
	}
	all := list[series]{name: "timeSeries", key: series.key, items: found, query: []string{"timeSeries", withoutPage(q)}}
	some, next, err := fromQuery(p, r, all)
	page := seriesPage{Next: next, Unit: m.unit}
	for _, s := range some {
		page.Series = append(page.Series, s.wire())
	}
	return page, err
}

// withoutPage is what must stay the same from page to page.
func withoutPage(q url.Values) string {
	q = maps.Clone(q)
	q.Del("pageToken")
	q.Del("pageSize")
	return q.Encode()
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
