package judge

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	feedAgent  = "stream-agent-0f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611"
	feedAnswer = "The sum of the figures is 697 (reference QX7K3M9Q2X8P)."
)

// A part is one server-sent event.
type part struct{ name, member, text string }

func begins() part        { return part{"agent_started", "message", "Please add up"} }
func thinks() part        { return part{"agent_thinking", "message", "Adding the figures."} }
func ends(t string) part  { return part{"agent_completed", "result", t} }
func fails(t string) part { return part{"agent_error", "error", t} }
func stops() part         { return part{"stream_end", "status", "done"} }

// streaming is the exchange of a stream of the events.
func streaming(parts ...part) history.Exchange {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("data: " + render(obj{"event": p.name, "agent_id": feedAgent, p.member: p.text, "timestamp": "2025-09-17T10:00:00Z"}) + "\n\n")
	}
	x := get("/api/agents/stream", b.String())
	x.Purpose, x.Method, x.Header = history.PurposeStream, http.MethodPost, map[string]string{"Content-Type": "text/event-stream"}
	x.Request = render(obj{"agent_type": "data", "message": restPrompt})
	x.Stream = &history.Streamed{Events: len(parts), First: 5 * time.Millisecond, Gap: 10 * time.Millisecond}
	return x
}

const restPrompt = "Please add up 412, 188 and 97 and quote my reference QX7K3M9Q2X8P."

func wholeStream(answer string) history.Exchange {
	return streaming(begins(), thinks(), part{"agent_progress", "message", "Running sum_figures"}, ends(answer), stops())
}

func exact() *history.Intent { return &history.Intent{Want: "697", Nonce: "QX7K3M9Q2X8P"} }

func unknownAgent() *history.Intent {
	return &history.Intent{Expect: history.Failure, Agent: "nobody", Why: "unknown agent"}
}

// sse is a story of one stream.
func sse(in *history.Intent, parts ...part) func(*story) { return asks(streaming(parts...), in) }

func asks(x history.Exchange, in *history.Intent) func(*story) {
	return func(s *story) { s.user().http(x, in) }
}

func changed(x history.Exchange, change func(*history.Exchange)) history.Exchange {
	change(&x)
	return x
}

// startOK answers a start.
func startOK(id string) history.Exchange {
	return starting(render(obj{"success": true, "agent_id": id, "action": "start", "message": "Agent data started"}))
}

func starting(body string) history.Exchange {
	x := get("/api/agents/start", body)
	x.Purpose, x.Method, x.Request = history.PurposeStart, http.MethodPost, render(obj{"agent_type": "data", "message": restPrompt})
	return x
}

// listing answers a question about the status with pairs of an id and a status.
func listing(query string, pairs ...string) history.Exchange {
	list := []obj{}
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, obj{"agent_id": pairs[i], "status": pairs[i+1], "agent_type": "data"})
	}
	x := get("/api/agents/status"+query, render(list))
	x.Purpose = history.PurposeStatus
	return x
}

const oneAgent, otherAgent = "agent-0f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611", "agent-1a6b1c9e-52d4-4a07-9b1e-8c2d7f40a622"

// rests is a story of one user's exchanges.
func rests(list ...history.Exchange) func(*story) {
	return func(s *story) {
		u := s.user()
		for _, x := range list {
			u.http(x, nil)
		}
	}
}

