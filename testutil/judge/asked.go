package judge

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// An Asked is a message that is due a direct reply and no run: a control message of websocket.md 4.3, or
// a provocation, which is wrong on purpose (history.Intent.Expect of a send without a run).
type Asked struct {
	Seq  uint64 // of the message, or of the first of a burst
	At   time.Duration
	Type string // as it travelled, "" if it had none

	Expect string // of a provocation; "" for a control message
	Code   int    // of the close frame that Expect names; 0 if it names none
	Error  string // what an error frame calls itself that answers it; "" is anything
	Why    string
	// Times and Answers count the messages of a burst (history.Tolerated) and what came back.
	Times, Answers int

	Refused   uint64 // the error frame that came where a close is due
	RefusedAt time.Duration
	Ran       uint64 // the first event of a run that it started
	GaveUp    uint64 // the note with which the story stopped waiting
}

// Provoked tells whether the message is wrong on purpose.
func (a *Asked) Provoked() bool { return a.Expect != "" }

func (a *Asked) answered() bool { return a.Answers >= a.Times }

// maxAsked bounds the messages of one session that wait for a reply; what is asked beyond it is not judged.
const maxAsked = 256

// directReply is the documented reply to a control message: its canonical type and, of a
// system_message, its status. It is "" for a message to which none is documented.
func directReply(wireType string) (eventType, status string) {
	switch wireType {
	case wire.Ping:
		return wire.Pong, ""
	case wire.Heartbeat:
		return wire.HeartbeatAck, ""
	case "connect":
		return wire.SystemMessage, "connected"
	case "disconnect":
		return wire.SystemMessage, "disconnect_acknowledged"
	case "typing", "typing_started", "typing_stopped":
		return wire.SystemMessage, "typing_acknowledged"
	}
	return "", ""
}

// isReplyTo tells whether the frame is the documented reply to a control message of the type.
func isReplyTo(wireType string, e *wire.Event) bool {
	eventType, status := directReply(wireType)
	if status == "" {
		return e.Type == eventType
	}
	return e.Type == eventType && e.Status == status || e.WireType == status
}

// ask takes in a message without a run. A burst is one entry.
func (v *View) ask(e *wire.Event) {
	s, in := v.Session, v.Record.Intent
	a := Asked{Seq: v.Record.Seq, At: v.Now, Type: v.word(e.WireType), Times: 1}
	if in != nil && in.Expect != "" {
		a.Expect, a.Error, a.Why = in.Expect, strings.Clone(in.Error), strings.Clone(in.Why)
		a.Code, _ = strconv.Atoi(in.Expect) // 0: the intent names no code
	} else if reply, _ := directReply(a.Type); reply == "" {
		s.Last = Asked{}
		return
	}
	n := len(s.asked)
	if n > 0 && isBurst(&a) && isBurst(&s.Last) && s.asked[n-1].Seq == s.Last.Seq {
		s.asked[n-1].Times++
		return
	}
	s.asked = slices.DeleteFunc(s.asked, func(a Asked) bool { return isBurst(&a) && a.answered() }) // bursts that went by
	s.Last = a
	if len(s.asked) < maxAsked {
		s.asked = append(s.asked, a)
	}
}

// reply finds the message that the frame at hand answers, oldest first: replies keep the order of what
// they answer. A frame that answers none leaves View.Answered nil.
func (v *View) reply() {
	s, e := v.Session, v.Event
	i := -1
	switch {
	case isError(e.Type):
		i = s.refusedBy(v.Run, e)
	case five(e.Type) != 0:
		return // see ran
	case e.Type == wire.Ack:
		i = s.acknowledgedBy(v.Record.Frame)
	default:
		i = s.answeredBy(e)
	}
	if i < 0 {
		return
	}
	a := &s.asked[i]
	a.Answers++
	if a.Code != 0 && isError(e.Type) {
		a.Refused, a.RefusedAt = v.Record.Seq, v.Now // and the close may follow
	}
	v.answer = *a
	v.Answered = &v.answer
	if a.Refused == 0 && a.answered() && !isBurst(a) { // of a burst more may follow
		s.asked = slices.Delete(s.asked, i, i+1)
	}
}

