package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// latencyRules compare what took its time with the budgets that the history's header names. A budget
// of zero is none. Waiting for the suite's own limiter lies before the records.
var latencyRules = []Rule{
	{
		ID: "latency/connect", Hard: true, Source: "deployment.md 7, P1; issue #891",
		Says:  "From dial to welcome is within the connect budget.",
		Hooks: Hooks{Frame: connectTime},
	},
	{
		ID: "latency/first-event", Hard: true, Source: "websocket.md 8, Timing",
		Says:  "From prompt to first event is within the first-event budget.",
		Hooks: Hooks{Event: firstEventTime},
	},
	{
		ID: "latency/gap", Hard: true, Source: "websocket.md 8, Timing",
		Says:  "Between two events of a run is no more than the gap budget.",
		Hooks: Hooks{Event: gapTime},
	},
	{
		ID: "latency/answer", Hard: true, Source: "deployment.md 7, P2; issue #891",
		Says:  "From prompt to outcome is within the answer budget.",
		Hooks: Hooks{Outcome: answerTime},
	},
	{
		ID: "latency/reply", Hard: true, Source: "websocket.md 4.3; 8, Timing",
		Says:  "A ping, heartbeat, connect, disconnect and typing message is answered with its documented reply within the reply budget; an ack is none.",
		Hooks: Hooks{Reply: replyTime, Note: noReply, SessionEnd: noReplyAtEnd},
	},
	{
		ID: "latency/heartbeat", Source: "websocket.md 6; issue #3, Sessions over time",
		Says:  "A session that the story leaves idle hears a heartbeat or a ping within the idle budget. Hard where the target declares its shape.",
		Hooks: Hooks{Note: noHeartbeat},
	},
	{
		ID: "latency/http", Hard: true, Source: "http.md 1, Time limits",
		Says:  "An exchange is complete within the HTTP budget; an execution or a stream, whose answer is an agent's, within the answer budget if that is longer.",
		Hooks: Hooks{Exchange: httpTime},
	},
	{
		ID: "latency/stream", Hard: true, Source: "issue #3, REST agents; websocket.md 8, Timing",
		Says:  "The first event of a stream comes within the first-event budget, and every other within the gap budget.",
		Hooks: Hooks{Exchange: feedTime},
	},
}

// over tells whether something took longer than its budget.
func over(took, budget time.Duration) bool { return budget > 0 && took > budget }

// connectTime judges the welcome, and in October its second frame (websocket.md 2.5).
func connectTime(v *View) {
	s, budget := v.Session, v.Header.Budgets.Connect
	switch took := v.Now - s.DialAt; {
	case !over(took, budget): // as at nearly every frame, until the session is old
	case s.WelcomeSeq == v.Record.Seq:
		v.Report(v.Here(s.DialSeq), "the welcome came %s after the dial, budget %s", took, budget)
	case s.Handshake.ResponseSeq == v.Record.Seq && s.Welcomed() && !over(s.WelcomeAt-s.DialAt, budget):
		v.Report(v.Here(s.DialSeq), "handshake_response came %s after the dial, budget %s", took, budget)
	}
}

func firstEventTime(v *View) {
	if step, budget := v.Step, v.Header.Budgets.FirstEvent; step.First && v.Stream.Whole && over(step.Gap, budget) {
		v.Report(v.Here(step.Before), "the first event came %s after the prompt, budget %s", step.Gap, budget)
	}
}

func gapTime(v *View) {
	if step, budget := v.Step, v.Header.Budgets.Gap; over(step.Gap, budget) && v.isGap() {
		v.Report(v.Here(step.Before), "%s before %s, budget %s", step.Gap, v.Event.Type, budget)
	}
}

// isGap tells whether the event at hand ends a silence within its run. The error that the story
// provoked is due within the answer budget only: an agent that stalls is silent until its time is up.
func (v *View) isGap() bool {
	return !v.Step.First && !v.Step.Late && !(v.Run.ExpectsFailure() && isError(v.Event.Type))
}

func answerTime(v *View) {
	st, budget := v.Stream, v.Header.Budgets.Answer
	if took := st.EndAt - v.Run.SentAt; st.Session == v.Run.Session && over(took, budget) {
		v.Report([]uint64{v.Run.SentSeq, st.EndSeq}, "the outcome came %s after the prompt, budget %s", took, budget)
	}
}

// replyTime judges a direct reply. An ack in its place says that the target does not know the message.
func replyTime(v *View) {
	a := v.Answered
	took, budget := v.Now-a.At, v.Header.Budgets.Reply
	switch {
	case a.Provoked(): // handshake/provoked
	case v.Event.Type == wire.Ack:
		v.Report(v.Here(a.Seq), "a %s was answered by an ack, as a message of a type that the target does not know", a.Type)
	case a.GaveUp == 0 && over(took, budget):
		v.Report(v.Here(a.Seq), "the reply to a %s came after %s, budget %s", a.Type, took, budget)
	}
}

// noReply reports a message whose reply the story gave up.
func noReply(v *View) {
	if v.Missed != nil {
		unreplied(v, v.Missed)
	}
}

// noReplyAtEnd reports those that had the time of a reply before the session ended.
func noReplyAtEnd(v *View) { v.unanswered(func(a *Asked) { unreplied(v, a) }) }

func unreplied(v *View, a *Asked) {
	if !a.Provoked() {
		v.Report(v.Here(a.Seq), "no reply to a %s in %s", a.Type, v.Now-a.At)
	}
}

// noHeartbeat is hard only for a declared target: the loop that sends heartbeats does not run everywhere
// (websocket.md 6).
func noHeartbeat(v *View) {
	if s := v.Session; v.Unheard {
		v.ReportAs(v.Declared(), v.Here(s.SentSeq, s.LastSeq), "an idle session heard neither heartbeat nor ping in %s, budget %s",
			v.Now-max(s.SentAt, s.WelcomeAt), v.Header.Budgets.Idle)
	}
}

// feedTime judges a stream of server-sent events by the budgets of a run. One that broke is infra's.
func feedTime(v *View) {
	x, b := v.Record.Exchange, v.Header.Budgets
	if x.Stream == nil || x.Broken != nil {
		return
	}
	if took := x.Stream.First; over(took, b.FirstEvent) {
		v.Report(v.Here(), "the first event of %s came after %s, budget %s", what(x), took, b.FirstEvent)
	}
	if gap := x.Stream.Gap; over(gap, b.Gap) {
		v.Report(v.Here(), "%s was silent for %s between two of its %d events, budget %s", what(x), gap, x.Stream.Events, b.Gap)
	}
}

// httpBudget is what an exchange may take. An execution or a stream over REST is a whole run (http.md 5.4).
func (v *View) httpBudget(x *history.Exchange) time.Duration {
	b := v.Header.Budgets
	switch {
	case !isExecution(x):
		return b.HTTP
	case b.HTTP == 0 || b.Answer == 0:
		return 0
	}
	return max(b.HTTP, b.Answer)
}

func httpTime(v *View) {
	x := v.Record.Exchange
	if budget := v.httpBudget(x); x.Broken == nil && over(x.Took, budget) {
		v.Report(v.Here(), "%s took %s, budget %s", what(x), x.Took, budget)
	}
}
