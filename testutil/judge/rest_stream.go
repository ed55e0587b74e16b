package judge

import (
	"encoding/json"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var feedRules = []Rule{{
	ID: "lifecycle/stream", Hard: true, Source: "http.md 5.4",
	Says: "A stream of server-sent events is one agent's: it starts, thinks, has one outcome and ends with stream_end. " +
		"The first event, the thoughts and the agent's one id are advice where the target declares no shape.",
	Hooks: Hooks{Exchange: feed},
}}

// A Feed is the server-sent events of one exchange.
type Feed struct {
	Events []FeedEvent
	Broken string // the first event that is not one JSON object
}

// A FeedEvent is one of them (http.md 5.4).
type FeedEvent struct {
	Name  string
	Agent string // its id
	Text  string // the final answer, or the error
}

// streamEnd is the last event of a feed; the others are called as on a session.
const streamEnd = "stream_end"

// readFeed reads a body of server-sent events. Only their data counts; the last event may lack its blank
// line, for what is there was sent.
func readFeed(body string) *Feed {
	f := &Feed{}
	var data []string
	dispatch := func() {
		if len(data) > 0 {
			f.add(strings.Join(data, "\n"))
			data = nil
		}
	}
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			dispatch()
		} else if text, ok := strings.CutPrefix(line, "data:"); ok {
			data = append(data, strings.TrimPrefix(text, " "))
		}
	}
	dispatch()
	return f
}

func (f *Feed) add(data string) {
	var fields map[string]any
	if json.Unmarshal([]byte(data), &fields) != nil || fields == nil {
		f.Broken = first(f.Broken, data)
		return
	}
	e := FeedEvent{Name: text(fields, "event"), Agent: text(fields, "agent_id")}
	switch e.Name {
	case wire.AgentCompleted:
		e.Text = answerIn(fields)
	case wire.AgentError:
		e.Text = first(text(fields, "error"), text(fields, "message"))
	}
	f.Events = append(f.Events, e)
}

// answerIn finds the final answer under one of its names, which websocket.md 5.1 orders; http.md leaves
// the members of an event open. The answer may stand in an object of its own.
func answerIn(fields map[string]any) string {
	for _, name := range []string{"result", "message", "response", "content"} {
		switch value := fields[name].(type) {
		case string:
			if value != "" {
				return value
			}
		case map[string]any:
			if found := answerIn(value); found != "" {
				return found
			}
		}
	}
	return ""
}

// outcome returns the place of the first event that ends the agent, and how many do; -1 if none does.
func (f *Feed) outcome() (at, n int) {
	at = -1
	for i, e := range f.Events {
		if e.Name == wire.AgentCompleted || e.Name == wire.AgentError {
			if n++; n == 1 {
				at = i
			}
		}
	}
	return at, n
}

func (f *Feed) count(name string) (n int) {
	for _, e := range f.Events {
		if e.Name == name {
			n++
		}
	}
	return n
}

// feed judges a stream that was answered. One that broke is infra/half-answer; of one that was too long to
// keep, the end is unknown.
func feed(v *View) {
	f, whole := v.Feed, v.Record.Exchange.Cut == 0
	if f == nil || wanted(v.Record.Intent) != 0 {
		return
	}
	if f.Broken != "" && whole {
		v.Report(v.Here(), "an event of the stream is not one JSON object: %s", quote(f.Broken))
	}
	if len(f.Events) == 0 {
		v.Report(v.Here(), "the stream holds no event: %s", quote(v.Record.Exchange.Body))
		return
	}
	if whole {
		feedEnd(v, f)
	}
	feedOutcome(v, f, whole)
	feedShape(v, f)
}

func feedEnd(v *View, f *Feed) {
	last := f.Events[len(f.Events)-1].Name
	switch ends := f.count(streamEnd); {
	case last != streamEnd:
		v.Report(v.Here(), "the stream ends with %s after %d events, and not with %s", quote(last), len(f.Events), streamEnd)
	case ends > 1:
		v.Report(v.Here(), "the stream says %s %d times", streamEnd, ends)
	}
}

func feedOutcome(v *View, f *Feed, whole bool) {
	in := v.Record.Intent
	fails := in != nil && in.Expect == history.Failure
	switch at, n := f.outcome(); {
	case n == 0 && whole:
		v.Report(v.Here(), "the stream has %d events and no outcome", len(f.Events))
	case n == 0:
	case n > 1:
		v.Report(v.Here(), "the stream has %d outcomes: %d %s, %d %s", n, f.count(wire.AgentCompleted), wire.AgentCompleted, f.count(wire.AgentError), wire.AgentError)
	case at+1 < len(f.Events) && f.Events[at+1].Name != streamEnd:
		v.Report(v.Here(), "%s came after the outcome of the stream", quote(f.Events[at+1].Name))
	case fails && f.Events[at].Name == wire.AgentCompleted:
		v.Report(v.Here(), "the agent of the stream completed although it cannot (%s): %s", in.Why, quote(f.Events[at].Text))
	case !fails && f.Events[at].Name == wire.AgentError:
		v.Report(v.Here(), "the agent of the stream failed: %s", quote(f.Events[at].Text))
	case fails && f.Events[at].Text == "":
		v.Report(v.Here(), "the agent of the stream failed (%s) and does not say why", in.Why)
	}
}

func feedShape(v *View, f *Feed) {
	begin := f.Events[0]
	if begin.Name != wire.AgentStarted && begin.Name != wire.AgentError {
		v.ReportAs(v.Declared(), v.Here(), "the stream begins with %s", quote(begin.Name))
	}
	if f.count(wire.AgentCompleted) > 0 && f.count(wire.AgentThinking) == 0 {
		v.ReportAs(v.Declared(), v.Here(), "the agent of the stream completed without a thought")
	}
	for _, e := range f.Events {
		if e.Agent == "" || e.Agent != begin.Agent {
			v.ReportAs(v.Declared(), v.Here(), "%s is of agent %s, the stream began with agent %s", e.Name, quote(e.Agent), quote(begin.Agent))
			return
		}
	}
}
