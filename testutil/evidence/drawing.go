package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A drawing is a picture that is being made.
type drawing struct {
	limits  Limits
	budgets fixtures.Budgets
	proves  map[uint64][]int // indices of findings, by record
	lanes   map[string]*Lane
	order   []*Lane
	marks   int
	spans   int
	left    int
	took    time.Duration
}

func newDrawing(s *Story, limits Limits) *drawing {
	d := &drawing{limits: limits, budgets: s.Header.Budgets, proves: map[uint64][]int{}, lanes: map[string]*Lane{}}
	for i, f := range s.Findings {
		for _, seq := range f.Records {
			d.proves[seq] = append(d.proves[seq], i)
		}
	}
	return d
}

func (d *drawing) lane(session, user string) *Lane {
	key := session + "/" + user
	if session != "" {
		key = session
	}
	l := d.lanes[key]
	if l == nil {
		l = &Lane{Session: strings.Clone(session), User: strings.Clone(user)}
		d.lanes[key], d.order = l, append(d.order, l)
	}
	return l
}

func (d *drawing) mark(r *history.Record) {
	d.took = max(d.took, r.At)
	findings := d.proves[r.Seq]
	if d.full() && findings == nil {
		d.left++
		return
	}
	d.marks++
	limit := d.limits.Raw
	if findings != nil {
		limit = d.limits.Proof
	}
	l := d.lane(r.Session, r.User)
	l.Marks = append(l.Marks, Mark{
		Seq: r.Seq, At: r.At, Kind: r.Kind, Type: strings.Clone(kindOf(r)), Run: strings.Clone(r.Run), Line: report.Line(r), Raw: bounded(raw(r), limit), Bad: bad(r), Findings: findings,
	})
}

// full tells whether only what proves a finding is drawn from now on, and phases beyond their budgets.
func (d *drawing) full() bool { return d.limits.Marks > 0 && d.marks >= d.limits.Marks }

// bounded is a copy of at most so many bytes of a text; 0 bounds nothing.
func bounded(text string, limit int) string {
	if limit == 0 || len(text) <= limit {
		return strings.Clone(text)
	}
	return strings.ToValidUTF8(text[:limit], "") + fmt.Sprintf(" … (%d bytes more)", len(text)-limit)
}

// kindOf is what a record is within its kind.
func kindOf(r *history.Record) string {
	switch {
	case r.Event != nil:
		return r.Event.Type
	case r.Exchange != nil:
		return r.Exchange.Purpose
	case r.Note != nil:
		return r.Note.Topic
	case r.Cloud != nil:
		return r.Cloud.Purpose
	}
	return ""
}

// raw is what travelled.
func raw(r *history.Record) string {
	switch {
	case r.Exchange != nil:
		return strings.Trim(r.Exchange.Request+"\n"+r.Exchange.Body, "\n")
	case r.Cloud != nil:
		return strings.Trim(r.Cloud.Request+"\n"+r.Cloud.Body, "\n")
	case r.Closed != nil:
		return r.Closed.Body
	}
	return r.Frame
}

func bad(r *history.Record) bool {
	switch {
	case r.Exchange != nil:
		return r.Exchange.Broken != nil || r.Exchange.Status >= 500
	case r.Closed != nil:
		return r.Closed.By != history.ByClient
	}
	return r.Unreadable != ""
}

// watching is a rule that nothing can break and that sees the phases.
func (d *drawing) watching() judge.Rule {
	return judge.Rule{ID: "evidence/drawing", Hooks: judge.Hooks{
		SessionEnd: func(v *judge.View) {
			s := v.Session
			d.span(s.Label, Span{Phase: Connect, From: s.DialAt, Until: s.WelcomeAt, Open: !s.Welcomed(), Budget: d.budgets.Connect}, v.Now)
		},
		Event: func(v *judge.View) {
			if gap := v.Step.Gap; !v.Step.First && v.Stream.Whole && 2*gap > d.budgets.Gap && v.Stream.Outcome == wire.Open {
				d.span(v.Session.Label, Span{Phase: Gap, Run: v.Run.Label, From: v.Now - gap, Until: v.Now, Budget: d.budgets.Gap}, v.Now)
			}
		},
		RunEnd: func(v *judge.View) {
			if v.Run.Session != nil {
				d.run(v.Run, v.Now)
			}
		},
	}}
}

func (d *drawing) run(r *judge.Run, now time.Duration) {
	first, answer := Span{Phase: FirstEvent, Open: true, Budget: d.budgets.FirstEvent}, Span{Phase: Answer, Open: true, Budget: d.budgets.Answer}
	if stream := r.Stream(r.Session); stream != nil {
		first.Open, first.Until = stream.Events == 0, stream.FirstAt
		answer.Open, answer.Until = stream.Outcome == wire.Open, stream.EndAt
	}
	for _, span := range []Span{first, answer} {
		span.Run, span.From = r.Label, r.SentAt
		d.span(r.Session.Label, span, now)
	}
}

// span adds a phase; one without end is drawn until now.
func (d *drawing) span(session string, s Span, now time.Duration) {
	if s.Open {
		s.Until = now
	}
	s.Run = strings.Clone(s.Run)
	if l := d.lanes[session]; l != nil && !(d.full() && d.spans >= d.limits.Marks) && (s.Over() || !d.full()) {
		l.Spans = append(l.Spans, s)
		d.spans++
	}
}

func (d *drawing) picture() *Picture {
	for _, l := range d.order {
		slices.SortStableFunc(l.Spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	}
	return &Picture{Lanes: d.order, Took: d.took, Left: d.left}
}
