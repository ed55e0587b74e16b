package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

// undeclared tells a trial's story to a target that declares no shape.
func undeclared(tell func(*story)) func(*story) {
	return func(s *story) { tell(s.auto()) }
}

var (
	nestedToolName = prompted(func(j *job) { j.started().thinking().executing(del("tool_name")).executed().completed() })
	nestedResults  = prompted(func(j *job) { j.started().thinking().executing().executed(del("results")).completed() })
	emptyThought   = prompted(func(j *job) {
		j.started().thinking(set("thought", ""), set("reasoning", ""), del("payload.thought", "data.reasoning")).executing().executed().completed()
	})
	reasoning = prompted(func(j *job) { j.started().thinking(set("type", "reasoning")).executing().executed().completed() })
	noAgent   = prompted(func(j *job) {
		j.started().thinking(del("agent_name", "payload.agent_name", "data.agent")).executing().executed().completed()
	})
	again = prompted(func(j *job) {
		j.started()
		j.raw(j.records[len(j.records)-1].Frame, j.label)
		j.thinking().executing().executed().completed()
	})
)

// countedAnew is two runs with the same event_ids.
func countedAnew(s *story) {
	c := s.user().connect()
	for range 2 {
		j := c.ask()
		j.started(set("event_id", "evt_1")).thinking(set("event_id", "evt_2")).executing(set("event_id", "evt_3"))
		j.executed(set("event_id", "evt_4")).completed(set("event_id", "evt_5"))
	}
	c.shut()
}

var eventTrials = []trial{
	{name: "no tool events", hard: []string{"events/all-five"}, about: "no tool_executing, no tool_completed",
		tell: prompted(func(j *job) { j.started().thinking().completed() })},
	{name: "no thinking", hard: []string{"events/all-five"}, tell: prompted(func(j *job) { j.started().executing().executed().completed() })},
	{name: "no thinking where no tool is needed, nothing declared", soft: []string{"events/all-five"}, tell: func(s *story) {
		s.auto().user().connect().ask(toolless).started().completed().shut()
	}},
	{name: "not JSON", hard: []string{"events/readable"}, tell: func(s *story) { c := s.user().connect(); c.raw(`{"type":`, ""); c.shut() }},
	{name: "not an object", hard: []string{"events/readable"}, tell: func(s *story) { c := s.user().connect(); c.raw(`[]`, ""); c.shut() }},
	{name: "binary", hard: []string{"events/readable"}, tell: func(s *story) {
		c := s.user().connect()
		r := c.raw("\x00\x01", "")
		r.Binary = true
		c.shut()
	}},
	{name: "metadata in place of an event", hard: []string{"events/all-five", "lifecycle/agent-started", "lifecycle/started", "lifecycle/started-first"}, soft: []string{"events/known-type"},
		tell: prompted(func(j *job) {
			j.recv(obj{"type": "connect", "data": obj{"connection_id": "main_06056b0b"}, "correlation_id": nil}, j.label)
			j.thinking().executing().executed().completed()
		})},
	{name: "an event_id twice", hard: []string{"events/event-id"}, tell: prompted(func(j *job) {
		same := set("event_id", "evt_x_1_1_00000001")
		j.started(same).thinking(same).executing().executed().completed()
	})},
	{name: "event_ids that are counted anew for each run", hard: []string{"events/event-id"}, about: "of run u1.s1.r1", tell: countedAnew},
	{name: "event_ids that are counted anew for each run, nothing declared", soft: []string{"events/event-id"}, tell: undeclared(countedAnew)},
	{name: "delivered again", hard: []string{"events/repeated"}, tell: again},
	{name: "delivered again, nothing declared", soft: []string{"events/repeated"}, tell: undeclared(again)},
	{name: "another thread than the conversation's", hard: []string{"events/thread"}, tell: func(s *story) {
		j := s.user().connect().ask(func(in *history.Intent) { in.Thread = "thread_chat_1_aaaaaaaa" })
		j.thread = "thread_chat_2_bbbbbbbb"
		j.whole().shut()
	}},
	{name: "another thread than the conversation's, nothing declared", soft: []string{"events/thread"}, tell: func(s *story) {
		c := s.auto().user().connect()
		first := c.ask().whole()
		again := c.ask(onThread(first.thread))
		again.thread = "thread_chat_2_bbbbbbbb"
		again.whole().shut()
	}},
	{name: "a thread that changes, nothing declared", hard: []string{"events/thread"}, tell: func(s *story) {
		j := s.auto().user().connect().ask()
		j.started().thinking(set("thread_id", "thread_chat_2_bbbbbbbb")).executing().executed().completed().shut()
	}},
	{name: "a thread that changes back, nothing declared", hard: []string{"events/thread"}, soft: []string{"events/thread"}, tell: func(s *story) {
		j := s.auto().user().connect().ask(onThread("thread_chat_1_aaaaaaaa"))
		j.started(set("thread_id", "thread_chat_2_bbbbbbbb")).thinking().executing().executed().completed().shut()
	}},
	{name: "a thread that changes", hard: []string{"events/thread"},
		tell: prompted(func(j *job) {
			j.started().thinking(set("thread_id", "thread_chat_2_bbbbbbbb")).executing().executed().completed()
		})},
	{name: "another agent than asked for", hard: []string{"events/agent"}, tell: func(s *story) {
		s.user().connect().ask(func(in *history.Intent) { in.Agent = "triage" }).by("data").whole().shut()
	}},
	{name: "the agent under its other name", tell: func(s *story) {
		s.user().connect().ask(func(in *history.Intent) { in.Agent = "data" }).by("data_agent").whole().shut()
	}},

	{name: "tool_name is nested", hard: []string{"events/tool-name"}, tell: nestedToolName},
	{name: "tool_name is nested, nothing declared", soft: []string{"events/tool-name"}, tell: undeclared(nestedToolName)},
	{name: "results are nested", hard: []string{"events/results"}, tell: nestedResults},
	{name: "results are nested, nothing declared", soft: []string{"events/results"}, tell: undeclared(nestedResults)},
	{name: "an empty thought", hard: []string{"events/thought"}, tell: emptyThought},
	{name: "an empty thought, nothing declared", soft: []string{"events/thought"}, tell: undeclared(emptyThought)},
	{name: "a thought of dashes", hard: []string{"events/thought"}, about: "no letter", tell: prompted(func(j *job) {
		dashes := "- - - - - -"
		j.started().thinking(set("thought", dashes), set("reasoning", dashes), set("payload.thought", dashes), set("data.reasoning", dashes)).executing().executed().completed()
	})},
	{name: "a default thought", hard: []string{"events/thought"}, tell: prompted(func(j *job) {
		const text = "Agent is processing..."
		j.started().thinking(set("thought", text), set("reasoning", text), set("payload.thought", text), set("data.reasoning", text)).executing().executed().completed()
	})},
	{name: "typed reasoning", hard: []string{"events/type"}, tell: reasoning},
	{name: "typed reasoning, nothing declared", soft: []string{"events/type"}, tell: undeclared(reasoning)},
	{name: "no agent name", hard: []string{"events/fields"}, tell: noAgent},
	{name: "no agent name, nothing declared", soft: []string{"events/fields"}, tell: undeclared(noAgent)},
}
