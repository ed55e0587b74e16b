package judge

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A View is what is known of the history so far. Rules read it and never derive it again. Its
// objects are bounded: a run that ended is kept only while something may still happen to it.
type View struct {
	Header history.Header

	// The record at hand and what it concerns; nil where there is none. Record is nil once the
	// history has ended.
	Record  *history.Record
	Event   *wire.Event // of a Send or Recv
	User    *User
	Session *Session
	Run     *Run
	// Stream is Run as Session sees it. It is nil for a frame that is no event of a run.
	Stream *Stream
	// Step says what the event at hand did to Stream.
	Step Step

	// Answered is the message that the frame at hand is the direct reply to, or that it answers with
	// something else; Missed is the one whose reply the story stops waiting for with the note at hand.
	Answered, Missed *Asked
	// Unheard tells whether the story stops waiting for a heartbeat with the note at hand.
	Unheard bool

	// Feed is what an exchange that is a stream of server-sent events sent; nil for any other.
	Feed *Feed

	// Leaky tells whether the frame at hand may hold what must not leave the platform.
	Leaky bool
	// Deviations are what the event at hand has otherwise than the declared shape.
	Deviations []wire.Deviation

	// Now is the offset of the last record, also after the history has ended.
	Now time.Duration
	// Exchanged is whether any packet went to the network: an exchange, a dial, or a reading of the cloud.
	Exchanged bool
	// Closing is whether the history was closed in order (history.TopicEnd), and Reasons are the notes
	// that say why a story stopped early.
	Closing bool
	Reasons []Remark
	// Stopped is the first note that says that the story ended before its end; its Seq is 0 if none does.
	Stopped Remark

	// Provoked is when the story first did what is to fail, by the suite's clock; zero if it did not.
	Provoked time.Time

	// Cloud is what the cloud's own APIs say.
	Cloud Cloud

	// Use is what the story did to find accumulation.
	Use Use

	// Offence is the last attempt with bad credentials.
	Offence Offence
	// Threads are those that users made over REST and that the target may be asked about, by id.
	Threads map[string]*Thread

	// names know which ids are whose.
	names names
	// Strangers are the users, other than the one who got it, that the frame or body at hand names.
	Strangers []Stranger

	users    map[string]*User
	sessions map[string]*Session
	runs     map[string]*Run
	nth      int // runs so far, to keep their order
	ended    int // runs that are over and not forgotten
	words    map[string]string
	spare    []*Stream
	stales   []*Run
	shape    wire.DeclaredShape
	criteria criteria
	docket   *docket
	owner    string // of what the next report says was leaked
	answer   Asked  // where Answered points
}

// A Remark is a note that the judge keeps.
type Remark struct {
	Seq         uint64
	Topic, Text string
}

func newView(h history.Header) View {
	shape, err := wire.ParseShape(h.Target.Shape)
	if err != nil {
		shape = wire.ShapeAuto // of a newer suite: its events are judged as tolerantly as possible
	}
	return View{
		shape:    shape,
		Header:   h,
		names:    newNames(),
		Threads:  map[string]*Thread{},
		users:    map[string]*User{},
		sessions: map[string]*Session{},
		runs:     map[string]*Run{},
		words:    map[string]string{},
		criteria: criteria{},
		Cloud:    newCloud(h.Deployment),
	}
}

// Users returns the users so far, by label.
func (v *View) Users() []*User {
	return sorted(v.users, func(a, b *User) int { return strings.Compare(a.Label, b.Label) })
}

// Sessions returns the sessions so far, by the order of their dials.
func (v *View) Sessions() []*Session {
	return sorted(v.sessions, func(a, b *Session) int { return a.nth - b.nth })
}

// ordered returns the runs that are not forgotten, by the order of their prompts.
func (v *View) ordered() []*Run { return sorted(v.runs, func(a, b *Run) int { return a.nth - b.nth }) }

func sorted[T any](m map[string]*T, compare func(a, b *T) int) []*T {
	return slices.SortedFunc(maps.Values(m), compare)
}

// Declared tells whether the target declares the shape of its events, which makes rules on shape hard.
func (v *View) Declared() bool {
	return v.shape != wire.ShapeAuto
}

// Failures counts the hard findings about the session so far; nil stands for those about none.
func (v *View) Failures(s *Session) int {
	if s == nil {
		return v.docket.failed[""]
	}
	return v.docket.failed[s.Label]
}

// Exact tells whether the target's agents compute, so that their answers are exact.
func (v *View) Exact() bool { return v.Header.Target.Can(history.ExactAnswers) }

// begin makes r the record at hand.
func (v *View) begin(r *history.Record) {
	v.Record, v.Event, v.User, v.Session, v.Run, v.Stream, v.Step = r, nil, nil, nil, nil, nil, Step{}
	v.Strangers, v.Leaky, v.Deviations = nil, false, nil
	v.Answered, v.Missed, v.Unheard, v.Feed = nil, nil, false, nil
	if r == nil {
		return
	}
	v.Now, v.Event = r.At, r.Event
	v.provoke(r)
	if r.Session != "" {
		v.Session = v.sessions[r.Session]
	}
	v.User = v.userOf(r.User, v.Session)
	v.Run = v.runOf(r.Run, v.Session)
}

func (v *View) provoke(r *history.Record) {
	if r.Intent == nil || !v.Provoked.IsZero() || r.Intent.Expect == "" {
		return
	}
	v.Provoked = r.Wall
	if r.Exchange != nil {
		v.Provoked = r.Wall.Add(-r.Exchange.Took)
	}
}

// userOf returns the user with the label, new if need be; without a label it is the session's. Of
// thousands of users, the one of the session at hand is found without a look into the map.
func (v *View) userOf(label string, s *Session) *User {
	if s != nil && (label == "" || s.User.Label == label) {
		return s.User
	}
	return v.userAt(label)
}

// runOf returns the run with the label, nil if there is none; it is nearly always the last of the session.
func (v *View) runOf(label string, s *Session) *Run {
	if label == "" {
		return nil
	}
	if s != nil && len(s.runs) > 0 {
		if last := s.runs[len(s.runs)-1]; last.Label == label && !last.replaced {
			return last
		}
	}
	return v.runs[label]
}

// look makes the stream, its run and its session what a finding is about.
func (v *View) look(s *Stream) {
	v.Stream, v.Run, v.Session, v.User = s, s.Run, s.Session, s.Session.User
}

// word returns s in memory of its own, so that a kept name does not keep its frame. Names repeat, so
// they are kept once; a target that invents names without end gets copies instead.
func (v *View) word(s string) string {
	if known, ok := v.words[s]; ok {
		return known
	}
	s = strings.Clone(s)
	if len(v.words) < 4096 {
		v.words[s] = s
	}
	return s
}
