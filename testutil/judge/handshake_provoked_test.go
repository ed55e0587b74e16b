package judge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// provoke sends a message that is wrong on purpose.
func (c *conn) provoke(frame, expect string) *conn {
	r := c.send(obj{}, "", &history.Intent{Expect: expect, Why: "wrong on purpose"})
	r.Frame = frame
	decode(r)
	return c
}

// calls names the error that is due to the last message.
func (c *conn) calls(name string) *conn {
	c.records[len(c.records)-1].Intent.Error = name
	return c
}

func (c *conn) refused() *conn {
	c.recv(obj{"type": "error_message", "error_code": "JSON_PARSE_ERROR", "error_message": "Invalid JSON format", "timestamp": c.now()}, "")
	return c
}

func (c *conn) acked(received string) *conn {
	c.recv(obj{"type": "ack", "received_type": received, "timestamp": c.now(), "user_id": c.subject, "status": "acknowledged"}, "")
	return c
}

func (c *conn) closed(code int) *conn {
	return c.ended(history.Closed{By: history.ByServer, Code: code, Reason: "main cleanup"})
}

func (c *conn) cut() *conn { return c.ended(history.Closed{By: history.ByNetwork}) }

// strayEvent is an event of a run that nobody asked for.
func (c *conn) strayEvent(kind string) *conn {
	c.recv(obj{"type": kind, "run_id": "run_chat_1_0000abcd", "agent_name": "Supervisor", "thought": "Comparing the buckets.", "timestamp": c.now()}, "")
	return c
}

// burst sends pings at once, of which some are answered.
func (c *conn) burst(n, answers int) *conn {
	for range n {
		c.provoke(`{"type":"ping"}`, history.Tolerated)
	}
	for range answers {
		c.recv(obj{"type": "pong", "timestamp": c.now()}, "")
	}
	return c
}

// on is a story of one session.
func on(tell func(*conn)) func(*story) { return func(s *story) { tell(s.user().connect()) } }

const (
	halfJSON  = `{"type":`
	unheardOf = `{"type":"no_such_type"}`
)

