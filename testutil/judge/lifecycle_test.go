package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// prompted is a story of one run that tell continues.
func prompted(tell func(*job)) func(*story) {
	return func(s *story) {
		j := s.user().connect().ask()
		tell(j)
		j.conn.shut()
	}
}

// doomed is prompted for a run that has to fail.
func doomed(tell func(*job)) func(*story) {
	return func(s *story) {
		j := s.user().connect().ask(failing)
		tell(j)
		j.conn.shut()
	}
}

var lifecycleTrials = []trial{
	{name: "no agent_started", hard: []string{"events/all-five", "lifecycle/agent-started", "lifecycle/started", "lifecycle/started-first"},
		tell: prompted(func(j *job) { j.thinking().executing().executed().completed() })},
	{name: "thinking before started", hard: []string{"lifecycle/started-first"},
		tell: prompted(func(j *job) { j.thinking().started().executing().executed().completed() })},
	{name: "thinking before started, nothing declared", soft: []string{"lifecycle/started-first"}, tell: func(s *story) {
		s.auto().user().connect().ask().thinking().started().executing().executed().completed().shut()
	}},
	{name: "a tool before the first thought", hard: []string{"lifecycle/thinking-first"},
		tell: prompted(func(j *job) { j.started().executing().thinking().executed().completed() })},

	{name: "a tool that never completes", hard: []string{"lifecycle/tools-paired"},
		tell: prompted(func(j *job) { j.started().thinking().executing().executing().executed().completed() })},
	{name: "a tool that never executed", hard: []string{"lifecycle/tools-paired"},
		tell: prompted(func(j *job) { j.started().thinking().executing().executed().executed().completed() })},
	{name: "completed before executing", hard: []string{"lifecycle/tools-paired"},
		tell: prompted(func(j *job) { j.started().thinking().executed().executing().completed() })},
	{name: "the tool of another agent completes", hard: []string{"lifecycle/agent-acts", "lifecycle/agent-started", "lifecycle/tools-paired"},
		tell: prompted(func(j *job) {
			j.started().thinking()
			j.by("data").started().executing()
			j.by("triage").executed().completedWith("Done with the step.")
			j.by("data").completedWith("Done with the step.")
			j.completed()
		})},

	{name: "a nested agent that completes without a start", hard: []string{"lifecycle/agent-started"},
		tell: prompted(func(j *job) {
			j.started().thinking().executing().executed()
			j.by("data").completedWith("Done with the step.")
			j.completed()
		})},
	{name: "a nested agent that starts after it completed", hard: []string{"lifecycle/agent-started"},
		tell: prompted(func(j *job) {
			j.started().thinking().executing().executed()
			j.by("data").completedWith("Done with the step.")
			j.by("data").started()
			j.completed()
		})},
	{name: "a nested agent that never completes", hard: []string{"lifecycle/agent-completes"},
		tell: prompted(func(j *job) {
			j.started().thinking()
			j.by("data").started().executing().executed()
			j.completed()
		})},
	{name: "a nested agent that never completes, nothing declared", soft: []string{"lifecycle/agent-completes"}, tell: func(s *story) {
		j := s.auto().user().connect().ask().started().thinking()
		j.by("data").started().executing().executed()
		j.completed().shut()
	}},
	{name: "an agent that thinks before it started", hard: []string{"lifecycle/agent-acts"},
		tell: prompted(func(j *job) {
			j.started().thinking()
			j.by("data").thinking().started().executing().executed().completedWith("Done with the step.")
			j.completed()
		})},
	{name: "an agent that thinks after it completed, nothing declared", soft: []string{"lifecycle/agent-acts"}, tell: func(s *story) {
		j := s.auto().user().connect().ask().started().thinking()
		j.by("data").started().executing().executed().completedWith("Done with the step.").thinking()
		j.completed().shut()
	}},
	{name: "half of the bridge's extra pair", hard: []string{"lifecycle/agent-completes"},
		tell: prompted(func(j *job) { j.whole().by("supervisor").started() })},
	{name: "two run ids", hard: []string{"lifecycle/one-run-id"},
		tell: prompted(func(j *job) {
			j.started().thinking(set("run_id", "run_other_1_abcdef01")).executing().executed().completed()
		})},
	{name: "a clock that goes back", soft: []string{"lifecycle/clock"},
		tell: prompted(func(j *job) {
			j.started().thinking(set("timestamp", float64(storyStart.Unix()-5))).executing().executed().completed()
		})},
	{name: "a clock of another day", soft: []string{"lifecycle/clock"}, tell: func(s *story) {
		at := func(o obj) { o["timestamp"] = o["timestamp"].(float64) + 86400 }
		s.user().connect().ask().started(at).thinking(at).executing(at).executed(at).completed(at).shut()
	}},

	{name: "completed twice", hard: []string{"lifecycle/agent-started", "lifecycle/one-outcome"}, tell: prompted(func(j *job) { j.whole().completed() })},
	{name: "thinking after the end", hard: []string{"lifecycle/one-outcome"}, tell: prompted(func(j *job) { j.whole().thinking() })},
	{name: "an error after the end", hard: []string{"lifecycle/failed", "lifecycle/one-outcome"}, tell: prompted(func(j *job) { j.whole().failed() })},
	{name: "success after the error", hard: []string{"lifecycle/one-outcome"}, tell: doomed(func(j *job) { j.started().failed().completed() })},
	{name: "thinking after the error", hard: []string{"lifecycle/one-outcome"}, tell: doomed(func(j *job) { j.started().failed().thinking() })},

	{name: "silence", hard: []string{"lifecycle/silence"}, about: "the story gave up", tell: prompted(func(j *job) { j.wait(5 * time.Second); j.gaveUp("first event") })},
	{name: "silence to the end of the history", hard: []string{"lifecycle/silence"}, tell: func(s *story) { s.user().connect().ask() }},
	{name: "an ack and silence", hard: []string{"lifecycle/acknowledged-only"}, about: `only "ack"`, tell: prompted(func(j *job) {
		j.recv(obj{"type": "ack", "received_type": "user_message", "timestamp": j.now(), "user_id": j.subject, "status": "acknowledged"}, "")
		j.gaveUp("first event")
	})},
	{name: "a place in a queue and silence", hard: []string{"lifecycle/acknowledged-only"}, about: `only "message_acknowledged"`, tell: prompted(func(j *job) {
		j.recv(obj{"type": "message_acknowledged", "status": "queued", "timestamp": j.now()}, "")
		j.gaveUp("first event")
	})},
	{name: "an echo and silence", hard: []string{"lifecycle/acknowledged-only"}, soft: []string{"events/known-type"}, tell: prompted(func(j *job) {
		j.recv(obj{"type": "factory_response", "data": obj{"message": "Processed via factory pattern: user_message"}, "timestamp": j.now()}, "")
		j.gaveUp("first event")
	})},
	{name: "an ack and an answer", tell: prompted(func(j *job) {
		j.recv(obj{"type": "ack", "received_type": "user_message", "timestamp": j.now(), "user_id": j.subject, "status": "acknowledged"}, "")
		j.whole()
	})},
	{name: "no outcome", hard: []string{"lifecycle/no-outcome"}, tell: prompted(func(j *job) { j.started().thinking().gaveUp("outcome") })},
	{name: "no outcome, closed by the target", hard: []string{"handshake/closed", "lifecycle/no-outcome"}, about: "main cleanup", tell: func(s *story) {
		s.user().connect().ask().started().ended(history.Closed{By: history.ByServer, Code: 1000, Reason: "main cleanup"})
	}},
	{name: "left by the story", hard: []string{"lifecycle/abandoned"}, tell: prompted(func(j *job) { j.started() })},
	{name: "left before its first event", hard: []string{"lifecycle/abandoned"}, tell: prompted(func(*job) {})},
	{name: "left on purpose", tell: func(s *story) {
		s.user().connect().ask(func(in *history.Intent) { in.Abandon = true }).started().shut()
	}},
	{name: "left on purpose, and closed by the target", hard: []string{"handshake/closed", "lifecycle/no-outcome"}, tell: func(s *story) {
		s.user().connect().ask(func(in *history.Intent) { in.Abandon = true }).started().ended(history.Closed{By: history.ByServer, Code: 1000})
	}},
	{name: "left by a story that stopped", hard: []string{"infra/stopped"}, tell: prompted(func(j *job) {
		j.started()
		j.story.note(history.TopicStory, "it panicked")
	})},
	{name: "left by a story that stopped later", hard: []string{"lifecycle/abandoned"}, tell: func(s *story) {
		s.user().connect().ask().started().shut()
		s.note(history.TopicStory, "archive the threads of the story: refused")
	}},

	{name: "an error", hard: []string{"lifecycle/failed"}, tell: prompted(func(j *job) { j.started().failed() })},
	{name: "an error alone", hard: []string{"lifecycle/failed"}, tell: prompted(func(j *job) { j.failed() })},
	{name: "an error message", hard: []string{"lifecycle/failed"}, about: "AGENT_REQUEST_ERROR", tell: prompted(func(j *job) {
		j.recv(obj{"type": "error_message", "error_code": "AGENT_REQUEST_ERROR", "error_message": "no router", "timestamp": j.now()}, j.label)
	})},
	{name: "success:false", hard: []string{"lifecycle/failed"}, tell: prompted(func(j *job) { j.started().thinking().executing().executed().completed(unsuccessful) })},
	{name: "a nested agent's success:false", soft: []string{"lifecycle/failed"}, tell: prompted(func(j *job) {
		j.started().thinking()
		j.by("data").started().executing().executed().completedWith("This step did not work.", unsuccessful)
		j.completed()
	})},
	{name: "a failing run succeeds", hard: []string{"lifecycle/fails-once"}, tell: doomed(func(j *job) { j.started().thinking().completedWith("It worked all the same.") })},
	{name: "a failing run fails twice", hard: []string{"lifecycle/fails-once", "lifecycle/one-outcome"}, tell: doomed(func(j *job) { j.failed().failed() })},
	{name: "a failing run without an error event", hard: []string{"lifecycle/fails-once"}, tell: doomed(func(j *job) { j.started().completed(unsuccessful) })},
	{name: "a failing run in silence", hard: []string{"lifecycle/no-outcome"}, tell: doomed(func(j *job) { j.started().gaveUp("outcome") })},

	{name: "a failing tool", tell: doomed(func(j *job) {
		j.started().thinking().executing().executed(unsuccessful, set("payload.success", false)).failed().completed(unsuccessful)
	})},
	{name: "a failing tool that stays open", hard: []string{"lifecycle/tools-paired"}, tell: doomed(func(j *job) { j.started().thinking().executing().failed() })},
	{name: "a failing tool that stays open, nothing declared", soft: []string{"lifecycle/tools-paired"},
		tell: undeclared(doomed(func(j *job) { j.started().thinking().executing().failed() }))},
	{name: "a tool that stays open as its run fails unasked", hard: []string{"lifecycle/failed"}, tell: prompted(func(j *job) { j.started().thinking().executing().failed() })},
	{name: "a failing agent that fails twice", hard: []string{"lifecycle/fails-once", "lifecycle/one-outcome"}, tell: doomed(func(j *job) {
		j.started().thinking().executing().executed(unsuccessful, set("payload.success", false)).failed().failed()
	})},
	{name: "a direct error that the other session does not hear", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		j := one.ask(failing)
		one.recv(obj{"type": "error", "message": "Access denied to thread"}, j.label)
		pong(two)
		one.shut()
		two.shut()
	}},

	{name: "a run that may be refused is refused", hard: []string{"lifecycle/failed"}, tell: func(s *story) {
		c := s.user().connect()
		c.ask(mayFail).failed()
		c.shut()
	}},
	{name: "a run that may be refused is refused, nothing declared", soft: []string{"lifecycle/failed"}, tell: undeclared(func(s *story) {
		c := s.user().connect()
		c.ask(mayFail).failed()
		c.shut()
	})},
	{name: "a run that may be refused is answered", tell: func(s *story) {
		c := s.user().connect()
		c.ask(mayFail).whole()
		c.shut()
	}},
	{name: "an error about nothing", hard: []string{"lifecycle/unasked-error"}, tell: func(s *story) {
		c := s.user().connect()
		c.recv(obj{"type": "error_message", "error_code": "INTERNAL_ERROR", "error_message": "x", "timestamp": c.now()}, "")
		c.shut()
	}},

	{name: "the other session hears nothing", hard: []string{"lifecycle/every-session"}, tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		u.sessions = []*conn{one}
		one.ask().whole()
		pong(two)
		one.shut()
		two.shut()
	}},
	{name: "the other session misses one event", hard: []string{"events/all-five", "lifecycle/every-session", "lifecycle/tools-paired"}, tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		j := one.ask().started().thinking().executing()
		u.sessions = []*conn{one}
		j.executed()
		u.sessions = []*conn{one, two}
		j.completed()
		pong(two)
		one.shut()
		two.shut()
	}, about: "heard 4"},
	{name: "the asking session hears nothing, and the story gives up", hard: []string{"lifecycle/every-session"}, tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		u.sessions = []*conn{two}
		one.ask().whole().gaveUp("the first event of the run")
		one.shut()
		two.shut()
		s.note(history.TopicStory, "no sign of the first event of the run")
	}},
	{name: "the other session left while an earlier event was read", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		a := one.ask().started().thinking().executing().executed()
		b := two.ask().started().thinking().executing().executed()
		u.sessions = []*conn{two}
		a.completed()
		late := s.records[len(s.records)-1].Frame
		b.completed()
		two.shut()
		one.raw(late, a.label)
		one.shut()
	}},
	{name: "the other session may still have been waiting", soft: []string{"lifecycle/every-session"}, tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		u.sessions = []*conn{one}
		one.ask().whole()
		two.settled().shut()
		one.shut()
	}},
	{name: "the other session hears nothing, a third has left", hard: []string{"lifecycle/every-session"}, tell: func(s *story) {
		u := s.user()
		one, two, three := u.connect(), u.connect(), u.connect()
		one.shut()
		u.sessions = []*conn{three}
		three.ask().whole()
		pong(two)
		three.shut()
		two.shut()
	}},
	{name: "the other session left with the outcome", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		u.sessions = []*conn{one}
		one.ask().whole()
		two.shut()
		one.wait(10 * time.Second)
		one.shut()
	}},
	{name: "the other session left within the bridge's extra pair", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		bridged(one.ask(), two.shut)
		one.shut()
	}},
	{name: "the other session heard half of the bridge's extra pair", hard: []string{"lifecycle/agent-completes", "lifecycle/every-session"}, tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		bridged(one.ask(), func() *conn {
			u.sessions = []*conn{one}
			return nil
		})
		s.wait(10 * time.Second)
		two.shut()
		one.shut()
	}},
	{name: "a session that came later", tell: func(s *story) {
		u := s.user()
		one := u.connect()
		j := one.ask().started()
		two := u.connect()
		j.thinking().executing().executed().completed()
		one.shut()
		two.settled().shut()
	}},
}

// bridged is a run with the bridge's extra pair, before whose last event something happens.
func bridged(j *job, before func() *conn) {
	bridge := j.by("supervisor")
	j.started()
	bridge.started()
	j.thinking().executing().executed()
	bridge.completed()
	before()
	j.completed()
}

func pong(c *conn) {
	c.send(obj{"type": "ping"}, "", nil)
	c.recv(obj{"type": wire.Pong, "data": obj{"user_id": c.subject}, "timestamp": c.now()}, "")
}

func mayFail(in *history.Intent) { in.Expect, in.Why = history.Tolerated, "1 MiB" }
