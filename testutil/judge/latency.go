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
		Says:  "A ping is answered within the reply budget.",
		Hooks: Hooks{Frame: replyTime, Note: noReply, SessionEnd: noReply},
	},
	{
		ID: "latency/http", Hard: true, Source: "http.md 1, Time limits",
		Says:  "An exchange is complete within the HTTP budget; an execution, whose answer is an agent's, within the answer budget if that is longer.",
		Hooks: Hooks{Exchange: httpTime},
	},
}

// over tells whether something took longer than its budget.
func over(took, budget time.Duration) bool { return budget > 0 && took > budget }

func connectTime(v *View) {
	s, budget := v.Session, v.Header.Budgets.Connect
	if took := s.WelcomeAt - s.DialAt; s.WelcomeSeq == v.Record.Seq && over(took, budget) {
		v.Report(v.Here(s.DialSeq), "the welcome came %s after the dial, budget %s", took, budget)
	}
}

func firstEventTime(v *View) {
	if step, budget := v.Step, v.Header.Budgets.FirstEvent; step.First && v.Stream.Whole && over(step.Gap, budget) {
		v.Report(v.Here(step.Before), "the first event came %s after the prompt, budget %s", step.Gap, budget)
	}
}

func gapTime(v *View) {
	if step, budget := v.Step, v.Header.Budgets.Gap; !step.First && !step.Late && over(step.Gap, budget) {
		v.Report(v.Here(step.Before), "%s before %s, budget %s", step.Gap, v.Event.Type, budget)
	}
}

func answerTime(v *View) {
	st, budget := v.Stream, v.Header.Budgets.Answer
	if took := st.EndAt - v.Run.SentAt; st.Session == v.Run.Session && over(took, budget) {
		v.Report([]uint64{v.Run.SentSeq, st.EndSeq}, "the outcome came %s after the prompt, budget %s", took, budget)
	}
}

func replyTime(v *View) {
	budget := v.Header.Budgets.Reply
	if v.Event != nil && v.Event.Type == wire.Pong && v.Step.Before != 0 && over(v.Step.Gap, budget) {
		v.Report(v.Here(v.Step.Before), "the reply to a ping came after %s, budget %s", v.Step.Gap, budget)
	}
}

// noReply reports a ping that was given up, or that had its time before the session ended.
func noReply(v *View) {
	s := v.Session
	if s == nil || s.Ping.Seq == 0 {
		return
	}
	gaveUp := v.Record != nil && v.Record.Note != nil && v.Record.Note.Topic == history.TopicGaveUp && v.Run == nil
	if waited := v.Now - s.Ping.At; gaveUp || over(waited, v.Header.Budgets.Reply) && (v.Record == nil || v.Record.Kind == history.Close) {
		v.Report(v.Here(s.Ping.Seq), "no reply to a ping in %s", waited)
		s.Ping = Ping{}
	}
}

// httpBudget is what an exchange may take. An execution over REST is a whole run (http.md 5.4).
func (v *View) httpBudget(x *history.Exchange) time.Duration {
	b := v.Header.Budgets
	switch {
	case x.Purpose != history.PurposeExecute:
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
