package judge

import (
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var outcomeRules = []Rule{
	{
		ID: "lifecycle/one-outcome", Hard: true, Source: "websocket.md 5.4, 5.5",
		Says:  "A run ends once, by its root's completion or its error, and nothing of it comes afterwards but the bridge's extra pair.",
		Hooks: Hooks{Event: afterOutcome},
	},
	{
		ID: "lifecycle/silence", Hard: true, Source: "websocket.md 2.3",
		Says:  "A prompt is followed by events. In October silence about another user's thread is advice, unless the target declares its shape.",
		Hooks: unfinished(silence),
	},
	{
		ID: "lifecycle/acknowledged-only", Hard: true, Source: "websocket.md 4.1, 2.3",
		Says:  "An acknowledgement or an echo is no answer: events follow.",
		Hooks: unfinished(acknowledged),
	},
	{
		ID: "lifecycle/no-outcome", Hard: true, Source: "websocket.md 5.5, V3",
		Says:  "A run that has begun ends, with a completion or an error.",
		Hooks: unfinished(noOutcome),
	},
	{
		ID: "lifecycle/abandoned", Hard: true, Source: "DESIGN.md, Drive",
		Says:  "A story waits for the outcome of its runs before it closes their session, unless it means to leave or was stopped.",
		Hooks: Hooks{RunEnd: abandoned},
	},
	{
		ID: "lifecycle/failed", Hard: true, Source: "websocket.md V3",
		Says:  "A run that can succeed does: no error event, and no completion with success:false. That a claimed id is refused, and not ignored, is advice, unless the target declares its shape.",
		Hooks: Hooks{Event: failed},
	},
	{
		ID: "lifecycle/fails-once", Hard: true, Source: "issue #3, Doors that must stay shut; websocket.md 2.4",
		Says:  "A run that cannot succeed ends in exactly one error event. That another user's thread is ignored, and not refused, is advice, unless the target declares its shape.",
		Hooks: Hooks{Event: failsTwice, Outcome: failsOnce},
	},
	{
		ID: "lifecycle/unasked-error", Hard: true, Source: "websocket.md V3, 4.4",
		Says:  "A welcomed session hears an error only about what it did wrong.",
		Hooks: Hooks{Frame: unaskedError},
	},
}

func afterOutcome(v *View) {
	st := v.Stream
	switch {
	case v.Step.Late && st.Outcome == wire.Open:
		v.Report(v.Here(st.ErrorSeq), "%s of agent %s came after the run's error", v.Event.Type, quote(v.Event.Agent))
	case v.Step.Late:
		v.Report(v.Here(st.EndSeq), "%s of agent %s came %s after the run had ended", v.Event.Type, quote(v.Event.Agent), v.Now-st.EndAt)
	case v.Step.Again:
		v.Report(v.Here(st.ErrorSeq, st.AnswerSeq), "the run claims %d outcomes", st.Track.Outcomes())
	}
}

// A want is how a run without an outcome looks.
type want int

const (
	silence want = iota
	acknowledged
	noOutcome
)

// unfinished makes the hooks of the rules on runs without an outcome: they speak when the story gives
// up waiting, or else when nothing can come any more. Each such run breaks exactly one of them.
func unfinished(kind want) Hooks {
	say := func(v *View, why string) {
		if v.Run.looks() == kind {
			reportUnfinished(v, why)
		}
	}
	return Hooks{
		Note: func(v *View) {
			if run := v.Run; run != nil && run.GaveUp.Seq == v.Record.Seq && !run.ended() && !run.Restarted {
				v.look(run.streams[0])
				say(v, "the story gave up: "+quote(run.GaveUp.Text))
			}
		},
		RunEnd: func(v *View) {
			if run := v.Run; !run.ended() && run.GaveUp.Seq == 0 && !run.Abandoned() && !run.Restarted {
				say(v, run.Session.ending())
			}
		},
	}
}

func (r *Run) looks() want {
	switch st := r.streams[0]; {
	case st.Events > 0:
		return noOutcome
	case r.Instead.Seq != 0:
		return acknowledged
	}
	return silence
}

func reportUnfinished(v *View, why string) {
	run, st := v.Run, v.Stream
	proof := []uint64{run.SentSeq, run.Instead.Seq, st.FirstSeq, st.LastSeq, run.GaveUp.Seq, run.Session.CloseSeq}
	after := v.Now - run.SentAt
	switch run.looks() {
	case silence:
		v.ReportAs(!v.unrouted(run) || v.Declared(), proof, "not one event %s after the prompt; %s", after, why)
	case acknowledged:
		v.Report(proof, "%s after the prompt only %s, and no event; %s", after, quote(run.Instead.Type), why)
	default:
		// That a run goes on when its session is left is the reference's own promise.
		v.ReportAs(!run.left() || v.Declared(), proof, "%d events, from %s on, and no outcome %s after the prompt, %s after the last event; %s",
			st.Events, st.First, after, v.Now-st.LastAt, why)
	}
}

// unrouted tells whether the run asks on another user's thread in October, where a session hears only what is
// on the thread of its handshake (websocket.md 7).
func (v *View) unrouted(run *Run) bool {
	return run.Spoofs() && run.ExpectsFailure() && v.isOctober(run.Session)
}

// abandoned is hard: what a run that nobody waits for would have shown, a green story has not seen.
func abandoned(v *View) {
	run := v.Run
	if !run.Abandoned() || run.GaveUp.Seq != 0 || run.Intent.Abandon || run.Restarted {
		return
	}
	stopped := v.Stopped.Seq != 0 && v.Stopped.Seq < run.Session.CloseSeq
	if !stopped {
		v.Report([]uint64{run.SentSeq, run.Session.CloseSeq}, "the story closed the session while the run was open")
	}
}

func failed(v *View) {
	e := v.Event
	unsuccessful := e.Type == wire.AgentCompleted && e.Success == wire.False && v.Stream.Errors == 0
	if v.Run.ExpectsFailure() || v.Run.Restarted || !isError(e.Type) && !unsuccessful {
		return
	}
	proof := v.Here(v.Run.SentSeq)
	switch {
	case v.Run.Spoofs():
		v.ReportAs(v.Declared(), proof, "%s of agent %s refuses a run that would do without the claim (%s): %s %s",
			e.Type, quote(e.Agent), v.Run.Intent.Why, quote(e.ErrorCode), quote(e.Text))
	case v.Run.Intent.Expect == history.Tolerated:
		v.ReportAs(v.Declared(), proof, "%s of agent %s refuses the run (%s): %s %s", e.Type, quote(e.Agent), v.Run.Intent.Why, quote(e.ErrorCode), quote(e.Text))
	case v.Run.left():
		v.ReportAs(v.Declared(), proof, "%s of agent %s after the story had left the run: %s %s", e.Type, quote(e.Agent), quote(e.ErrorCode), quote(e.Text))
	case isError(e.Type):
		v.Report(proof, "%s of agent %s: %s %s", e.Type, quote(e.Agent), quote(e.ErrorCode), quote(e.Text))
	case v.isRoot(e.Agent):
		v.Report(proof, "agent %s completed with success:false: %s", quote(e.Agent), quote(e.Text))
	default:
		v.ReportAs(false, proof, "nested agent %s completed with success:false: %s", quote(e.Agent), quote(e.Text))
	}
}

// left tells whether the story left the run on purpose, and its session is gone. The reference does not say
// that a run goes on then.
func (r *Run) left() bool { return r.Intent.Abandon && r.Session.Closed != nil }

func failsTwice(v *View) {
	if v.Run.ExpectsFailure() && isError(v.Event.Type) && v.Stream.Errors > 1 {
		v.Report(v.Here(v.Run.SentSeq), "error event %d of a run that fails (%s): %s", v.Stream.Errors, v.Run.Intent.Why, quote(v.Event.Text))
	}
}

func failsOnce(v *View) {
	st := v.Stream
	if !v.Run.ExpectsFailure() {
		return
	}
	proof := []uint64{v.Run.SentSeq, st.EndSeq}
	switch {
	case st.Outcome == wire.Completed:
		v.ReportAs(!v.Run.Spoofs() || v.Declared(), proof, "the run succeeded although it cannot (%s)", v.Run.Intent.Why)
	case st.Errors == 0 && st.Whole:
		v.Report(proof, "the run failed (%s) without an error event", v.Run.Intent.Why)
	}
}

func unaskedError(v *View) {
	s, e := v.Session, v.Event
	if e == nil || v.Stream != nil || !isError(e.Type) || !s.Welcomed() || s.WelcomeSeq == v.Record.Seq || v.Answered != nil {
		return
	}
	v.Report(v.Here(s.WelcomeSeq), "%s about no run: %s %s", e.Type, quote(e.ErrorCode), quote(e.Text))
}