var streamTrials = []trial{
	{name: "a stream", tell: asks(wholeStream(feedAnswer), exact())},
	{name: "a stream of an unknown agent", tell: sse(unknownAgent(), fails("Agent nobody not found in registry"), stops())},
	{name: "a stream that fails on the way, on purpose", tell: sse(unknownAgent(), begins(), thinks(), fails("it timed out"), stops())},
	{name: "the answer under another name", tell: sse(exact(), begins(), thinks(), part{"agent_completed", "response", feedAnswer}, stops())},
	{name: "the answer in an object", tell: asks(changed(wholeStream("X"), func(x *history.Exchange) {
		x.Body = strings.Replace(x.Body, `"X"`, render(obj{"response": feedAnswer}), 1)
	}), exact())},
	{name: "comments, other fields, and CRLF", tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) {
		x.Body = ": hello\r\n\r\n" + strings.ReplaceAll(strings.ReplaceAll(x.Body, "data: ", "event: message\ndata:"), "\n", "\r\n")
	}), exact())},
	{name: "a stream as long as a run may be", tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) { x.Took = 11 * time.Second }), exact())},
	{name: "a stream longer than a run may be", hard: []string{"latency/http"}, tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) { x.Took = 16 * time.Second }), exact())},
	{name: "a late first event", hard: []string{"latency/stream"}, about: "came after 6s", tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) { x.Stream.First = 6 * time.Second }), exact())},
	{name: "a gap", hard: []string{"latency/stream"}, about: "silent for 6s", tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) { x.Stream.Gap = 6 * time.Second }), exact())},
	{name: "given up in a gap", hard: []string{"infra/half-answer"}, tell: asks(changed(streaming(begins()), func(x *history.Exchange) {
		x.Stream.Gap = 6 * time.Second
		x.Broken = &history.Broken{Step: history.StepBody, Timeout: true, Error: "nothing came"}
	}), exact())},

	{name: "no stream_end", hard: []string{"lifecycle/stream"}, about: "and not with stream_end", tell: sse(exact(), begins(), thinks(), ends(feedAnswer))},
	{name: "cut before its outcome", hard: []string{"lifecycle/stream"}, about: "no outcome", tell: sse(exact(), begins(), thinks())},
	{name: "longer than what is kept", tell: asks(changed(streaming(begins(), thinks()), func(x *history.Exchange) { x.Cut = 5 }), exact())},
	{name: "stream_end twice", hard: []string{"lifecycle/stream"}, tell: sse(exact(), begins(), thinks(), ends(feedAnswer), stops(), stops())},
	{name: "two outcomes", hard: []string{"lifecycle/stream"}, about: "2 outcomes", tell: sse(exact(), begins(), thinks(), ends(feedAnswer), fails("x"), stops())},
	{name: "a thought after the outcome", hard: []string{"lifecycle/stream"}, about: "came after the outcome", tell: sse(exact(), begins(), thinks(), ends(feedAnswer), thinks(), stops())},
	{name: "no event at all", hard: []string{"lifecycle/stream"}, about: "no event", tell: sse(exact())},
	{name: "an event that is no object", hard: []string{"lifecycle/stream"}, tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) { x.Body = "data: [DONE]\n\n" + x.Body }), exact())},
	{name: "an error", hard: []string{"lifecycle/stream"}, about: "failed: \"breaker open\"", tell: sse(exact(), begins(), fails("breaker open"), stops())},
	{name: "an unknown agent that completes", hard: []string{"lifecycle/stream"}, about: "although it cannot", tell: sse(unknownAgent(), begins(), thinks(), ends(feedAnswer), stops())},
	{name: "an unknown agent without a reason", hard: []string{"lifecycle/stream"}, tell: sse(unknownAgent(), fails(""), stops())},
	{name: "no thought", hard: []string{"lifecycle/stream"}, tell: sse(exact(), begins(), ends(feedAnswer), stops())},
	{name: "no thought, nothing declared", soft: []string{"lifecycle/stream"}, tell: undeclared(sse(exact(), begins(), ends(feedAnswer), stops()))},
	{name: "no start, nothing declared", soft: []string{"lifecycle/stream"}, tell: undeclared(sse(exact(), thinks(), ends(feedAnswer), stops()))},
	{name: "two agents", hard: []string{"lifecycle/stream"}, about: "the stream began with agent", tell: asks(changed(wholeStream(feedAnswer), func(x *history.Exchange) {
		x.Body = strings.Replace(x.Body, feedAgent, otherAgent, 1)
	}), exact())},
	{name: "a mock", hard: []string{"answer/canned"}, tell: asks(wholeStream("Mock data agent response for: x"), nil)},
	{name: "an empty answer", hard: []string{"answer/empty"}, tell: asks(wholeStream(" "), nil)},
	{name: "a wrong figure", hard: []string{"answer/figure"}, tell: asks(wholeStream("The sum is 1 (reference QX7K3M9Q2X8P)."), exact())},
	{name: "another user's reference", hard: []string{"isolation/foreign-nonce"}, tell: func(s *story) {
		s.user().http(wholeStream(feedAnswer), exact())
		other := changed(wholeStream("The sum is 697, as it was for QX7K3M9Q2X8P."), func(x *history.Exchange) {
			x.Request, x.Body = "{}", strings.ReplaceAll(x.Body, feedAgent, otherAgent)
		})
		s.user().http(other, nil)
	}},

	{name: "a slow execution, on purpose", tell: rest("", "timeout", "the run took longer than 5s", &history.Intent{Expect: history.Failure, Agent: "data", Why: "simulated delay"})},
	{name: "an execution that is too slow", tell: asks(delayed("timeout", "the run took longer than 5s"), slow)},
	{name: "an execution that is too slow, and broken", hard: []string{"answer/status"}, about: "want timeout", tell: asks(delayed("error", "Agent crashed"), slow)},
	{name: "an execution that is too slow, and broken, nothing declared", soft: []string{"answer/status"}, tell: undeclared(asks(delayed("service_unavailable", "busy"), slow))},
	{name: "an execution that is too slow, and broken in silence, nothing declared", hard: []string{"answer/status"}, soft: []string{"answer/status"}, tell: undeclared(asks(delayed("error", ""), slow))},
	{name: "an execution that is too slow, and succeeds, nothing declared", hard: []string{"answer/status"}, tell: undeclared(asks(delayed("success", ""), slow))},
	{name: "an execution that fails on purpose and does not say why", hard: []string{"answer/status"}, tell: rest("", "timeout", "", &history.Intent{Expect: history.Failure, Agent: "data", Why: "simulated delay"})},
	{name: "an execution that fails with 500 on purpose", tell: asks(changed(execution("", "", ""), func(x *history.Exchange) { x.Status = 500 }), &history.Intent{Expect: "500", Agent: "data"})},

	{name: "no streams", hard: []string{"infra/component-missing"}, tell: asks(absent(wholeStream("")), exact())},
	{name: "no streams, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(asks(absent(wholeStream("")), exact()))},
	{name: "no executions, nothing declared", hard: []string{"infra/component-missing"}, tell: undeclared(asks(absent(execution("", "", "")), exact()))},

	{name: "three ways, one answer", tell: threeWays(feedAnswer, feedAnswer, feedAnswer)},
	{name: "an execution that disagrees", hard: []string{"answer/agree", "answer/figure"}, about: "the one over a session states 697, the one of an execution does not", tell: threeWays(feedAnswer, wrongAnswer, feedAnswer)},
	{name: "a session that disagrees", hard: []string{"answer/agree", "answer/figure"}, about: "the one of an execution states 697, the one over a session does not", tell: threeWays(wrongAnswer, feedAnswer, feedAnswer)},
	{name: "a stream that disagrees, from a language model", soft: []string{"answer/agree", "answer/figure"}, tell: undeclared(threeWays(feedAnswer, feedAnswer, wrongAnswer))},
	{name: "three ways, one wrong answer", hard: []string{"answer/figure"}, tell: threeWays(wrongAnswer, wrongAnswer, wrongAnswer)},
}

