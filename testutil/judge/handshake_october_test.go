package judge

import (
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// october makes the target one that speaks October and declares so.
func (s *story) october() *story {
	s.header.Target.Dialect, s.header.Target.Shape = "october", "auto"
	return s
}

const octoberThread = "thread_cli_31_7ac2e05b"

func (c *conn) response(thread string) *conn {
	c.recv(obj{"type": "handshake_response", "thread_id": thread, "run_id": fmt.Sprintf("run_cli_31_%08x", len(c.records)), "session_token": "[redacted]", "timestamp": "2025-09-17T10:00:00.200+00:00"}, "")
	return c
}

func (c *conn) octoberWelcome(user string) *conn {
	return c.welcomed(func(o obj) {
		o["data"] = obj{"connection_id": fmt.Sprintf("ws_conn_%08x", len(c.records)), "user_id": user}
	})
}

func (c *conn) acknowledge(thread string) *conn {
	c.send(obj{"type": "handshake_acknowledged", "thread_id": thread}, "", nil)
	return c
}

func (c *conn) complete() *conn {
	c.recv(obj{"type": "handshake_complete", "timestamp": "2025-09-17T10:00:00.280+00:00"}, "")
	return c
}

// connectOctober is a session that is ready.
func (u *person) connectOctober(thread string) *conn {
	c := u.dial(nil).opened().response(thread).octoberWelcome(u.subject).acknowledge(thread).complete()
	c.wait(processingAfter)
	return c
}

// octoberJob asks on a thread, and is heard by those sessions of the user that are listed.
func (c *conn) octoberJob(thread string, heard ...*conn) *job {
	j := c.ask(onThread(thread))
	j.person.sessions = heard
	return j
}

// greeted is a story of one October session until it is ready.
func greeted(tell func(c *conn)) func(*story) {
	return func(s *story) { tell(s.october().user().dial(nil).opened()) }
}

// ready goes on after the greeting: acknowledged, a run, closed.
func (c *conn) ready() {
	c.acknowledge(octoberThread).complete().wait(processingAfter)
	c.octoberJob(octoberThread, c).whole().shut()
}

var octoberTrials = []trial{
	{name: "response first", tell: greeted(func(c *conn) { c.response(octoberThread).octoberWelcome(c.subject).ready() })},
	{name: "welcome first", tell: greeted(func(c *conn) { c.octoberWelcome(c.subject).response(octoberThread).ready() })},
	{name: "everything twice", tell: greeted(func(c *conn) {
		c.response(octoberThread).response(octoberThread).octoberWelcome(c.subject).ready()
	})},
	{name: "another response after the acknowledgement", tell: greeted(func(c *conn) {
		c.response(octoberThread).octoberWelcome(c.subject).acknowledge(octoberThread).response("thread_cli_30_00000000").complete().wait(processingAfter)
		c.octoberJob(octoberThread, c).whole().shut()
	})},
	{name: "it hears a ping before it acknowledges", tell: greeted(func(c *conn) {
		c.octoberWelcome(c.subject).recv(obj{"type": "ping", "timestamp": c.now()}, "")
		c.send(obj{"type": "pong"}, "", nil)
		c.response(octoberThread).ready()
	})},
	{name: "it asks for another thread", tell: greeted(func(c *conn) {
		c.response("thread_cli_30_00000000").octoberWelcome(c.subject)
		c.send(obj{"type": "handshake_request", "thread_id": octoberThread}, "", nil)
		c.response(octoberThread).ready()
	})},
	{name: "an idle session", tell: greeted(func(c *conn) {
		c.response(octoberThread).octoberWelcome(c.subject).acknowledge(octoberThread).complete().shut()
	})},
	{name: "a session that left at once", tell: greeted(func(c *conn) { c.response(octoberThread).octoberWelcome(c.subject).acknowledge(octoberThread).shut() })},
	{name: "no response", hard: []string{"handshake/october"}, about: "no handshake_response", tell: greeted(func(c *conn) { c.octoberWelcome(c.subject).ask().whole().shut() })},
	{name: "no response, and nothing said", hard: []string{"handshake/october"}, tell: greeted(func(c *conn) {
		c.octoberWelcome(c.subject).gaveUp("the October handshake").shut()
	})},
	{name: "no response, nothing declared", soft: []string{"handshake/october"}, tell: func(s *story) {
		s.auto().user().dial(nil).opened().octoberWelcome("e2e-go-20250917-000000007919").ask().whole().shut()
	}},
	{name: "a response that is late, nothing declared", soft: []string{"handshake/october"}, about: "gone on without it", tell: func(s *story) {
		c := s.auto().user().dial(nil).opened()
		c.octoberWelcome(c.subject).wait(3 * time.Second)
		c.response(octoberThread).octoberJob(octoberThread, c).whole().shut()
	}},
	{name: "a response without a thread", hard: []string{"handshake/october"}, about: "names no thread_id", tell: func(s *story) {
		c := s.auto().user().dial(nil).opened()
		c.response("").octoberWelcome(c.subject).shut()
	}},
	{name: "a user whose name is cut", hard: []string{"handshake/october"}, about: "not in full", tell: greeted(func(c *conn) {
		c.response(octoberThread).octoberWelcome(c.subject[:8] + "...").ready()
	})},
	{name: "a client that asks too early", hard: []string{"handshake/october"}, about: "before it acknowledged", tell: greeted(func(c *conn) {
		c.response(octoberThread).octoberWelcome(c.subject).octoberJob(octoberThread, c).whole().shut()
	})},
	{name: "never completed", hard: []string{"handshake/october"}, about: "no handshake_complete", tell: greeted(func(c *conn) {
		c.response(octoberThread).octoberWelcome(c.subject).acknowledge(octoberThread).wait(3 * time.Second)
		c.octoberJob(octoberThread, c).whole().shut()
	})},
	{name: "completed late, nothing declared", soft: []string{"handshake/october"}, about: "came 3.01s after", tell: func(s *story) {
		c := s.auto().user().dial(nil).opened()
		c.response(octoberThread).octoberWelcome(c.subject).acknowledge(octoberThread).wait(3 * time.Second)
		c.complete().octoberJob(octoberThread, c).whole().shut()
	}},
	{name: "a slow response", hard: []string{"latency/connect"}, about: "handshake_response came 6.0", tell: greeted(func(c *conn) {
		c.octoberWelcome(c.subject).wait(6 * time.Second)
		c.response(octoberThread).ready()
	})},
	{name: "September, as the header says", tell: func(s *story) {
		s.header.Target.Dialect = "september"
		s.user().dial(nil).opened().response(octoberThread).welcomed().ask().whole().shut()
	}},

	{name: "cleaned up after each run", tell: func(s *story) {
		c := s.october().user().connectOctober(octoberThread)
		for range 2 {
			j := c.octoberJob(octoberThread, c).whole()
			for _, kind := range []string{"cleanup_started", "cleanup_duration_estimate", "cleanup_complete"} {
				c.recv(obj{"type": kind, "data": obj{"run_id": j.run, "thread_id": octoberThread, "estimated_seconds": 2}, "cleanup_status": "complete"}, j.label)
			}
		}
		c.shut()
	}},
	{name: "an agent that is warned", tell: func(s *story) {
		c := s.october().user().connectOctober(octoberThread)
		j := c.octoberJob(octoberThread, c).started()
		c.recv(obj{"type": "agent_timeout_warning", "agent_name": "Supervisor", "remaining_seconds": 6.0}, j.label)
		j.thinking().executing().executed().completed().shut()
	}},
	{name: "a session on another thread hears nothing", tell: twoThreads(func(one, two *conn) { one.octoberJob(octoberThread, one).whole() })},
	{name: "a session on another thread hears the run", hard: []string{"lifecycle/own-thread"}, about: "heard 5 events",
		tell: twoThreads(func(one, two *conn) { one.octoberJob(octoberThread, one, two).whole() })},
	{name: "a session on another thread hears the run, nothing declared", soft: []string{"lifecycle/own-thread"},
		tell: undeclared(twoThreads(func(one, two *conn) {
			one.header.Target.Dialect = "auto"
			one.octoberJob(octoberThread, one, two).whole()
		}))},
	{name: "a foreign thread is refused", tell: func(s *story) {
		victim := s.october().user().connectOctober("thread_cli_32_7ac2e05c")
		victim.octoberJob("thread_cli_32_7ac2e05c", victim).whole().shut()
		c := s.user().connectOctober(octoberThread)
		j := c.ask(failing, onThread("thread_cli_32_7ac2e05c"), func(in *history.Intent) { in.Thread, in.Spoofs = "", victim.person.label })
		c.recv(obj{"type": "error", "message": "Access denied to thread"}, j.label)
		c.shut()
	}},
	{name: "a session on the same thread hears nothing", hard: []string{"lifecycle/every-session"}, tell: func(s *story) {
		u := s.october().user()
		one, two := u.connectOctober(octoberThread), u.connectOctober(octoberThread)
		one.octoberJob(octoberThread, one).whole()
		pong(two)
		one.shut()
		two.shut()
	}},
	{name: "a session on the same thread that does not process yet", tell: func(s *story) {
		u := s.october().user()
		one := u.connectOctober(octoberThread)
		two := u.dial(nil).opened().response(octoberThread).octoberWelcome(u.subject).acknowledge(octoberThread)
		one.octoberJob(octoberThread, one).whole()
		pong(two.complete())
		one.shut()
		two.shut()
	}},
}

func twoThreads(tell func(one, two *conn)) func(*story) {
	return func(s *story) {
		u := s.october().user()
		one, two := u.connectOctober(octoberThread), u.connectOctober("thread_cli_32_7ac2e05c")
		tell(one, two)
		pong(two)
		one.shut()
		two.shut()
	}
}
