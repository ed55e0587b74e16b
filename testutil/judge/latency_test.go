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

// took is a story of one exchange that takes its time.
func took(d time.Duration, x history.Exchange) func(*story) {
	return func(s *story) {
		x.Took = d
		s.user().http(x, nil)
	}
}
