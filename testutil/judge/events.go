package judge

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var eventRules = []Rule{
	{
		ID: "events/all-five", Hard: true, Source: "websocket.md V9, 5.4",
		Says:  "A run that needs a tool shows all five events; every other run starts, thinks and completes.",
		Hooks: Hooks{Outcome: allFive},
	},
	{
		ID: "events/readable", Hard: true, Source: "websocket.md 1, 4.4",
		Says:  "Every frame is text that holds one JSON object.",
		Hooks: Hooks{Frame: readable},
	},
	{
		ID: "events/known-type", Source: "websocket.md 5",
		Says:  "Every frame has a documented type.",
		Hooks: Hooks{Frame: knownType},
	},
	{
		ID: "events/event-id", Hard: true, Source: "websocket.md 5.4",
		Says:  "Two events never share an event_id. That those of different runs do is advice, unless the target declares its shape.",
		State: reusedID,
	},
	{
		ID: "events/repeated", Source: "websocket.md 5.4",
		Says:  "A session hears every event once; a retry says that it is one. Hard where the target declares its shape.",
		Hooks: Hooks{Frame: repeated},
	},
	{
		ID: "events/thread", Hard: true, Source: "websocket.md 7; issue #3, Doors that must open",
		Says:  "A run stays on one thread: the one that its conversation began on. Another thread for a later run is advice, unless the target declares its shape.",
		Hooks: Hooks{Event: thread},
	},
	{
		ID: "events/agent", Source: "http.md 5.4; websocket.md 5.4",
		Says:  "The agent that was asked for takes part in the run. Hard where the target declares its shape.",
		Hooks: Hooks{Outcome: agentTakesPart},
	},
}

func allFive(v *View) {
	st := v.Stream
	if st.Outcome != wire.Completed || !st.Whole || v.Run.ExpectsFailure() {
		return
	}
	missing := st.Seen.Missing()
	if !v.Run.Intent.NeedsTool {
		missing = without(missing, wire.ToolExecuting, wire.ToolCompleted)
	}
	if len(missing) == 0 {
		return
	}
	hard := v.Run.Intent.NeedsTool || v.Declared()
	v.ReportAs(hard, []uint64{v.Run.SentSeq, st.FirstSeq, st.EndSeq}, "%d events and no %s", st.Events, strings.Join(missing, ", no "))
}

func without(list []string, unwanted ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(unwanted, s) })
}

func readable(v *View) {
	r := v.Record
	switch {
	case r.Binary:
		v.Report(v.Here(), "a binary frame of %d bytes", len(r.Frame))
	case v.Event == nil:
		v.Report(v.Here(), "a frame that is not one JSON object (%s): %s", quote(r.Unreadable), quote(r.Frame))
	}
}

func knownType(v *View) {
	if e := v.Event; e != nil && !isDocumented(e) {
		v.Report(v.Here(), "a frame of the undocumented type %s", quote(e.WireType))
	}
}

// maxFirsts bounds the runs whose first event_id is remembered.
const maxFirsts = 4096

// reusedID compares the ids within a run, and those with which runs begin: who counts anew for each run begins
// them all alike.
func reusedID() Hooks {
	type begun struct {
		run string
		seq uint64
	}
	firsts := map[uint64]begun{} // by event_id
	return Hooks{Event: func(v *View) {
		if v.Step.Reused {
			v.Report(v.Here(v.Stream.FirstSeq), "event_id %s of %s belonged to another event of the run", quote(v.Event.EventID), v.Event.Type)
		}
		if !v.Step.First || v.Event.EventID == "" {
			return
		}
		id := maphash.String(seed, v.Event.EventID)
		switch first, known := firsts[id]; {
		case known && first.run != v.Run.Label:
			v.ReportAs(v.Declared(), v.Here(first.seq), "event_id %s of %s belonged to an event of run %s", quote(v.Event.EventID), v.Event.Type, first.run)
		case !known && len(firsts) < maxFirsts:
			firsts[id] = begun{v.Run.Label, v.Record.Seq}
		}
	}}
}

func repeated(v *View) {
	if v.Stream != nil && v.Step.Repeat && !v.Step.Retry {
		v.ReportAs(v.Declared(), v.Here(v.Stream.FirstSeq), "%s %s was delivered again and does not say that it is a retry", v.Event.Type, quote(v.Event.EventID))
	}
}

// thread allows that a target maps the client's thread id to one of its own (websocket.md 7), which may be a
// new one each time: that a fact of the conversation was lost with it is for answer/figure. Within one run
// there is one thread.
func thread(v *View) {
	e, want := v.Event, v.Run.Intent.Thread
	switch {
	case e.ThreadID == "":
	case e.ThreadID != v.Stream.ThreadID:
		v.Report(v.Here(v.Stream.FirstSeq), "the run moved from thread %s to %s", quote(v.Stream.ThreadID), quote(e.ThreadID))
	case want != "" && e.ThreadID != want:
		v.ReportAs(v.Declared(), v.Here(v.Run.SentSeq), "%s is on thread %s, the conversation is on %s", e.Type, quote(e.ThreadID), quote(want))
	}
}

func agentTakesPart(v *View) {
	want, agents := v.Run.Intent.Agent, v.Stream.Agents
	if want == "" || !v.Stream.Whole || v.Stream.Outcome != wire.Completed || v.Run.ExpectsFailure() {
		return
	}
	takesPart := func(a Agent) bool { return a.Name == "" || sameAgent(a.Name, want) } // a shape without names says nothing
	if len(agents) > 0 && !slices.ContainsFunc(agents, takesPart) {
		var seen []string
		for _, a := range agents {
			seen = append(seen, quote(a.Name))
		}
		v.ReportAs(v.Declared(), []uint64{v.Run.SentSeq, v.Stream.FirstSeq}, "agent %s was asked, %s took part", quote(want), strings.Join(seen, ", "))
	}
}

// sameAgent compares agent names as the platform writes them: "data", "data_agent", "DataAgent".
func sameAgent(a, b string) bool { return strings.EqualFold(a, b) || plainAgent(a) == plainAgent(b) }

func plainAgent(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	return strings.TrimSuffix(name, "agent")
}