// find returns the place of the oldest message that fits, -1 if none does. One that the story has given
// up is answered late, if ever, and comes after the others.
func (s *Session) find(fits func(a *Asked) bool) int {
	late := -1
	for i := range s.asked {
		switch a := &s.asked[i]; {
		case a.answered() && a.Refused == 0 || !fits(a):
		case a.GaveUp == 0:
			return i
		case late < 0:
			late = i
		}
	}
	return late
}

// refusedBy finds the provocation that an error is about. An error that the client took for that of a
// run is a provocation's if it names neither run nor agent and the provocation is the later of the two.
func (s *Session) refusedBy(run *Run, e *wire.Event) int {
	bare := e.Type == wire.Error && e.RunID == "" && e.Agent == ""
	if run != nil && !bare {
		return -1
	}
	i := s.find(func(a *Asked) bool {
		return a.Provoked() && a.Expect != history.Tolerated && a.Refused == 0 && (run == nil || a.Seq > run.SentSeq)
	})
	if i < 0 && run == nil { // a burst may be refused for being one when its messages are answered
		i = slices.IndexFunc(s.asked, func(a Asked) bool { return isBurst(&a) && a.Answers <= a.Times })
	}
	return i
}

func isBurst(a *Asked) bool { return a.Expect == history.Tolerated }

// acknowledgedBy finds the message that an ack is about: the one of the type that it says it received,
// or else one that is due an ack.
func (s *Session) acknowledgedBy(frame string) int {
	var ack struct {
		Received string `json:"received_type"`
	}
	_ = json.Unmarshal([]byte(frame), &ack) // an ack that does not say so fits what is due one
	if ack.Received == "unknown" {
		ack.Received = ""
	}
	exact := s.find(func(a *Asked) bool { return a.Type == ack.Received })
	if exact >= 0 {
		return exact
	}
	return s.find(func(a *Asked) bool { return a.Expect == history.Acknowledged })
}

// answeredBy finds the control message that the frame is the documented reply to. A message of a burst
// comes last: the target need not answer it.
func (s *Session) answeredBy(e *wire.Event) int {
	i := s.find(func(a *Asked) bool { return !a.Provoked() && isReplyTo(a.Type, e) })
	if i < 0 {
		i = s.find(func(a *Asked) bool { return isBurst(a) && isReplyTo(a.Type, e) })
	}
	return i
}

// ran notes an event of a run that is nobody's on a session whose last message was a provocation: it is
// what that message started.
func (v *View) ran() {
	last := &v.Session.Last
	if !last.Provoked() || five(v.Event.Type) == 0 {
		return
	}
	v.answer = *last
	v.Answered = &v.answer
	if last.Ran == 0 {
		last.Ran = v.Record.Seq
		if i := v.Session.find(func(a *Asked) bool { return a.Seq == last.Seq }); i >= 0 {
			v.Session.asked[i].Ran = last.Ran
		}
	}
}

// miss notes that the story stopped waiting for a reply: for the oldest that it still waited for.
func (v *View) miss() {
	s := v.Session
	if i := s.find(func(a *Asked) bool { return true }); i >= 0 && s.asked[i].GaveUp == 0 {
		s.asked[i].GaveUp = v.Record.Seq
		v.Missed = &s.asked[i]
	}
}

// closeAfter is how long a close may take to follow the error that announces it.
const closeAfter = time.Second

// unanswered calls report for every message whose reply was due when the session ended and that the
// story had not given up: it had the time of a reply, or the session did not end by the client's will.
func (v *View) unanswered(report func(a *Asked)) {
	s := v.Session
	if s.Restarted != 0 {
		return
	}
	ended := s.Closed != nil && s.Closed.By != history.ByClient
	for i := range s.asked {
		a := &s.asked[i]
		if a.answered() && a.Refused == 0 || a.GaveUp != 0 || a.Ran != 0 {
			continue
		}
		alone := a.Refused != 0 && v.Now-a.RefusedAt >= closeAfter
		if alone || over(v.Now-a.At, v.Header.Budgets.Reply) || ended && a.Provoked() {
			report(a)
		}
	}
}

// provokedEnd returns the provocation that ended the session, nil if none did: the story sent nothing
// after it, and the session's end was not the client's.
func (s *Session) provokedEnd() *Asked {
	c := s.Closed
	if c == nil || !s.Last.Provoked() || s.OutOfAge() || c.By != history.ByServer && c.By != history.ByNetwork {
		return nil
	}
	return &s.Last
}
