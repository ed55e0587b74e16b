package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Picture is a story as a time line, with a lane for each session, one for the requests of each user, and one
// for what concerns nobody alone.
type Picture struct {
	Lanes []*Lane // in the order of their beginnings
	// From and Took are its first and last moment, since the story began.
	From, Took time.Duration
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
	Proof int // likewise, of a mark that proves a finding
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
	end := io.EOF
	for record, err := range r.All() {
		if err != nil {
			end = err
			break
		}
		d.mark(record)
		j.Observe(record)
	}
	j.Finish()
	return d.picture(), undamaged(end, r.Close())
}

// undamaged are the errors that are not about what the history holds.
func undamaged(reading, closing error) error {
	var damage *history.DamageError
	if errors.Is(reading, io.EOF) || errors.As(reading, &damage) {
		reading = nil
	}
	return errors.Join(reading, closing)
}