var provokedTrials = []trial{
	{name: "an error", tell: on(func(c *conn) { c.provoke(halfJSON, history.Failure).refused().ask().whole().shut() })},
	{name: "the error that is due", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).calls("JSON_PARSE_ERROR").refused()
		c.provoke(`{"type":"user_message","content":""}`, history.Failure).calls("error").recv(obj{"type": "error", "message": "Please enter a message"}, "")
		c.shut()
	})},
	{name: "another error", hard: []string{"handshake/provoked"}, about: `the error "JSON_PARSE_ERROR" "Invalid JSON format", want "FORMAT_ERROR"`, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).calls("FORMAT_ERROR").refused().shut()
	})},
	{name: "another error, nothing declared", soft: []string{"handshake/provoked"}, tell: undeclared(on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).calls("FORMAT_ERROR").refused().shut()
	}))},
	{name: "another type of error", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(`{"type":"user_message","content":""}`, history.Failure).calls("error").recv(obj{"type": "error_message", "error_message": "Please enter a message"}, "")
		c.shut()
	})},
	{name: "several, one after the other", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused()
		c.provoke(unheardOf, history.Acknowledged).acked("no_such_type")
		c.provoke(`{"jsonrpc":"2.0"}`, history.Acknowledged).acked("unknown")
		c.provoke(`{"type":"user_message","content":""}`, history.Failure).recv(obj{"type": "error", "message": "Please enter a message"}, "")
		c.ask().whole().shut()
	})},
	{name: "several before the first answer", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).provoke(unheardOf, history.Acknowledged).provoke(halfJSON, history.Failure)
		pong(c.refused().acked("no_such_type").refused())
		c.shut()
	})},
	{name: "an error that the client took for that of the run before", tell: on(func(c *conn) {
		j := c.ask().started()
		c.provoke(halfJSON, history.Failure)
		c.recv(obj{"type": "error_message", "error_code": "JSON_PARSE_ERROR", "error_message": "Invalid JSON format"}, j.label)
		j.thinking().executing().executed().completed().shut()
	})},
	{name: "an error before the prompt's own", hard: []string{"lifecycle/unasked-error"}, about: "about no run", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused().refused().shut()
	})},
	{name: "silence", hard: []string{"handshake/provoked"}, about: "nothing in 6.01s", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).wait(6 * time.Second)
		c.shut()
	})},
	{name: "silence, given up, then late", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).gaveUp("the error frame").refused().ask().whole().shut()
	})},
	{name: "the second is left in silence", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused()
		c.provoke(halfJSON, history.Failure).gaveUp("the error frame").shut()
	})},
	{name: "a late error", hard: []string{"handshake/provoked"}, about: "came after 6.01s, budget 5s", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).wait(6 * time.Second)
		c.refused().shut()
	})},
	{name: "an ack in place of an error", hard: []string{"handshake/provoked"}, about: "was acknowledged", tell: on(func(c *conn) {
		c.provoke(`{"type":"user_message","content":""}`, history.Failure).acked("user_message").shut()
	})},
	{name: "an ack of a message without a type in place of an error", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).acked("unknown").shut()
	})},
	{name: "an ack, while the run before it is silent", hard: []string{"lifecycle/silence"}, tell: on(func(c *conn) {
		j := c.ask()
		c.provoke(unheardOf, history.Acknowledged).acked("no_such_type")
		j.gaveUp("the first event")
		c.shut()
	})},
	{name: "an error, then a close", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) { c.provoke(halfJSON, history.Failure).refused().closed(1000) })},
	{name: "an error, then a close, nothing declared", soft: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(halfJSON, history.Failure).refused().closed(1000) }))},
	{name: "a close in place of an error, nothing declared", soft: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(halfJSON, history.Failure).closed(1008) }))},
	{name: "an error, then 1011, nothing declared", hard: []string{"handshake/provoked"}, about: "1011 (server error)",
		tell: undeclared(on(func(c *conn) { c.provoke(halfJSON, history.Failure).refused().closed(1011) }))},
	{name: "a cut, nothing declared", hard: []string{"handshake/provoked"}, about: "without a close frame",
		tell: undeclared(on(func(c *conn) { c.provoke(halfJSON, history.Failure).cut() }))},
	{name: "closed later, when nothing provoked it", hard: []string{"handshake/closed"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused().ask().whole().closed(1000)
	})},
	{name: "closed after a message without a reply", hard: []string{"handshake/closed"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused().send(obj{"type": "connected"}, "", nil)
		c.closed(1000)
	})},
	{name: "closed later, when a provocation has no answer yet", hard: []string{"handshake/closed", "handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).ask().whole().closed(1000)
	})},
	{name: "cut at the platform's age after a provocation", tell: on(func(c *conn) {
		c.provoke(halfJSON, history.Failure).refused().wait(600 * time.Second)
		c.cut()
	})},
	{name: "it runs an agent", hard: []string{"handshake/provoked"}, about: "agent_started came after a message that starts no run", tell: on(func(c *conn) {
		c.provoke(`{"type":"user_message","content":""}`, history.Failure)
		c.strayEvent(wire.AgentStarted).strayEvent(wire.AgentThinking).gaveUp("the error frame").shut()
	})},

	{name: "an unknown type runs an agent", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(unheardOf, history.Acknowledged).acked("no_such_type").strayEvent(wire.AgentStarted).shut()
	})},
	{name: "an unknown type, and an event when the story has gone on", hard: []string{"isolation/stray"}, tell: on(func(c *conn) {
		pong(c.provoke(unheardOf, history.Acknowledged).acked("no_such_type"))
		c.strayEvent(wire.AgentStarted).shut()
	})},
	{name: "an ack that does not say for what", tell: on(func(c *conn) {
		c.provoke(unheardOf, history.Acknowledged).recv(obj{"type": "ack", "status": "acknowledged"}, "")
		c.wait(6 * time.Second)
		c.shut()
	})},
	{name: "an unknown type, while a run fails", hard: []string{"handshake/provoked", "lifecycle/failed"}, tell: on(func(c *conn) {
		j := c.ask().started()
		c.provoke(unheardOf, history.Acknowledged)
		j.failed().conn.gaveUp("the ack").shut()
	})},
	{name: "an unknown type is an error", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) { c.provoke(unheardOf, history.Acknowledged).refused().shut() })},
	{name: "an unknown type is an error, nothing declared", soft: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(unheardOf, history.Acknowledged).refused().shut() }))},
	{name: "an unknown type ends the session, nothing declared", hard: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(unheardOf, history.Acknowledged).closed(1000) }))},
	{name: "an unknown type is ignored, nothing declared", hard: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(unheardOf, history.Acknowledged).gaveUp("the ack").shut() }))},

	{name: "the close that is due", tell: on(func(c *conn) { c.provoke(`[]`, "1000").closed(1000) })},
	{name: "an error, then the close that is due", tell: on(func(c *conn) { c.provoke(`[]`, "1009").refused().closed(1009) })},
	{name: "another close", hard: []string{"handshake/provoked"}, about: "want close 1000 (normal)", tell: on(func(c *conn) { c.provoke(`[]`, "1000").closed(1003) })},
	{name: "another close, nothing declared", soft: []string{"handshake/provoked"}, tell: undeclared(on(func(c *conn) { c.provoke(`[]`, "1000").closed(1003) }))},
	{name: "1011 in place of a close, nothing declared", hard: []string{"handshake/provoked"}, tell: undeclared(on(func(c *conn) { c.provoke(`[]`, "1000").closed(1011) }))},
	{name: "an error in place of a close", hard: []string{"handshake/provoked"}, about: "answered with an error, want close 1000",
		tell: on(func(c *conn) { c.provoke(`[]`, "1000").refused().gaveUp("the close frame").ask().whole().shut() })},
	{name: "an error in place of a close, nothing declared", soft: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(`[]`, "1000").refused().gaveUp("the close frame").ask().whole().shut() }))},
	{name: "an error in place of a close, and the story goes on", hard: []string{"handshake/provoked"}, tell: on(func(c *conn) {
		c.provoke(`[]`, "1000").refused().wait(closeAfter)
		c.shut()
	})},
	{name: "an error, and the story leaves at once", tell: on(func(c *conn) { c.provoke(`[]`, "1000").refused().shut() })},
	{name: "two errors in place of a close, nothing declared", hard: []string{"lifecycle/unasked-error"}, soft: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(`[]`, "1000").refused().refused().gaveUp("the close frame").shut() }))},
	{name: "silence in place of a close, nothing declared", hard: []string{"handshake/provoked"},
		tell: undeclared(on(func(c *conn) { c.provoke(`[]`, "1000").gaveUp("the close frame").shut() }))},

	{name: "a burst that is answered, then a ping", tell: on(func(c *conn) { pong(c.burst(200, 200)); c.ask().whole().shut() })},
	{name: "a burst that is answered in part", tell: on(func(c *conn) { pong(c.burst(200, 20).refused()); c.ask().whole().shut() })},
	{name: "a burst whose answers come in between", tell: on(func(c *conn) { c.burst(1, 1).burst(100, 0).wait(6 * time.Second); c.shut() })},
	{name: "a burst that is refused throughout", tell: on(func(c *conn) {
		c.burst(3, 0).refused().refused().refused().ask().whole().shut()
	})},
	{name: "a burst that is answered, and refused", tell: on(func(c *conn) { pong(c.burst(20, 20).refused()); c.ask().whole().shut() })},
	{name: "a burst refused more often than it was sent", hard: []string{"lifecycle/unasked-error"}, tell: on(func(c *conn) { c.burst(2, 0).refused().refused().refused().refused().shut() })},
	{name: "an error when the story has gone on after a burst", hard: []string{"lifecycle/unasked-error"}, tell: on(func(c *conn) { pong(c.burst(20, 20)); c.refused().shut() })},
	{name: "a burst that ends the session", tell: on(func(c *conn) { c.burst(200, 20).closed(1008) })},
	{name: "a burst that breaks the server", hard: []string{"handshake/provoked"}, tell: undeclared(on(func(c *conn) { c.burst(200, 20).closed(1011) }))},
	{name: "a burst that cuts the session", hard: []string{"handshake/provoked"}, tell: undeclared(on(func(c *conn) { c.burst(200, 20).cut() }))},
	{name: "a burst without any answer", hard: []string{"handshake/provoked"}, about: "a burst of 200 messages", tell: undeclared(on(func(c *conn) { c.burst(200, 0).gaveUp("replies").shut() }))},
	{name: "a burst that was given up with some answers", tell: on(func(c *conn) { c.burst(200, 7).gaveUp("replies").shut() })},
	{name: "a lost pong after a burst", hard: []string{"latency/reply"}, tell: on(func(c *conn) {
		c.burst(20, 20).send(obj{"type": "ping"}, "", nil)
		c.gaveUp("the pong").shut()
	})},
}

