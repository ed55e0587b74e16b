package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var orderRules = []Rule{
	{
		ID: "lifecycle/started", Hard: true, Source: "websocket.md V2",
		Says:  "No run completes that did not start.",
		Hooks: Hooks{Event: unstarted},
	},
	{
		ID: "lifecycle/started-first", Source: "websocket.md V10",
		Says:  "The first event of a run is agent_started; a run that fails may begin with its error. Hard where the target declares its shape.",
		Hooks: Hooks{Event: startedFirst},
	},
	{
		ID: "lifecycle/thinking-first", Source: "websocket.md V11",
		Says:  "A run that shows its thinking thinks before it uses a tool. Hard where the target declares its shape.",
		Hooks: Hooks{Event: thinkingFirst},
	},
	{
		ID: "lifecycle/tools-paired", Hard: true, Source: "websocket.md V4",
		Says:  "Every tool of an agent that starts completes, and none completes that did not start.",
		Hooks: Hooks{Event: toolAlone, Outcome: toolsOpen},
	},
	{
		ID: "lifecycle/agent-started", Hard: true, Source: "websocket.md 5.4",
		Says:  "No agent of a run completes more often than it started.",
		Hooks: Hooks{Event: completesUnstarted},
	},
	{
		ID: "lifecycle/agent-acts", Source: "websocket.md 5.4",
		Says:  "An agent thinks and uses tools between its start and its completion. Hard where the target declares its shape.",
		Hooks: Hooks{Event: actsUnstarted},
	},
	{
		ID: "lifecycle/agent-completes", Source: "websocket.md 5.4",
		Says:  "Every agent of a run that succeeds completes as often as it started. Hard where the target declares its shape.",
		Hooks: Hooks{RunEnd: completes},
	},
	{
		ID: "lifecycle/one-run-id", Hard: true, Source: "websocket.md V6",
		Says:  "All events of a run have one run id.",
		Hooks: Hooks{Event: oneRunID},
	},
	{
		ID: "lifecycle/clock", Source: "websocket.md V17",
		Says:  "Timestamps of a run do not decrease and lie within an hour of now.",
		Hooks: Hooks{Event: clock},
	},
}

func unstarted(v *View) {
	st := v.Stream
	if v.Event.Type == wire.AgentCompleted && st.Whole && !st.Seen.Has(wire.AgentStarted) {
		v.Report(v.Here(v.Run.SentSeq), "agent %s completed, and no agent_started came before", quote(v.Event.Agent))
	}
}

func startedFirst(v *View) {
	t := v.Event.Type
	if v.Step.First && v.Stream.Whole && t != wire.AgentStarted && !isError(t) {
		v.ReportAs(v.Declared(), v.Here(v.Run.SentSeq), "the first event of the run is %s", t)
	}
}

func thinkingFirst(v *View) {
	st := v.Stream
	if v.Event.Type == wire.AgentThinking && st.Whole && st.Thoughts == 1 && st.Executing+st.Completed > 0 {
		v.ReportAs(v.Declared(), v.Here(st.FirstSeq), "the first thought came after %d tool events", st.Executing+st.Completed)
	}
}

func toolAlone(v *View) {
	if v.Step.Alone && v.Stream.Whole {
		v.Report(v.Here(v.Stream.FirstSeq), "tool %s of agent %s completed and was not executing: %d executing, %d completed",
			quote(v.Event.Tool), quote(v.Event.Agent), v.Stream.Executing, v.Stream.Completed)
	}
}

// toolsOpen leaves runs alone that fail unasked: what failed may have taken the tool with it. One that
// fails on purpose says so of its tool, with success:false.
func toolsOpen(v *View) {
	st := v.Stream
	asked := st.Outcome == wire.Failed && v.Run.ExpectsFailure()
	if st.Outcome != wire.Completed && !asked || !st.Whole {
		return
	}
	for _, pair := range st.Tools {
		v.ReportAs(!asked || v.Declared(), []uint64{pair.Seq, st.EndSeq}, "tool %s of agent %s was still executing when the run ended", quote(pair.Tool), quote(pair.Agent))
	}
}

func completesUnstarted(v *View) {
	if e := v.Event; v.Step.Unstarted && e.Type == wire.AgentCompleted && v.Stream.Whole {
		a := v.Stream.agent(e.Agent)
		v.Report(v.Here(v.Stream.FirstSeq), "agent %s completed %d times and started %d times", quote(e.Agent), a.Completed, a.Started)
	}
}

func actsUnstarted(v *View) {
	if e := v.Event; v.Step.Unstarted && e.Type != wire.AgentCompleted && v.Stream.Whole && !v.Step.Late {
		v.ReportAs(v.Declared(), v.Here(v.Stream.FirstSeq), "%s of agent %s, which has not started or has completed", e.Type, quote(e.Agent))
	}
}

func completes(v *View) {
	for _, st := range v.Run.Streams() {
		if !st.Whole || st.Outcome != wire.Completed || st.Errors > 0 || v.leftEarly(st) {
			continue
		}
		v.look(st)
		for _, a := range st.Agents {
			if a.Completed < a.Started {
				v.ReportAs(v.Declared(), []uint64{a.Seq, st.EndSeq}, "agent %s started %d times and completed %d times", quote(a.Name), a.Started, a.Completed)
			}
		}
	}
}

// lull is the silence that ends a run of which more may come (websocket.md 5.5: 1 to 2 s).
const lull = time.Second

// leftEarly tells whether the story closed another session of the run's user while more might have come, so that
// what is missing there may have been under way. In the run's own session it waits for the lull.
func (v *View) leftEarly(st *Stream) bool {
	c := st.Session.Closed
	return st.Session != v.Run.Session && !st.Track.Ended() && c != nil && c.By == history.ByClient && st.Session.ClosedAt-st.LastAt < lull
}

func oneRunID(v *View) {
	if e, st := v.Event, v.Stream; e.RunID != "" && e.RunID != st.WireRun {
		v.Report(v.Here(st.FirstSeq), "the run has ids %s and %s", quote(st.WireRun), quote(e.RunID))
	}
}

func clock(v *View) {
	if back := v.Step.Backwards; back > 0 {
		v.Report(v.Here(v.Step.Before), "the timestamp of %s lies %s before an earlier event's", v.Event.Type, back)
	}
	if v.Event.Time.IsZero() || v.Record.Wall.IsZero() {
		return
	}
	if off := v.Event.Time.Sub(v.Record.Wall); off > time.Hour || off < -time.Hour {
		v.Report(v.Here(), "the timestamp of %s is %s from now", v.Event.Type, off.Round(time.Second))
	}
}
