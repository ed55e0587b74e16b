package staging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tmaxmax/go-sse"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	eventStream = "text/event-stream"
	streamEnd   = "stream_end"
)

// Stream has an agent answer over REST with a stream of server-sent events. It blocks for the budget
// Answer at most, except for the pace, and no longer than FirstEvent for the first event and Gap for each
// further one. The error wraps a *WaitError when one of these ran out; it is a *FailedError when the
// stream tells that the agent failed, unless ExpectFailure says that it must.
func (u *User) Stream(ctx context.Context, agent string, p prompts.Prompt, opts ...AskOption) (Answer, error) {
	a := newAsking(p, opts)
	a.intent.Agent = agent
	answer, err := u.call(ctx, call{
		purpose: history.PurposeStream, method: http.MethodPost, url: u.target.config.APIURL + "/api/agents/stream",
		body:   map[string]string{"agent_type": agent, "message": p.Text},
		header: http.Header{"Accept": {eventStream}},
		intent: &a.intent,
		watch:  &watch{budgets: u.target.budgets},
	})
	var late *WaitError
	if errors.As(err, &late) {
		u.target.note(history.Record{User: u.label}, history.TopicGaveUp, late.For)
	}
	if err != nil {
		return Answer{}, err
	}
	given, failure := told(answer.text)
	switch {
	case given.Agent == "":
		return given, answer.not("a stream of events with agent_completed or agent_error (http.md 5.4)",
			fmt.Errorf("%d events were read and none was one of these", given.Events))
	case failure != "":
		return a.failed(given, &FailedError{Run: "over REST", Agent: agent, Text: u.target.redact(failure)})
	}
	return given, nil
}

// A streamed is one event of an agent's stream (http.md 5.4).
type streamed struct {
	Event    string          `json:"event"`
	Agent    string          `json:"agent_id"`
	Result   json.RawMessage `json:"result"`
	Response json.RawMessage `json:"response"`
	Content  json.RawMessage `json:"content"`
	Message  json.RawMessage `json:"message"`
	Error    json.RawMessage `json:"error"`
}

// told reads the outcome from a whole stream as recorded. Without one the answer names no agent.
func told(body string) (given Answer, failure string) {
	for event, err := range sse.Read(strings.NewReader(body), &sse.ReadConfig{MaxEventSize: mostEvent}) {
		if err != nil {
			return given, failure
		}
		given.Events++
		var e streamed
		if given.Agent != "" || json.Unmarshal([]byte(event.Data), &e) != nil {
			continue
		}
		switch e.Event {
		case "agent_completed":
			given.Agent, given.Text = orUnnamed(e.Agent), words(e.Result, e.Response, e.Content, e.Message)
		case "agent_error":
			given.Agent, failure = orUnnamed(e.Agent), orUnnamed(words(e.Error, e.Message))
		}
	}
	return given, failure
}

func orUnnamed(text string) string {
	if text == "" {
		return "unnamed"
	}
	return text
}

// words returns the first of the values that says something, as text.
func words(values ...json.RawMessage) string {
	for _, value := range values {
		var text string
		switch err := json.Unmarshal(value, &text); {
		case err != nil && len(value) > 0:
			return string(value)
		case text != "":
			return text
		}
	}
	return ""
}

// mostEvent bounds one event; a body is bounded first.
const mostEvent = 2 * maxBody

// A watch reads a stream of server-sent events as they come, and ends its exchange when one is overdue. A
// nil *watch reads an answer as a whole.
type watch struct {
	budgets fixtures.Budgets

	began time.Time
	timer *time.Timer

	mu    sync.Mutex
	what  WaitError // what is waited for
	late  bool      // and did not come
	ended bool      // the stream said that it ends
}

// over starts the exchange's clock: the context ends when something is overdue.
func (w *watch) over(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	w.began = time.Now()
	w.timer = time.AfterFunc(w.expect("the first event of the stream", w.budgets.FirstEvent), func() {
		w.mu.Lock()
		w.late = true
		w.mu.Unlock()
		cancel()
	})
	return ctx, func() { w.timer.Stop(); cancel() }
}

// expect says what is waited for next, and returns how long.
func (w *watch) expect(what string, budget time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	patience := budget
	if left := w.budgets.Answer - time.Since(w.began); left < patience {
		what, budget, patience = "the end of the stream", w.budgets.Answer, left
	}
	w.what = WaitError{For: what, Budget: budget}
	return patience
}

// explain turns the error of an exchange that ended because something was overdue into a *WaitError.
func (w *watch) explain(x *history.Exchange, err error) error {
	if w == nil || err == nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.late || x.Broken == nil {
		return err
	}
	late := w.what
	late.Of = x.URL
	x.Broken.Timeout, x.Broken.Error = true, "no sign of "+late.For
	return &late
}

// read reads the body of an answer, event by event if it is a stream, and says in x when they came.
func (w *watch) read(r *http.Response, x *history.Exchange) ([]byte, error) {
	if w == nil || !strings.HasPrefix(r.Header.Get("Content-Type"), eventStream) {
		return readBody(r, x)
	}
	x.Stream = &history.Streamed{}
	last := w.began
	var body bytes.Buffer
	var failed error
	for event, err := range sse.Read(io.TeeReader(io.LimitReader(r.Body, maxBody+1), &body), &sse.ReadConfig{MaxEventSize: mostEvent}) {
		if err != nil {
			failed = err
			break
		}
		last = w.note(x.Stream, last, event)
	}
	kept := keepBody(body.Bytes(), r, x)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		if w.late { // who has said that it ends need not hang up
			failed = nil
		}
	} else if x.Stream.Events > 0 {
		x.Stream.Gap = max(x.Stream.Gap, time.Since(last))
	}
	return kept, failed
}

// note takes an event that came and sets the clock for the next.
func (w *watch) note(s *history.Streamed, last time.Time, event sse.Event) time.Time {
	now := time.Now()
	if s.Events++; s.Events == 1 {
		s.First = now.Sub(w.began)
	} else {
		s.Gap = max(s.Gap, now.Sub(last))
	}
	var e streamed
	if json.Unmarshal([]byte(event.Data), &e) == nil && e.Event == streamEnd {
		w.mu.Lock()
		w.ended = true
		w.mu.Unlock()
		w.timer.Reset(quiet)
		return now
	}
	w.timer.Reset(w.expect("the next event of the stream", w.budgets.Gap))
	return now
}
