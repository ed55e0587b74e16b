package report

import (
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// margin is what the clocks of the cloud and of this machine may differ by, where nothing shows how much
// they do.
const margin = 5 * time.Second

// Correlate tells where the server's log shows its side of a finding: from when until when, and under
// which traces. The time is that of the records that prove the finding and of the dials of their sessions,
// since a request is logged under the time at which it began; a session's trace is its dial's. Record
// and dial return the record of a number and of a session's dial, or nil for one that is not to be had.
// All is zero for a finding that no such record shows. Readings of the cloud count for none: they are the
// server's side already.
func Correlate(f judge.Finding, record func(seq uint64) *history.Record, dial func(session string) *history.Record) (since, until time.Time, traces []string) {
	var w window
	sessions := []string{f.Session}
	for _, seq := range f.Records {
		r := record(seq)
		if r == nil || r.Cloud != nil {
			continue
		}
		w.take(r)
		if !slices.Contains(sessions, r.Session) {
			sessions = append(sessions, r.Session)
		}
	}
	for _, session := range sessions {
		if session == "" {
			continue
		}
		if r := dial(session); r != nil {
			w.take(r)
		}
	}
	if w.until.IsZero() {
		return time.Time{}, time.Time{}, nil
	}
	return w.since.Add(-margin), w.until.Add(margin), w.traces
}

// A window is what records span.
type window struct {
	since, until time.Time
	traces       []string
}

func (w *window) take(r *history.Record) {
	begin, end, trace := r.Wall, r.Wall, ""
	switch {
	case r.Exchange != nil: // which is recorded when it ends
		begin, trace = r.Wall.Add(-r.Exchange.Took), r.Exchange.Trace
		w.span(begin.Add(r.Exchange.Skew), end.Add(r.Exchange.Skew))
	case r.Dialled != nil:
		trace = r.Dialled.Trace
	}
	w.span(begin, end)
	if trace != "" && !slices.Contains(w.traces, trace) {
		w.traces = append(w.traces, trace)
	}
}

func (w *window) span(begin, end time.Time) {
	if w.since.IsZero() || begin.Before(w.since) {
		w.since = begin
	}
	if end.After(w.until) {
		w.until = end
	}
}