var slow = &history.Intent{Expect: history.Failure, Agent: "data", Why: "simulated delay"}

// delayed is the answer to an execution whose agent was asked to rest.
func delayed(status, failure string) history.Exchange {
	return changed(execution("", status, failure), func(x *history.Exchange) {
		x.Request = render(obj{"type": "data", "message": restPrompt, "simulate_delay": 300})
	})
}

// absent is an exchange whose endpoint is not there.
func absent(x history.Exchange) history.Exchange {
	return changed(x, func(x *history.Exchange) { x.Status, x.Body, x.Stream = 405, `{"detail":"Method Not Allowed"}`, nil })
}

const wrongAnswer = "I added them, it is much (reference QX7K3M9Q2X8P)."

// threeWays is a story of one prompt that is asked in three ways.
func threeWays(session, execute, stream string) func(*story) {
	return func(s *story) {
		c := s.user().connect()
		j := c.ask(func(in *history.Intent) { in.Want, in.Nonce = "697", "QX7K3M9Q2X8P" })
		prompt := s.records[len(s.records)-1]
		prompt.Frame = strings.ReplaceAll(prompt.Frame, prompt.Event.Text, restPrompt)
		decode(prompt)
		j.nonce = "QX7K3M9Q2X8P"
		j.started().thinking().executing().executed().completedWith(session).shut()
		c.http(execution(execute, "success", ""), exact())
		c.http(wholeStream(stream), exact())
	}
}

