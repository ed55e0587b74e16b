package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Session is one WebSocket connection of one user. Offsets are zero while what they mark has not
// happened.
type Session struct {
	Label  string
	User   *User
	URL    string
	Intent history.Intent // of the dial

	DialAt, OpenAt, WelcomeAt, ClosedAt    time.Duration
	DialSeq, OpenSeq, WelcomeSeq, CloseSeq uint64

	Dialect      wire.Dialect
	ConnectionID string
	// Twin is another session that the target gave the same connection id.
	Twin *Session
	// Frames counts what was received, FirstType is the canonical type of the first of them.
	Frames    int
	FirstType string
	LastAt    time.Duration // of the last received frame
	LastSeq   uint64
	Stamped   time.Time // the timestamp of that frame; zero if it has none
	// Refusal is the last error frame before a welcome.
	Refusal *Refusal
	// Closed is how the session ended; nil while it has not.
	Closed *history.Closed
	// SettledAt is when the story stopped listening for what should not come.
	SettledAt time.Duration

	asked []Asked // not answered yet, and bursts
	runs  []*Run  // of prompts sent here, not forgotten
	nth   int

	// What few records touch comes last, away from what every event does.

	// Last is the story's last message if it asks for a direct reply, zero if it does not.
	Last Asked
	// SentAt and SentSeq are the client's last message, its answers to the target's pings included.
	SentAt  time.Duration
	SentSeq uint64
	// SpokeSeq is the story's first message.
	SpokeSeq uint64
	// Handshake is what October adds to the welcome.
	Handshake Handshake
	// Restarted is the note that says that the story restarts the backend under this session; 0 for none.
	Restarted   uint64
	RestartedAt time.Duration
}

// A Refusal is an error frame that came in place of a welcome.
type Refusal struct {
	Seq        uint64
	Code, Text string
}

// Welcomed tells whether the session became usable.
func (s *Session) Welcomed() bool { return s.WelcomeSeq != 0 }

// ExpectsRefusal tells whether the story provoked a refusal of this session.
func (s *Session) ExpectsRefusal() bool { return s.Intent.Expect != "" }

// Unfinished returns the runs whose prompt was sent here and whose outcome did not come.
func (s *Session) Unfinished() []*Run {
	var open []*Run
	for _, run := range s.runs {
		if run.Outcome == wire.Open {
			open = append(open, run)
		}
	}
	return open
}

func (v *View) dial() {
	v.Exchanged = true
	r := v.Record
	if r.Session == "" || v.User == nil {
		return
	}
	s := &Session{Label: r.Session, User: v.User, DialAt: r.At, DialSeq: r.Seq, nth: len(v.sessions)}
	if r.Intent != nil {
		s.Intent = *r.Intent
	}
	if r.Dialled != nil {
		s.URL = r.Dialled.URL
	}
	v.Session = s
	v.sessions[s.Label] = s
	v.User.sessions = append(v.User.sessions, s)
}

func (v *View) open() {
	if s := v.Session; s != nil {
		s.OpenAt, s.OpenSeq = v.Now, v.Record.Seq
	}
}

func (v *View) send() {
	s, e := v.Session, v.Event
	if s == nil {
		return
	}
	if e == nil {
		e = &wire.Event{} // broken on purpose
	}
	s.SentAt, s.SentSeq = v.Now, v.Record.Seq
	promised := v.promise(v.Record.Frame, v.Record.Intent)
	switch isProvoked := v.Record.Run == "" && v.Record.Intent != nil && v.Record.Intent.Expect != ""; {
	case isProvoked:
		v.ask(e)
	case e.Type == wire.Prompt && v.Record.Run != "":
		s.Last = Asked{}
		v.prompt(promised)
	case e.Type == wire.Pong, e.Type == wire.HeartbeatAck, v.shakeBack(e):
		return // the client's own answers, not the story's messages
	default:
		v.ask(e)
	}
	if s.SpokeSeq == 0 {
		s.SpokeSeq = v.Record.Seq
	}
}

// maxReasons bounds the notes of one kind that are kept.
const maxReasons = 64

func (v *View) note() {
	n := v.Record.Note
	if n == nil {
		return
	}
	switch n.Topic {
	case history.TopicSettled:
		if v.Session != nil {
			v.Session.SettledAt = v.Now
		}
	case history.TopicEnd:
		v.Closing = true
	case history.TopicStory, history.TopicInterrupted, history.TopicTimeout, history.TopicRefusal:
		if v.Stopped.Seq == 0 {
			v.Stopped = Remark{v.Record.Seq, n.Topic, strings.Clone(n.Text)}
		}
	case history.TopicMeasures:
		v.measures(n)
	case history.TopicNotMeasured, history.TopicOneUser:
		if n.Topic == history.TopicNotMeasured {
			v.measures(n)
		}
		if len(v.Reasons) < maxReasons {
			v.Reasons = append(v.Reasons, Remark{v.Record.Seq, n.Topic, strings.Clone(n.Text)})
		}
	case history.TopicGaveUp:
		v.giveUp(n.Text)
	case history.TopicRestart:
		v.restart()
	}
}

// giveUp notes that the story stopped waiting for something of the run or the session at hand.
func (v *View) giveUp(what string) {
	switch {
	case v.Run != nil:
		v.Run.GaveUp = Remark{v.Record.Seq, history.TopicGaveUp, strings.Clone(what)}
	case v.Session != nil && what == history.AwaitedHeartbeat:
		v.Unheard = true
	case v.Session != nil:
		v.miss()
	}
}

func (v *View) close() {
	s := v.Session
	s.Closed, s.ClosedAt, s.CloseSeq = &history.Closed{}, v.Now, v.Record.Seq
	if v.Record.Closed != nil {
		*s.Closed = *v.Record.Closed
	}
	s.User.sessions = slices.DeleteFunc(s.User.sessions, func(other *Session) bool { return other == s })
}

// greet takes in what comes before a session is usable, and the welcome itself.
func (v *View) greet() {
	s, e := v.Session, v.Event
	s.Frames++
	s.LastAt, s.LastSeq, s.Stamped = v.Now, v.Record.Seq, time.Time{}
	if e == nil {
		return
	}
	s.Stamped = e.Time
	if s.Frames == 1 {
		s.FirstType = v.word(e.Type)
	}
	switch {
	case e.Type == wire.Welcome && !s.Welcomed():
		s.WelcomeAt, s.WelcomeSeq, s.Dialect = v.Now, v.Record.Seq, e.Dialect
		s.ConnectionID, s.Handshake.Named = strings.Clone(e.ConnectionID), e.UserID != ""
		s.Twin = v.names.connect(s)
		if told := first(e.UserID, e.UserPrefix); told != "" {
			s.User.Told, s.User.ToldSeq = strings.Clone(told), v.Record.Seq
		}
	case isError(e.Type) && !s.Welcomed():
		s.Refusal = &Refusal{v.Record.Seq, strings.Clone(e.ErrorCode), strings.Clone(bounded(e.Text))}
	}
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
