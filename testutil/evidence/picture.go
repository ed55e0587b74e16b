package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Picture is a story as a time line, with a lane for each session, one for the requests of each user, and one
// for what concerns nobody alone.
type Picture struct {
	Lanes []*Lane // in the order of their beginnings
	Took  time.Duration
	// Left counts the records that are not in it: those beyond the limit that prove nothing.
	Left int
}

// A Lane is one session, or what a user did beside sessions, or the suite did; Session, or else User, is empty
// accordingly.
type Lane struct {
	Session, User string
	Marks         []Mark // in their order
	Spans         []Span // in the order of their beginnings
}

// Name is the lane's label.
func (l *Lane) Name() string { return cmp.Or(l.Session, l.User, "suite") }

// A Mark is a record on its lane.
type Mark struct {
	Seq  uint64
	At   time.Duration
	Kind history.Kind
	Type string // canonical type of an event; purpose of an exchange, topic of a note
	Run  string
	Line string // the record in one line, harmless (report.Line)
	Raw  string // what travelled, bounded; not harmless
	Bad  bool   // it shows that something failed: a close that is not the client's, a broken exchange
	// Findings are indices of the story's findings that it proves.
	Findings []int
}

// A Span is a phase with its budget. Until is its end; a phase that never ended has none, and Open is set.
type Span struct {
	Phase       Phase
	Run         string
	From, Until time.Duration
	Open        bool
	Budget      time.Duration
}

// Over tells whether the phase is beyond its budget, or never ended.
func (s Span) Over() bool { return s.Open || s.Budget > 0 && s.Until-s.From > s.Budget }

// Limits bound a picture. Zero limits are none.
type Limits struct {
	Marks int // besides those that prove a finding
	Raw   int // bytes of what travelled, of each mark
}

// Draw reads the story's history again and draws it. Damage ends the picture where it begins; it is the story's
// (Story.Cut), and no error of Draw.
func (s *Story) Draw(limits Limits) (*Picture, error) {
	r, err := history.ReadFile(s.Path)
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", s.Path, err)
	}
	d := newDrawing(s, limits)
	j := judge.New(r.Header, d.watching())
	for {
		record, err := r.Next()
		if err != nil {
			j.Finish()
			return d.picture(), undamaged(err, r.Close())
		}
		d.mark(record)
		j.Observe(record)
	}
}

// undamaged are the errors that are not about what the history holds.
func undamaged(reading, closing error) error {
	var damage *history.DamageError
	if errors.Is(reading, io.EOF) || errors.As(reading, &damage) {
		reading = nil
	}
	return errors.Join(reading, closing)
}

// A drawing is a picture that is being made.
type drawing struct {
	limits  Limits
	budgets fixtures.Budgets
	proves  map[uint64][]int // indices of findings, by record
	lanes   map[string]*Lane
	order   []*Lane
	marks   int
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
	d.took = r.At
	findings := d.proves[r.Seq]
	if d.limits.Marks > 0 && d.marks >= d.limits.Marks && findings == nil {
		d.left++
		return
	}
	d.marks++
	raw := raw(r)
	if d.limits.Raw > 0 && len(raw) > d.limits.Raw {
		raw = strings.ToValidUTF8(raw[:d.limits.Raw], "") + fmt.Sprintf(" … (%d bytes more)", len(raw)-d.limits.Raw)
	}
	l := d.lane(r.Session, r.User)
	l.Marks = append(l.Marks, Mark{
		Seq: r.Seq, At: r.At, Kind: r.Kind, Type: strings.Clone(kindOf(r)), Run: strings.Clone(r.Run), Line: report.Line(r), Raw: strings.Clone(raw), Bad: bad(r), Findings: findings,
	})
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
	if l := d.lanes[session]; l != nil {
		l.Spans = append(l.Spans, s)
	}
}

func (d *drawing) picture() *Picture {
	for _, l := range d.order {
		slices.SortStableFunc(l.Spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	}
	return &Picture{Lanes: d.order, Took: d.took, Left: d.left}
}
