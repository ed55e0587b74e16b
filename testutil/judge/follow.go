package judge

import (
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func (v *View) receive() {
	s, e := v.Session, v.Event
	v.sift(v.Record.Frame, s.User)
	v.greet()
	if e == nil {
		return
	}
	if len(s.asked) > 0 {
		v.reply()
	}
	if !IsRunEvent(e.Type) {
		v.shake()
		v.replied()
		return
	}
	if v.Answered != nil {
		v.Run = nil // it is about that message
		return
	}
	if v.Run == nil || v.Run.User != s.User {
		v.ran()
		return
	}
	if v.Stream = v.Run.Stream(s); v.Stream == nil {
		v.Stream = v.stream(v.Run, s)
	}
	v.follow()
}

// replied notes a reply that came in place of events to the prompt that the session sent last.
func (v *View) replied() {
	e, s := v.Event, v.Session
	if len(s.runs) == 0 || v.Answered != nil || !isStandIn(e) {
		return
	}
	run := s.runs[len(s.runs)-1]
	if run.Outcome == wire.Open && run.Instead.Seq == 0 {
		run.Instead = Reply{v.Record.Seq, v.word(e.WireType)}
	}
}

// isStandIn tells whether a frame is one of those that look like an answer to a prompt and are none:
// an acknowledgement, or an echo of a mode that runs no agent (websocket.md 2.1, 4.3).
func isStandIn(e *wire.Event) bool {
	echo := strings.HasSuffix(e.WireType, "_response") && e.Type != wire.HandshakeResponse
	return e.Type == wire.Ack || strings.HasSuffix(e.WireType, "_acknowledged") || echo
}

// follow takes an event into its stream.
func (v *View) follow() {
	e, st, step := v.Event, v.Stream, &v.Step
	step.Repeat, step.Retry, step.Reused = st.seen.note(e)
	if step.Repeat {
		return
	}
	step.First = st.Events == 0
	step.Gap, step.Before = v.Now-st.LastAt, st.LastSeq
	if step.First {
		step.Gap, step.Before = v.Now-v.Run.SentAt, v.Run.SentSeq
		st.FirstAt, st.FirstSeq, st.First = v.Now, v.Record.Seq, v.word(e.Type)
	}
	st.Events++
	st.LastAt, st.LastSeq = v.Now, v.Record.Seq
	st.Seen |= five(e.Type)
	if e.Type == wire.AgentThinking {
		st.Thoughts++
	}
	v.Deviations = v.deviations()
	v.identify()
	v.clock()
	v.agents()
	v.tools()
	v.track()
}

func (v *View) identify() {
	e, st := v.Event, v.Stream
	if st.WireRun == "" && e.RunID != "" {
		st.WireRun = strings.Clone(e.RunID)
		st.ownRun = v.Run.ownAsked && e.RunID == v.Run.Asked
	}
	if st.ThreadID == "" && e.ThreadID != "" {
		st.ThreadID = strings.Clone(e.ThreadID)
		st.ownThread = v.Run.ownThread && e.ThreadID == v.Run.Thread
	}
	if st.Variant == "" {
		st.Variant = e.Variant
	}
}

// clock notes timestamps that go back. Runs that overlap in a session have clocks of their own.
func (v *View) clock() {
	e, st := v.Event, v.Stream
	if e.Time.IsZero() {
		return
	}
	if back := st.clock.Sub(e.Time); back > 0 {
		v.Step.Backwards = back
		return
	}
	st.clock = e.Time
}

// track feeds the state machine of the run's end.
func (v *View) track() {
	e, st, step := v.Event, v.Stream, &v.Step
	ended, failing, claims := st.Track.Ended(), st.failing, st.Track.Outcomes()
	if st.Whole || e.Type != wire.AgentStarted && v.isRoot(e.Agent) {
		st.Track.Observe(e) // whoever came late cannot tell the root by its start
	}
	step.Again = st.Whole && st.Track.Outcomes() > max(1, claims)
	switch {
	case isError(e.Type):
		st.failing = st.failing || v.isRoot(e.Agent)
		st.Errors++
		if e.Type == wire.Error {
			st.Direct++
		}
		st.Error, st.ErrorSeq = strings.Clone(bounded(e.Text)), v.Record.Seq
	case e.Type == wire.AgentCompleted && v.isRoot(e.Agent) && (e.Text != "" || st.AnswerSeq == 0):
		st.Answer, st.AnswerSeq = e.Text, v.Record.Seq
	}
	step.Late = ended && !v.isBridge() || failing && e.Type != wire.AgentCompleted && !isError(e.Type)
	if step.Late {
		st.Extra++
	}
	if !ended && st.Track.Ended() {
		step.Concludes = true
		v.conclude(st, v.Now, v.Record.Seq)
	}
}

// conclude notes that the run ended as far as the stream's session can see.
func (v *View) conclude(st *Stream, at time.Duration, seq uint64) {
	st.Outcome, st.EndAt, st.EndSeq = st.Track.Outcome(), at, seq
	if run := st.Run; run.Ended == nil {
		run.Outcome, run.Ended = st.Outcome, st
	}
}

// reduce drops what is not needed once the rules have heard the outcome, and until then keeps the
// answer in memory of its own.
func (s *Stream) reduce() {
	if s.Outcome == wire.Open {
		s.Answer = strings.Clone(s.Answer)
		return
	}
	s.Answer = ""
}

// isRoot tells whether the agent is the run's root, as the stream knows it or else the run's own session.
func (v *View) isRoot(agent string) bool {
	root := first(v.Stream.Track.Root(), v.Run.streams[0].Track.Root())
	return agent == "" || root == "" || agent == root || strings.EqualFold(agent, root)
}

// isBridge tells whether the event may be one of the extra pair named "supervisor" that the agent
// bridge adds (websocket.md 5.4). That the pair is one, and whole, is seen when the run is over.
func (v *View) isBridge() bool {
	e := v.Event
	return (e.Type == wire.AgentStarted || e.Type == wire.AgentCompleted) && e.Agent == "supervisor"
}
