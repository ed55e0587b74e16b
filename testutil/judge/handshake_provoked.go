package judge

import (
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// provoked judges what came back to a message that is wrong on purpose.
func provoked(v *View) {
	a, e := v.Answered, v.Event
	proof := v.Here(a.Seq)
	switch {
	case !a.Provoked():
		return
	case five(e.Type) != 0:
		if a.Ran == 0 { // its first event says it all
			v.Report(proof, "%s came after a message that starts no run (%s)", e.Type, a.Why)
		}
		return
	case isBurst(a):
		return
	case e.Type == wire.Ack && a.Expect != history.Acknowledged:
		v.Report(proof, "a message that is wrong (%s) was acknowledged, want %s", a.Why, a.wants())
	case isError(e.Type) && a.Expect == history.Acknowledged:
		v.ReportAs(v.Declared(), proof, "a message (%s) was answered with the error %s %s, want %s", a.Why, quote(e.ErrorCode), quote(e.Text), a.wants())
	}
	if got := first(e.ErrorCode, e.WireType); isError(e.Type) && a.Error != "" && got != a.Error {
		v.ReportAs(v.Declared(), proof, "a message that is wrong (%s) was answered with the error %s %s, want %s", a.Why, quote(got), quote(e.Text), quote(a.Error))
	}
	if took, budget := v.Now-a.At, v.Header.Budgets.Reply; a.GaveUp == 0 && over(took, budget) {
		v.Report(proof, "the answer to a message that is wrong (%s) came after %s, budget %s", a.Why, took, budget)
	}
}

// wants is what a provocation is due, in words.
func (a *Asked) wants() string {
	switch {
	case a.Code != 0:
		return "close " + closeCode(a.Code)
	case a.Expect == history.Acknowledged:
		return "an ack"
	case isBurst(a):
		return "any answer"
	}
	return "an error and a session that stays open"
}

func provokedGivenUp(v *View) {
	if a := v.Missed; a != nil && a.Provoked() && a.Ran == 0 {
		unprovoked(v, a)
	}
}

// unprovoked reports a provocation that did not get what it is due. An error in place of a close is a
// clear answer, if not the one that the reference names.
func unprovoked(v *View, a *Asked) {
	s, waited := v.Session, v.Now-a.At
	proof := []uint64{a.Seq, a.Refused, a.GaveUp, s.CloseSeq}
	switch {
	case a.Refused != 0:
		v.ReportAs(v.Declared(), proof, "a message that is wrong (%s) was answered with an error, want %s", a.Why, a.wants())
	case !isBurst(a):
		v.Report(proof, "nothing in %s after a message that is wrong (%s), want %s: %s", waited, a.Why, a.wants(), s.ending())
	case a.Answers == 0:
		v.Report(proof, "not one answer in %s to a burst of %d messages (%s): %s", waited, a.Times, a.Why, s.ending())
	}
}

// provokedAtEnd judges the end of a session that a provocation ended, and the provocations that the
// session left without an answer.
func provokedAtEnd(v *View) {
	s := v.Session
	end := s.provokedEnd()
	if end != nil && s.Restarted == 0 {
		provokedClose(v, end)
	}
	v.unanswered(func(a *Asked) {
		if a.Provoked() && (end == nil || a.Seq != end.Seq) {
			unprovoked(v, a)
		}
	})
}

func provokedClose(v *View, a *Asked) {
	c := v.Session.Closed
	proof := v.Here(a.Seq)
	switch {
	case c.By == history.ByNetwork:
		v.Report(proof, "a message that is wrong (%s) cut the session without a close frame, want %s: %s", a.Why, a.wants(), v.Session.ending())
	case c.Code == closeServerError, a.Expect == history.Acknowledged:
		v.Report(proof, "a message that is wrong (%s) ended the session, want %s: %s", a.Why, a.wants(), v.Session.ending())
	case isBurst(a), a.Code == c.Code:
	default:
		v.ReportAs(v.Declared(), proof, "a message that is wrong (%s) ended the session, want %s: %s", a.Why, a.wants(), v.Session.ending())
	}
}