// What went wrong once is said once, whatever follows from it.
func TestAProvocationIsReportedOnce(t *testing.T) {
	for name, tell := range map[string]func(*conn){
		"it runs an agent": func(c *conn) {
			c.provoke(`{"type":"user_message"}`, history.Failure)
			c.strayEvent(wire.AgentStarted).strayEvent(wire.AgentThinking).gaveUp("the error frame").wait(time.Minute)
		},
		"it runs an agent, and the story goes on": func(c *conn) {
			pong(c.provoke(`{"type":"user_message"}`, history.Failure).strayEvent(wire.AgentStarted))
			c.wait(time.Minute)
		},
		"given up, then late": func(c *conn) {
			c.provoke(halfJSON, history.Failure).wait(6 * time.Second)
			c.gaveUp("the error frame").refused()
		},
		"a lost answer, and one that came": func(c *conn) {
			c.provoke(halfJSON, history.Failure).gaveUp("the error frame").provoke(halfJSON, history.Failure).refused().wait(time.Minute)
		},
		"a lost pong, and one that came": func(c *conn) {
			c.send(obj{"type": "ping"}, "", nil)
			pong(c.gaveUp("the pong"))
			c.wait(time.Minute)
		},
		"a foreign thread runs an agent": func(c *conn) {
			victim := c.story.user()
			c.ask(failing, func(in *history.Intent) { in.Spoofs = victim.label }).started().thinking().failed()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory()
			c := s.user().connect()
			tell(c)
			c.shut()
			found := s.end().judged()
			require.Len(t, found, 1, s.listing(found))
		})
	}
}
