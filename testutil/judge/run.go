package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Run is one agent execution, from its prompt on. What its events were is in its streams, one for
// each session of its user that sees them.
type Run struct {
	Label   string
	User    *User
	Session *Session // where the prompt was sent
	SentAt  time.Duration
	SentSeq uint64
	Intent  history.Intent
	Prompt  string
	// Asked and Thread are the wire ids that the prompt carried; the target may choose others.
	Asked, Thread string
	// WireType is the type of the message that started the run.
	WireType string

	// Outcome is that of the first session that saw one, Ended is that session's stream.
	Outcome wire.Outcome
	Ended   *Stream
	// GaveUp is the note with which the story stopped waiting; its Seq is 0 if it did not.
	GaveUp Remark
	// Restarted tells whether the story restarted the backend during the run, so that no outcome is due.
	Restarted bool
	// Instead is a reply to the prompt that is no event: an acknowledgement, an echo.
	Instead Reply

	streams []*Stream
	over    bool
	nth     int
	// replaced is whether a later run has the same label, as in a history of another writer.
	replaced bool
	// reference is Intent.Nonce if it is only this user's; ownAsked and ownThread tell the same of
	// Asked and Thread.
	reference           string
	ownAsked, ownThread bool
}

// A Reply is a frame that answered a prompt and is no event of a run.
type Reply struct {
	Seq  uint64
	Type string // as it travelled
}

// ExpectsFailure tells whether the story provoked the failure of this run.
func (r *Run) ExpectsFailure() bool { return r.Intent.Expect == history.Failure }

// Spoofs tells whether the run claims what is another user's. A target refuses that or ignores the claim; of
// both the reference deployment does what the reference prefers, and others may do either (issue #3, Doors
// that must stay shut).
func (r *Run) Spoofs() bool { return r.Intent.Spoofs != "" }

// Abandoned tells whether the story closed the run's own session while the run was open, so that no
// outcome is due there.
func (r *Run) Abandoned() bool {
	return !r.ended() && r.Session.Closed != nil && r.Session.Closed.By == history.ByClient
}

// ended tells whether the run has an outcome, or would have one if nothing came any more.
func (r *Run) ended() bool {
	return r.Outcome != wire.Open || slices.ContainsFunc(r.streams, func(s *Stream) bool { return s.Track.Quiet() })
}

// Stream returns the run as the session sees it, nil if it saw nothing and had not to.
func (r *Run) Stream(s *Session) *Stream {
	for _, stream := range r.streams {
		if stream.Session == s {
			return stream
		}
	}
	return nil
}

// Streams are the views of the run that sessions of its user have. The first is that of its own session.
func (r *Run) Streams() []*Stream { return r.streams }

// prompt begins a run; promised tells whether its intent's nonce is the user's alone. Every session of its user that is open now is due all its events.
func (v *View) prompt(promised bool) {
	r, e := v.Record, v.Event
	run := &Run{
		Label: r.Run, User: v.User, Session: v.Session, SentAt: v.Now, SentSeq: r.Seq,
		Asked: strings.Clone(e.RunID), Thread: strings.Clone(e.ThreadID),
		Prompt: strings.Clone(e.Text), WireType: v.word(e.WireType), nth: v.nth,
	}
	if r.Intent != nil {
		run.Intent = *r.Intent
	}
	v.nth++
	v.User.Prompts++
	v.names.claim(run)
	if promised {
		run.reference = run.Intent.Nonce
	}
	v.Run = run
	if earlier := v.runs[run.Label]; earlier != nil {
		earlier.replaced = true
	}
	v.runs[run.Label] = run
	v.Session.runs = append(v.Session.runs, run)
	v.User.runs = append(v.User.runs, run)
	v.Stream = v.stream(run, v.Session)
	for _, s := range v.User.sessions {
		if s != v.Session && s.Welcomed() && s.hears(run) {
			v.stream(run, s)
		}
	}
}

// keep is how many ended runs a session remembers, in case more events of them come.
const keep = 4

// stale returns the runs that are forgotten now: those that are over, and the ended ones of the
// session at hand beyond keep.
func (v *View) stale() []*Run {
	v.stales = v.stales[:0]
	if v.User == nil {
		return nil
	}
	spare := 0
	if v.Session != nil {
		spare = len(v.Session.runs) - keep
	}
	if v.ended == 0 && spare <= 0 {
		return nil // as after nearly every record: the runs, which lie about, are left alone
	}
	for _, run := range v.User.runs {
		switch {
		case run.over:
		case spare > 0 && run.Session == v.Session && run.ended():
			spare--
		default:
			continue
		}
		v.stales = append(v.stales, run)
	}
	return v.stales
}

// A gone run is one that was forgotten, and when.
type gone struct {
	label string
	at    time.Duration
}

// gone returns what is kept of a run that was forgotten lately, nil if nothing is.
func (u *User) gone(label string) *gone {
	for i := range u.forgot {
		if u.forgot[i].label == label {
			return &u.forgot[i]
		}
	}
	return nil
}

// forget keeps the last few runs that are gone.
func (u *User) forget(run string, at time.Duration) {
	if len(u.forgot) == keep {
		u.forgot = append(u.forgot[:0], u.forgot[1:]...)
	}
	u.forgot = append(u.forgot, gone{run, at})
}

// watched tells whether another session of the user is still due events of the run.
func (r *Run) watched() bool {
	return slices.ContainsFunc(r.streams, func(s *Stream) bool { return s.Session.Closed == nil })
}

// forget drops a run that is over.
func (v *View) forget(run *Run) {
	v.ended--
	if v.runs[run.Label] == run {
		delete(v.runs, run.Label)
	}
	isRun := func(r *Run) bool { return r == run }
	run.Session.runs = slices.DeleteFunc(run.Session.runs, isRun)
	run.User.runs = slices.DeleteFunc(run.User.runs, isRun)
	run.User.forget(run.Label, v.Now)
	for _, stream := range run.streams {
		v.release(stream)
	}
	run.streams, run.Ended = nil, nil
}
