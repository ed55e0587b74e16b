package judge

import (
	"math"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Limits of what is fresh. No clock that a network sets is a minute off; times that are written in whole
// seconds differ after one.
const (
	staleAfter = time.Minute
	sameAfter  = time.Second
)

// substance is the member by which an endpoint says how what its service depends on is; those that are not
// here say nothing that is not constant (http.md 5.1), or nothing of that.
var substance = map[endpoint]string{
	{fixtures.Auth, "/health"}:                 "database_status",
	{fixtures.Auth, "/health/auth"}:            "golden_path_ready",
	{fixtures.Backend, "/api/monitoring/ping"}: "response_time_ms",
	{fixtures.Backend, "/health/database"}:     "connected",
}

// A sign is what shows that an answer was made for its request.
type sign struct {
	seq    uint64
	at     time.Time // it was answered
	time   string    // that it says
	uptime float64
}

// constant tells whether a later answer is this one again. Two instances may have been up for as many whole
// seconds, but not for as many microseconds.
func (s sign) constant(o sign) bool {
	return s.time != "" && s.time == o.time || s.uptime != math.Trunc(s.uptime) && s.uptime == o.uptime
}

// freshness keeps what each endpoint said last, and by how much the clock of each service is ahead of the
// suite's: an answer out of a cache may have a date as old as itself, but not all answers are out of it.
type freshness struct {
	last   map[string]sign // by URL of one of the health family
	ahead  map[fixtures.Service]time.Duration
	proved map[fixtures.Service]bool
}

func freshAnswers() Hooks {
	f := freshness{map[string]sign{}, map[fixtures.Service]time.Duration{}, map[fixtures.Service]bool{}}
	return Hooks{Exchange: f.exchange, Note: f.note, End: f.end}
}

func (f *freshness) exchange(v *View) {
	x := v.Record.Exchange
	endpoints, fields := v.endpointsAt(x.URL), object(x)
	if !isHealth(x) || !succeeded(x) || len(endpoints) == 0 || fields == nil {
		return
	}
	url, _, _ := strings.Cut(x.URL, "?")
	uptime, _ := fields["uptime_seconds"].(float64)
	before, now := f.last[url], sign{v.Record.Seq, v.Record.Wall, strings.Clone(text(fields, "timestamp")), uptime}
	f.last[strings.Clone(url)] = now
	f.changed(v, before, now)
	for _, e := range endpoints {
		member := substance[endpoint{e.Service, e.Path}]
		if f.young(v, e.Service, now) && before.seq != 0 && before.time != now.time && member != "" && fields[member] != nil {
			f.proved[e.Service] = true
		}
	}
}

// young tells whether the answer says a time, and judges it: against the date of its service, not against
// the suite's clock, which may be wrong.
func (f *freshness) young(v *View, s fixtures.Service, now sign) bool {
	x := v.Record.Exchange
	skew, dated := f.ahead[s]
	if header(x.Header, "Date") != "" && (!dated || x.Skew > skew) {
		skew, dated = x.Skew, true
		f.ahead[s] = skew
	}
	written, err := timeOf(now.time)
	if err != nil {
		return false
	}
	age := now.at.Add(skew - x.Took).Sub(written)
	if !dated || age <= staleAfter {
		return true
	}
	v.Report(v.Here(), "%s says that it is %s, which was %s before it was asked", what(x), line(now.time), age.Round(time.Second))
	return false
}

func (f *freshness) changed(v *View, before, now sign) {
	x := v.Record.Exchange
	if apart := now.at.Sub(before.at) - x.Took; before.seq != 0 && apart >= sameAfter && before.constant(now) {
		v.Report(v.Here(before.seq), "%s says the same as %s before, as a constant or a cache does: %s", what(x), apart, quote(x.Body))
	}
}

func (f *freshness) note(v *View) {
	if v.Record.Note != nil && v.Record.Note.Topic == history.TopicRestart {
		clear(f.last)
	}
}

func (f *freshness) end(v *View) {
	v.Measured("D3")
	for _, s := range []fixtures.Service{fixtures.Auth, fixtures.Backend} {
		if !f.proved[s] {
			v.Unmeasured("D3", nil, "the health of the %s service was not seen to be more than a constant: no endpoint that says how what it depends on is gave two answers with two times", s)
		}
	}
}

// timeOf reads a time with a zone, or without one, which is UTC (http.md 3.4).
func timeOf(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05.999999999", text)
	}
	return at, err
}
