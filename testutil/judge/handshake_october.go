package judge

import (
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Handshake is what October adds to a welcome (websocket.md 2.5). Offsets and records are zero while
// what they mark has not happened.
type Handshake struct {
	// Thread is that of the last handshake_response before the acknowledgement: the session's routing key
	// (websocket.md 7). It is "" in other dialects.
	Thread string
	// Named tells whether the welcome named the user in full.
	Named bool

	ResponseAt, AckAt, CompleteAt    time.Duration
	ResponseSeq, AckSeq, CompleteSeq uint64
}

const (
	// handshakeWindow is how long a client waits for handshake_response after the welcome, and for
	// handshake_complete after its acknowledgement (websocket.md 2.5, 2.6).
	handshakeWindow = 2 * time.Second
	// processingAfter is how long after the acknowledgement a session processes at the latest (websocket.md 2.5).
	processingAfter = 500 * time.Millisecond
)

var octoberRules = []Rule{{
	ID: "handshake/october", Source: "websocket.md 2.5",
	Says: "In October a session hears handshake_response, with a thread, and a welcome that names the user in full, before it " +
		"says anything; its acknowledgement is completed within 2 s. Hard where the target declares October or its shape.",
	Hooks: Hooks{Send: octoberSend, SessionEnd: octoberEnd},
}}

// shake takes in what the target says in a handshake; duplicates are ignored (websocket.md 2.5), but for
// the thread, which a client may ask for again before it acknowledges.
func (v *View) shake() {
	h, e := &v.Session.Handshake, v.Event
	switch {
	case wire.Dialect(v.Header.Target.Dialect) == wire.September: // the client takes no notice either
	case e.Type == wire.HandshakeResponse && h.AckSeq == 0:
		h.Thread = strings.Clone(e.ThreadID)
		if h.ResponseSeq == 0 {
			h.ResponseAt, h.ResponseSeq = v.Now, v.Record.Seq
		}
	case e.Type == wire.HandshakeComplete && h.CompleteSeq == 0:
		h.CompleteAt, h.CompleteSeq = v.Now, v.Record.Seq
	}
}

// shakeBack takes in what the client says in a handshake, and tells whether it is that.
func (v *View) shakeBack(e *wire.Event) bool {
	h := &v.Session.Handshake
	switch e.Type {
	case wire.HandshakeAck, "session_acknowledged":
		if h.AckSeq == 0 {
			h.AckAt, h.AckSeq = v.Now, v.Record.Seq
		}
		return true
	case "handshake_request", "session_request":
		return true
	}
	return false
}

// isOctober tells whether the session is held to October's handshake. The target's word counts; without
// it, what the session heard does.
func (v *View) isOctober(s *Session) bool {
	switch wire.Dialect(v.Header.Target.Dialect) {
	case wire.October:
		return true
	case wire.September:
		return false
	}
	return s.Dialect == wire.October || s.Handshake.ResponseSeq != 0
}

// exactHandshake tells whether a deviation from October's handshake is hard.
func (v *View) exactHandshake() bool {
	return v.Declared() || wire.Dialect(v.Header.Target.Dialect) == wire.October
}

func octoberSend(v *View) {
	s := v.Session
	if s == nil || s.SpokeSeq != v.Record.Seq || !v.isOctober(s) {
		return
	}
	octoberGreeting(v)
	if h := s.Handshake; h.AckSeq == 0 && h.Thread != "" && !h.late(s) {
		v.ReportAs(true, v.Here(s.WelcomeSeq, h.ResponseSeq), "the client said something before it acknowledged the handshake, and such messages are lost")
	}
}

func octoberEnd(v *View) {
	s := v.Session
	h := s.Handshake
	if !s.Welcomed() || s.ExpectsRefusal() || !v.isOctober(s) {
		return
	}
	if s.SpokeSeq == 0 {
		octoberGreeting(v)
	}
	proof := []uint64{h.AckSeq, h.CompleteSeq}
	switch {
	case h.AckSeq == 0:
	case h.CompleteSeq == 0 && v.Now-h.AckAt > handshakeWindow:
		v.ReportAs(v.exactHandshake(), proof, "no handshake_complete %s after the acknowledgement", v.Now-h.AckAt)
	case h.CompleteAt-h.AckAt > handshakeWindow:
		v.ReportAs(v.exactHandshake(), proof, "handshake_complete came %s after the acknowledgement, want %s", h.CompleteAt-h.AckAt, handshakeWindow)
	}
}

// octoberGreeting judges what the session heard before it said anything.
func octoberGreeting(v *View) {
	s := v.Session
	h, exact := s.Handshake, v.exactHandshake()
	if !h.Named && s.Welcomed() {
		v.ReportAs(exact, []uint64{s.WelcomeSeq}, "the welcome names %s not in full: %s", s.User.Label, quote(s.User.Told))
	}
	proof := v.Here(s.WelcomeSeq, h.ResponseSeq)
	switch {
	case h.ResponseSeq == 0:
		v.ReportAs(exact, proof, "no handshake_response %s after the welcome", v.Now-s.WelcomeAt)
	case h.Thread == "":
		v.ReportAs(true, proof, "handshake_response names no thread_id") // a failure of the handshake on any target
	case h.late(s) && h.AckSeq == 0:
		v.ReportAs(exact, proof, "handshake_response came %s after the welcome, when the client had gone on without it", h.ResponseAt-s.WelcomeAt)
	}
}

// late tells whether handshake_response came when a client no longer waits for it.
func (h *Handshake) late(s *Session) bool {
	return s.Welcomed() && h.ResponseAt-s.WelcomeAt > handshakeWindow
}

// hears tells whether the session is due the run's events. In October that depends on its thread, and on whether
// it processed when the prompt was sent (websocket.md 2.5, 7).
func (s *Session) hears(run *Run) bool {
	h := &s.Handshake
	switch {
	case h.Thread == "":
		return true
	case h.Thread != run.route():
		return false
	}
	return s == run.Session || h.AckSeq != 0 && run.SentAt >= h.AckAt+processingAfter
}

// route is the thread that an October target routes the run's events by.
func (r *Run) route() string { return first(r.Thread, r.Session.Handshake.Thread) }
