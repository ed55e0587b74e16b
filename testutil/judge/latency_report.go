package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// reportRules are advice: limits above which section 8 of the WebSocket reference asks for a report,
// and phases that come near their budget.
var reportRules = []Rule{
	{
		ID: "latency/report", Source: "websocket.md 8, Timing",
		Says:  "Phases stay below the limits above which a report is due; targets that declare shape september below the strict ones.",
		Hooks: Hooks{Frame: reportFrame, Reply: reportReply, Event: reportEvent, Outcome: reportOutcome},
	},
	{
		ID: "latency/margin", Source: "DESIGN.md, The rules",
		Says:  "No phase of a story comes within a fifth of its budget.",
		State: margin,
	},
}

// limits are the columns of the table; 0 is none.
type limits struct {
	started, thinking, gap, toTool, tool, run, connect, reply time.Duration
}

var (
	reportAbove = limits{started: 10 * time.Second, gap: 30 * time.Second, tool: time.Minute, run: time.Minute, connect: 15 * time.Second}
	strict      = limits{
		started: 2 * time.Second, thinking: 3 * time.Second, gap: 15 * time.Second, toTool: 5 * time.Second,
		tool: 30 * time.Second, run: 30 * time.Second, connect: 15 * time.Second, reply: time.Second,
	}
)

func (v *View) limits() *limits {
	if v.shape == wire.ShapeSeptember {
		return &strict
	}
	return &reportAbove
}

func exceeds(v *View, phase string, took, limit time.Duration, from uint64) {
	if over(took, limit) {
		v.Report(v.Here(from), "%s took %s, a report is due above %s", phase, took, limit)
	}
}

func reportFrame(v *View) {
	if s := v.Session; s.WelcomeSeq == v.Record.Seq {
		exceeds(v, "dial to welcome", s.WelcomeAt-s.DialAt, v.limits().connect, s.DialSeq)
	}
}

func reportReply(v *View) {
	if a := v.Answered; !a.Provoked() {
		exceeds(v, "the reply to a "+a.Type, v.Now-a.At, v.limits().reply, a.Seq)
	}
}

func reportEvent(v *View) {
	st, l := v.Stream, v.limits()
	if !st.Whole {
		return
	}
	since := v.Now - v.Run.SentAt
	switch t := v.Event.Type; {
	case v.Step.First:
		exceeds(v, "prompt to first event", since, l.started, v.Run.SentSeq)
	case t == wire.AgentThinking && st.Thoughts == 1:
		exceeds(v, "prompt to first thought", since, l.thinking, v.Run.SentSeq)
	case t == wire.ToolExecuting && st.Executing == 1 && st.Thoughts > 0:
		exceeds(v, "thinking to tool", v.Step.Gap, l.toTool, v.Step.Before)
	case t == wire.ToolCompleted:
		exceeds(v, "a tool", v.Step.Gap, l.tool, v.Step.Before)
	case v.isGap():
		exceeds(v, "silence within the run", v.Step.Gap, l.gap, v.Step.Before)
	}
}

func reportOutcome(v *View) {
	if st := v.Stream; st.Session == v.Run.Session {
		exceeds(v, "the run", st.EndAt-v.Run.SentAt, v.limits().run, v.Run.SentSeq)
	}
}

// A spread is the little that is kept of a distribution.
type spread struct {
	n        int
	sum, max time.Duration
	seq      uint64
}

func (s *spread) add(v *View, took time.Duration) {
	s.n++
	s.sum += took
	if took >= s.max {
		s.max, s.seq = took, v.Record.Seq
	}
}

// near reports a phase whose slowest took more than four fifths of its budget; over it, the budget's
// own rule speaks.
func (s *spread) near(v *View, phase string, budget time.Duration) {
	if budget > 0 && s.max > budget/5*4 && s.max <= budget {
		v.Report([]uint64{s.seq}, "the slowest of %d times from %s took %s of a budget of %s, the mean is %s",
			s.n, phase, s.max, budget, s.sum/time.Duration(s.n))
	}
}

func margin() Hooks {
	var connect, firstEvent, gap, answer, http, execution spread
	return Hooks{
		Frame: func(v *View) {
			if s := v.Session; s.WelcomeSeq == v.Record.Seq {
				connect.add(v, s.WelcomeAt-s.DialAt)
			}
		},
		Event: func(v *View) {
			switch step := v.Step; {
			case step.First && v.Stream.Whole:
				firstEvent.add(v, step.Gap)
			case v.isGap():
				gap.add(v, step.Gap)
			}
		},
		Outcome: func(v *View) {
			if st := v.Stream; v.Record != nil && st.Session == v.Run.Session {
				answer.add(v, st.EndAt-v.Run.SentAt)
			}
		},
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if isExecution(x) {
				execution.add(v, x.Took)
				return
			}
			http.add(v, x.Took)
		},
		End: func(v *View) {
			b := v.Header.Budgets
			connect.near(v, "dial to welcome", b.Connect)
			firstEvent.near(v, "prompt to first event", b.FirstEvent)
			gap.near(v, "event to event", b.Gap)
			answer.near(v, "prompt to outcome", b.Answer)
			http.near(v, "request to whole answer", b.HTTP)
			execution.near(v, "execution to whole answer", v.httpBudget(&history.Exchange{Purpose: history.PurposeExecute}))
		},
	}
}