var startTrials = []trial{
	{name: "started, and followed to its end", tell: rests(startOK(oneAgent), listing("?agent_id="+oneAgent, oneAgent, "running"), listing("?agent_id="+oneAgent, oneAgent, "completed"))},
	{name: "two, and the whole list", tell: rests(startOK(oneAgent), startOK(otherAgent), listing("", oneAgent, "completed", otherAgent, "completed"))},
	{name: "one asked about, another not", tell: rests(startOK(oneAgent), startOK(otherAgent), listing("?agent_id="+otherAgent, otherAgent, "completed"))},
	{name: "none, before one is started", tell: rests(listing(""), startOK(oneAgent))},
	{name: "a start of an unknown agent", tell: asks(starting(`{"success":false,"agent_id":"agent-1","message":"Agent nobody not found"}`), unknownAgent())},
	{name: "an unknown agent is started", hard: []string{"lifecycle/rest-start"}, tell: asks(startOK(oneAgent), unknownAgent())},
	{name: "an unknown agent without a reason", hard: []string{"lifecycle/rest-start"}, tell: asks(starting(`{"success":false}`), unknownAgent())},
	{name: "not started", hard: []string{"lifecycle/rest-start"}, tell: rests(starting(`{"success":false,"agent_id":"agent-1","message":"no"}`))},
	{name: "no id", hard: []string{"lifecycle/rest-start"}, tell: rests(startOK(""))},
	{name: "an id that is a number", hard: []string{"lifecycle/rest-start"}, about: "another type", tell: rests(starting(`{"success":true,"agent_id":1042,"message":"Agent data started"}`))},
	{name: "a mock", hard: []string{"lifecycle/rest-start"}, tell: rests(starting(`{"success":true,"agent_id":"agent-1","message":"Mock start completed"}`))},
	{name: "one id twice", hard: []string{"lifecycle/started-agent"}, about: "was given to two agents", tell: rests(startOK(oneAgent), startOK(oneAgent))},
	{name: "in no list", hard: []string{"lifecycle/started-agent"}, about: "is in no status list", tell: rests(startOK(oneAgent), listing(""))},
	{name: "never completed", hard: []string{"lifecycle/started-agent"}, about: `is "running"`, tell: rests(startOK(oneAgent), listing("", oneAgent, "running"))},
	{name: "never completed, in a story that stopped", hard: []string{"infra/stopped"}, tell: func(s *story) {
		rests(startOK(oneAgent), listing("", oneAgent, "running"))(s)
		s.note(history.TopicInterrupted, "deadline")
	}},
	{name: "never completed, and the story gives up", hard: []string{"lifecycle/started-agent"}, tell: func(s *story) {
		rests(startOK(oneAgent), listing("", oneAgent, "running"))(s)
		s.note(history.TopicGaveUp, "the end of the agent")
	}},
	{name: "never completed, and the story stops for it", hard: []string{"lifecycle/started-agent"}, tell: func(s *story) {
		rests(startOK(oneAgent), listing("", oneAgent, "running"))(s)
		s.add(&history.Record{Kind: history.Note, User: s.users[0].label, Note: &history.Remark{Topic: history.TopicGaveUp, Text: "the end of the agent"}})
		s.note(history.TopicStory, "no sign of the end of the agent")
	}},
	{name: "in no list, and the story stops for it", hard: []string{"lifecycle/started-agent"}, tell: func(s *story) {
		rests(startOK(oneAgent), listing("?agent_id="+oneAgent))(s)
		s.add(&history.Record{Kind: history.Note, User: s.users[0].label, Note: &history.Remark{Topic: history.TopicGaveUp, Text: "the end of the agent"}})
		s.note(history.TopicStory, "no sign of the end of the agent")
	}},
	{name: "failed", hard: []string{"lifecycle/started-agent"}, tell: rests(startOK(oneAgent), listing("", oneAgent, "failed"))},
	{name: "an entry of nobody", hard: []string{"lifecycle/started-agent"}, about: "has not started", tell: rests(listing("", otherAgent, "completed"))},
	{name: "an entry of nobody, nothing declared", soft: []string{"lifecycle/started-agent"}, tell: undeclared(rests(listing("", otherAgent, "completed")))},
	{name: "an entry of a stream", tell: rests(wholeStream("The sum is 697."), listing("", feedAgent, "completed"))},
	{name: "entries of other stories of the one user", tell: func(s *story) {
		u := s.user()
		u.email, u.subject = "someone@staging.netrasystems.ai", "3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611"
		u.login("password")
		u.http(listing("", otherAgent, "running"), nil)
	}},
	{name: "an entry of another user", hard: []string{"isolation/foreign-run"}, tell: func(s *story) {
		s.user().http(startOK(oneAgent), nil)
		s.user().http(listing("", oneAgent, "completed"), nil)
	}},
	{name: "no starts", hard: []string{"infra/component-missing"}, tell: rests(absent(startOK("")))},
	{name: "no starts, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(rests(absent(startOK(""))))},
	{name: "no status, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(rests(startOK(oneAgent), absent(listing(""))))},
	{name: "no list", hard: []string{"lifecycle/started-agent"}, tell: rests(changed(listing(""), func(x *history.Exchange) { x.Body = `{"status":"idle"}` }))},
}

func FuzzFeed(f *testing.F) {
	f.Add(wholeStream(feedAnswer).Body)
	f.Add("data: {}\n\ndata:\ndata: 1\r\n\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		feed := readFeed(body)
		at, n := feed.outcome()
		require.Equal(t, n > 0, at >= 0)
		require.LessOrEqual(t, len(feed.Events), strings.Count(body, "data:"))
	})
}
