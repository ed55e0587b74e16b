package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var latencyTrials = []trial{
	{name: "a slow welcome", hard: []string{"latency/connect"}, tell: func(s *story) {
		c := s.user().dial(nil).opened()
		c.wait(6 * time.Second)
		c.welcomed().shut()
	}},
	{name: "a welcome near its budget", soft: []string{"latency/margin"}, tell: func(s *story) {
		c := s.user().dial(nil).opened()
		c.wait(4500 * time.Millisecond)
		c.welcomed().shut()
	}},
	{name: "a slow first event", hard: []string{"latency/first-event"}, soft: []string{"latency/report"}, about: "the first event came 6.01s after the prompt, budget 5s",
		tell: prompted(func(j *job) { j.wait(6 * time.Second); j.whole() })},
	{name: "a slow first event on an undeclared target", hard: []string{"latency/first-event"}, tell: undeclared(prompted(func(j *job) {
		j.wait(6 * time.Second)
		j.whole()
	}))},
	{name: "a gap", hard: []string{"latency/gap"}, soft: []string{"latency/report"}, tell: prompted(func(j *job) {
		j.started()
		j.wait(6 * time.Second)
		j.thinking().executing().executed().completed()
	})},
	{name: "a gap filled with heartbeats", hard: []string{"latency/gap"}, soft: []string{"latency/report"}, tell: prompted(func(j *job) {
		j.started()
		for range 3 {
			j.wait(2 * time.Second)
			j.recv(obj{"type": "heartbeat", "data": obj{}, "timestamp": j.now()}, "")
		}
		j.thinking().executing().executed().completed()
	})},
	{name: "a slow answer", hard: []string{"latency/answer"}, soft: []string{"latency/margin", "latency/report"}, tell: prompted(func(j *job) {
		j.started()
		for range 4 {
			j.wait(4500 * time.Millisecond)
			j.thinking()
		}
		j.executing().executed().completed()
	})},
	{name: "a slow pong", hard: []string{"latency/reply"}, soft: []string{"latency/report"}, tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{"type": "ping"}, "", nil)
		c.wait(6 * time.Second)
		c.recv(obj{"type": "pong", "timestamp": c.now()}, "")
		c.shut()
	}},
	{name: "no pong", hard: []string{"latency/reply"}, tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{"type": "ping"}, "", nil)
		r := s.note(history.TopicGaveUp, "pong")
		r.User, r.Session = c.person.label, c.label
		c.shut()
	}},
	{name: "closed long after a ping without a pong", hard: []string{"latency/reply"}, tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{"type": "ping"}, "", nil)
		c.wait(6 * time.Second)
		c.shut()
	}},
	{name: "a note long after a ping", hard: []string{"latency/reply"}, soft: []string{"latency/report"}, about: "the reply to a ping came after", tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{"type": "ping"}, "", nil)
		c.wait(6 * time.Second)
		r := s.note(history.TopicSlowStart, "x")
		r.User, r.Session = c.person.label, c.label
		c.recv(obj{"type": "pong", "timestamp": c.now()}, "")
		c.shut()
	}},
	{name: "closed before the pong could come", tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{"type": "ping"}, "", nil)
		c.shut()
	}},
	{name: "every control message and its reply", tell: on(func(c *conn) {
		for _, m := range controlMessages {
			c.send(obj{"type": m.asks}, "", nil)
			c.recv(m.reply, "")
		}
		c.shut()
	})},
	{name: "replies in their order, several outstanding", tell: on(func(c *conn) {
		for range 3 {
			for _, m := range controlMessages {
				c.send(obj{"type": m.asks}, "", nil)
			}
		}
		for range 3 {
			for _, m := range controlMessages {
				c.recv(m.reply, "")
			}
		}
		c.wait(6 * time.Second)
		c.shut()
	})},
	{name: "one reply too few", hard: []string{"latency/reply"}, about: "no reply to a typing in", tell: on(func(c *conn) {
		for _, asks := range []string{"typing", "ping", "typing"} {
			c.send(obj{"type": asks}, "", nil)
		}
		c.replied("typing_acknowledged").recv(obj{"type": "pong"}, "")
		c.wait(6 * time.Second)
		c.shut()
	})},
	{name: "the reply to another message", hard: []string{"latency/reply"}, about: "no reply to a disconnect", tell: on(func(c *conn) {
		c.send(obj{"type": "disconnect"}, "", nil)
		c.replied("connected").gaveUp("disconnect_acknowledged").shut()
	})},
	{name: "an ack in place of a reply, among an ack that is due", hard: []string{"latency/reply"}, about: "a heartbeat was answered by an ack", tell: on(func(c *conn) {
		c.provoke(unheardOf, history.Acknowledged).send(obj{"type": "heartbeat"}, "", nil)
		c.acked("heartbeat").acked("no_such_type").shut()
	})},
	{name: "a slow reply to a heartbeat", hard: []string{"latency/reply"}, soft: []string{"latency/report"}, about: "the reply to a heartbeat came after 6.01s", tell: on(func(c *conn) {
		c.send(obj{"type": "heartbeat"}, "", nil)
		c.wait(6 * time.Second)
		c.recv(obj{"type": "heartbeat_ack"}, "")
		c.shut()
	})},
	{name: "the client's own replies are no requests", tell: on(func(c *conn) {
		c.recv(obj{"type": "heartbeat", "timestamp": c.now()}, "")
		c.send(obj{"type": "heartbeat_ack"}, "", nil)
		c.send(obj{"type": "pong"}, "", nil)
		c.wait(time.Minute)
		c.shut()
	})},
	{name: "a message without a documented reply", tell: on(func(c *conn) {
		c.send(obj{"type": "connected"}, "", nil)
		c.wait(time.Minute)
		c.shut()
	})},
	{name: "no heartbeat", hard: []string{"latency/heartbeat"}, about: "neither heartbeat nor ping in 11.01s", tell: on(func(c *conn) {
		c.wait(11 * time.Second)
		c.gaveUp(history.AwaitedHeartbeat).shut()
	})},
	{name: "no heartbeat, nothing declared", soft: []string{"latency/heartbeat"}, tell: undeclared(on(func(c *conn) {
		c.wait(46 * time.Second)
		c.gaveUp(history.AwaitedHeartbeat).shut()
	}))},
	{name: "an agent that stalls until its time is up", tell: doomed(func(j *job) {
		j.started().thinking().wait(9 * time.Second)
		j.failed()
	})},
	{name: "a run that has to fail, with a gap before its error", hard: []string{"latency/gap"}, soft: []string{"latency/report"}, tell: doomed(func(j *job) {
		j.started().wait(6 * time.Second)
		j.thinking().failed()
	})},
	{name: "an agent that stalls for too long", hard: []string{"latency/answer"}, tell: doomed(func(j *job) {
		j.started().thinking().wait(16 * time.Second)
		j.failed()
	})},
	{name: "a slow exchange", hard: []string{"latency/http"}, tell: func(s *story) {
		x := get("/api/threads", `[]`)
		x.Took = 6 * time.Second
		s.user().http(x, nil)
	}},
	{name: "an execution as long as a run may be", tell: took(11*time.Second, execution("The sum is 697.", "success", ""))},
	{name: "an execution near the budget of a run", soft: []string{"latency/margin"}, tell: took(14*time.Second, execution("The sum is 697.", "success", ""))},
	{name: "an execution longer than a run may be", hard: []string{"latency/http"}, about: "budget 15s", tell: took(16*time.Second, execution("The sum is 697.", "success", ""))},
	{name: "an execution where the HTTP budget is the longer one", tell: func(s *story) {
		s.header.Budgets.HTTP = time.Minute
		took(21*time.Second, execution("The sum is 697.", "success", ""))(s)
	}},
	{name: "an execution within no budget", tell: func(s *story) {
		s.header.Budgets.Answer = 0
		took(time.Hour, execution("The sum is 697.", "success", ""))(s)
	}},
	{name: "an exchange that waited for the limiter", tell: func(s *story) {
		x := get("/api/threads", `[]`)
		x.Waited = time.Minute
		s.user().http(x, nil)
	}},
	{name: "a slow tool", soft: []string{"latency/report"}, tell: func(s *story) {
		s.header.Budgets.Gap, s.header.Budgets.Answer = time.Hour, time.Hour
		j := s.user().connect().ask().started().thinking().executing()
		j.wait(31 * time.Second)
		j.executed().completed().shut()
	}, about: "a tool took 31.01s"},
	{name: "the same tool, nothing declared", tell: func(s *story) {
		s.auto().header.Budgets.Gap, s.header.Budgets.Answer = time.Hour, time.Hour
		j := s.user().connect().ask().started().thinking().executing()
		j.wait(31 * time.Second)
		j.executed().completed().shut()
	}},
	{name: "a slow second thought", soft: []string{"latency/report"}, tell: func(s *story) {
		s.header.Budgets.Gap, s.header.Budgets.Answer = time.Hour, time.Hour
		j := s.user().connect().ask().started().thinking()
		j.wait(16 * time.Second)
		j.thinking().executing().executed().completed().shut()
	}, about: "silence within the run"},
	{name: "a slow way to the tool", soft: []string{"latency/report"}, tell: func(s *story) {
		s.header.Budgets.Gap = time.Hour
		j := s.user().connect().ask().started().thinking()
		j.wait(6 * time.Second)
		j.executing().executed().completed().shut()
	}, about: "thinking to tool"},
}

// controlMessages are those of websocket.md 4.3 with their replies.
var controlMessages = []struct {
	asks  string
	reply obj
}{
	{"ping", obj{"type": "pong", "data": obj{}}},
	{"heartbeat", obj{"type": "heartbeat_ack", "data": obj{"status": "healthy"}}},
	{"connect", obj{"type": "system_message", "data": obj{"status": "connected"}}},
	{"typing", obj{"type": "system_message", "data": obj{"status": "typing_acknowledged"}}},
	{"typing_started", obj{"type": "system_message", "data": obj{"status": "typing_acknowledged"}}},
	{"typing_stopped", obj{"type": "typing_acknowledged"}},
	{"disconnect", obj{"type": "system_message", "data": obj{"status": "disconnect_acknowledged"}}},
}

func (c *conn) replied(status string) *conn {
	c.recv(obj{"type": "system_message", "data": obj{"status": status}}, "")
	return c
}

// took is a story of one exchange that takes its time.
func took(d time.Duration, x history.Exchange) func(*story) {
	return func(s *story) {
		x.Took = d
		s.user().http(x, nil)
	}
}
