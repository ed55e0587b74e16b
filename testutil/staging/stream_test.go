package staging

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A broadcast writes server-sent events, each at once.
type broadcast struct {
	http.ResponseWriter
	*http.Request
}

func (b broadcast) say(events ...string) {
	for _, e := range events {
		_, _ = fmt.Fprintf(b.ResponseWriter, "data: %s\n\n", e)
		_ = http.NewResponseController(b.ResponseWriter).Flush()
	}
}

// rest passes a time, unless the client hangs up.
func (b broadcast) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-b.Context().Done():
	}
}

// hangUp cuts the connection in the middle of the body.
func (b broadcast) hangUp() {
	if conn, _, err := http.NewResponseController(b.ResponseWriter).Hijack(); err == nil {
		_ = conn.Close()
	}
}

const (
	begins   = `{"event":"agent_started","agent_id":"a1","agent_type":"data"}`
	thinks   = `{"event":"agent_thinking","agent_id":"a1","message":"Adding."}`
	answers  = `{"event":"agent_completed","agent_id":"a1","result":"It is 697."}`
	fails    = `{"event":"agent_error","agent_id":"a1","error":"out of memory"}`
	ends     = `{"event":"stream_end","agent_id":"a1"}`
	openBody = "text/event-stream; charset=utf-8"
)

func TestAStreamEndsWithItsOutcomeOrABudget(t *testing.T) {
	b := fixtures.EmbeddedBudgets()
	b.HTTP, b.FirstEvent, b.Gap, b.Answer = time.Second, 2*time.Second, 3*time.Second, 10*time.Second
	for _, row := range []struct {
		name   string
		kind   string // empty: that of a stream
		serve  func(broadcast)
		took   time.Duration
		text   string
		failed string
		gaveUp string
		broken history.Step
		err    string // of another error
		stream *history.Streamed
		cut    int64
	}{
		{name: "an answer", text: "It is 697.", took: 2500 * time.Millisecond,
			serve: func(b broadcast) {
				b.rest(500 * time.Millisecond)
				b.say(begins)
				b.rest(2 * time.Second)
				b.say(thinks, answers, ends)
			},
			stream: &history.Streamed{Events: 4, First: 500 * time.Millisecond, Gap: 2 * time.Second}},
		{name: "a result that is no text", text: `{"sum":697}`,
			serve:  func(b broadcast) { b.say(`{"event":"agent_completed","agent_id":"a1","result":{"sum":697}}`, ends) },
			stream: &history.Streamed{Events: 2}},
		{name: "the answer as message", text: "It is 697.",
			serve: func(b broadcast) {
				b.say(`{"event":"agent_completed","agent_id":"a1","result":null,"message":"It is 697."}`, ends)
			},
			stream: &history.Streamed{Events: 2}},
		{name: "a failure", failed: "out of memory", serve: func(b broadcast) { b.say(begins, fails, ends) }, stream: &history.Streamed{Events: 3}},
		{name: "a failure without words and ids", failed: "unnamed", serve: func(b broadcast) { b.say(`{"event":"agent_error"}`) }, stream: &history.Streamed{Events: 1}},
		{name: "no header", gaveUp: "the first event of the stream", took: 2 * time.Second, broken: history.StepAnswer,
			serve: func(b broadcast) { b.rest(time.Minute) }},
		{name: "no event", gaveUp: "the first event of the stream", took: 2 * time.Second, broken: history.StepBody,
			serve: func(b broadcast) {
				b.say()
				_ = http.NewResponseController(b.ResponseWriter).Flush()
				b.rest(time.Minute)
			}, stream: &history.Streamed{}},
		{name: "comments are no events", gaveUp: "the first event of the stream", took: 2 * time.Second, broken: history.StepBody,
			serve: func(b broadcast) {
				for range 10 {
					_, _ = fmt.Fprint(b.ResponseWriter, ": keep-alive\n\n")
					_ = http.NewResponseController(b.ResponseWriter).Flush()
					b.rest(time.Second)
				}
			}, stream: &history.Streamed{}},
		{name: "silence in the middle", gaveUp: "the next event of the stream", took: 4 * time.Second, broken: history.StepBody,
			serve:  func(b broadcast) { b.rest(time.Second); b.say(begins); b.rest(time.Minute) },
			stream: &history.Streamed{Events: 1, First: time.Second, Gap: 3 * time.Second}},
		{name: "never ends", gaveUp: "the end of the stream", took: 10 * time.Second, broken: history.StepBody,
			serve: func(b broadcast) {
				for b.Context().Err() == nil {
					b.say(thinks)
					b.rest(1900 * time.Millisecond)
				}
			},
			stream: &history.Streamed{Events: 6, Gap: 1900 * time.Millisecond}},
		{name: "says that it ends and stays", text: "It is 697.", took: quiet,
			serve: func(b broadcast) { b.say(answers, ends); b.rest(time.Minute) }, stream: &history.Streamed{Events: 2}},
		{name: "ends and does not say so", text: "It is 697.", took: time.Second,
			serve: func(b broadcast) { b.say(begins, answers); b.rest(time.Second) }, stream: &history.Streamed{Events: 2, Gap: time.Second}},
		{name: "is cut between two events", broken: history.StepBody, serve: func(b broadcast) { b.say(begins); b.hangUp() }, stream: &history.Streamed{Events: 1}},
		{name: "is cut in an event", broken: history.StepBody,
			serve: func(b broadcast) { b.say(begins); _, _ = fmt.Fprint(b.ResponseWriter, "data: {"); b.hangUp() }, stream: &history.Streamed{Events: 1}},
		{name: "ends without an outcome", err: "2 events were read and none was", serve: func(b broadcast) { b.say(begins, ends) }, stream: &history.Streamed{Events: 2}},
		{name: "its last event is not whole", err: "1 events were read and none was",
			serve:  func(b broadcast) { b.say(begins); _, _ = fmt.Fprint(b.ResponseWriter, "data: "+answers) },
			stream: &history.Streamed{Events: 1}},
		{name: "no JSON", err: "1 events were read and none was", serve: func(b broadcast) { b.say("Good morning!") }, stream: &history.Streamed{Events: 1}},
		{name: "no stream", kind: "application/json", err: "0 events were read and none was", serve: func(b broadcast) { _, _ = fmt.Fprint(b.ResponseWriter, answers) }},
		{name: "longer than is kept", err: "keeps only the first 1048576 bytes", cut: -1,
			serve: func(b broadcast) {
				b.say(begins, strings.Repeat("x", maxBody))
				b.say(answers, ends)
			}, stream: &history.Streamed{Events: 1}},
		{name: "longer than is kept, and goes on", err: "keeps only the first 1048576 bytes", cut: -1,
			serve: func(b broadcast) {
				for b.Context().Err() == nil {
					b.say(`{"event":"agent_thinking","message":"` + strings.Repeat("x", maxBody/3) + `"}`)
				}
			}, stream: &history.Streamed{Events: 2}},
		{name: "longer than is kept, after the answer", text: "It is 697.", cut: -1,
			serve: func(b broadcast) { b.say(answers, strings.Repeat("x", maxBody)) }, stream: &history.Streamed{Events: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, target, recorded := bubble(t, b, nil, nil)
				d.mux.HandleFunc("POST /api/agents/stream", func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, eventStream, r.Header.Get("Accept"))
					_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice who hangs up
					w.Header().Set("Content-Type", openBody)
					if row.kind != "" {
						w.Header().Set("Content-Type", row.kind)
					}
					row.serve(broadcast{w, r})
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				start := time.Now()
				answer, err := user.Stream(t.Context(), "data", prompts.Sum(prompts.NewNonce()))
				assert.Equal(t, row.took, time.Since(start))
				records, _ := recorded.close(t)
				x := of(records, history.HTTP)[1].Exchange
				assert.Equal(t, row.stream, x.Stream)
				assert.Equal(t, row.cut, x.Cut)

				var wait *WaitError
				var failure *FailedError
				var exchange *ExchangeError
				switch {
				case row.gaveUp != "":
					require.ErrorAs(t, err, &wait)
					assert.Equal(t, row.gaveUp, wait.For)
					assert.True(t, x.Broken.Timeout)
					assert.Equal(t, []string{"gave-up: " + row.gaveUp}, topics(records))
				case row.broken != "":
					require.ErrorAs(t, err, &exchange)
					assert.False(t, x.Broken.Timeout)
				case row.failed != "":
					require.ErrorAs(t, err, &failure)
					assert.Equal(t, row.failed, failure.Text)
				case row.err != "":
					require.ErrorContains(t, err, row.err)
				default:
					require.NoError(t, err)
					assert.Equal(t, row.text, answer.Text)
				}
				if row.broken == "" {
					assert.Nil(t, x.Broken)
				} else {
					assert.Equal(t, row.broken, x.Broken.Step, x.Broken.Error)
				}
				if row.gaveUp == "" {
					assert.Empty(t, topics(records))
				}
			})
		})
	}
}

func TestAStreamEndsWithItsStory(t *testing.T) {
	address := rawTCP(t, func(c net.Conn) { wait(c) })
	target, recorded := target(t, at(address), fixtures.EmbeddedBudgets())
	user := &User{target: target, label: "u1", pair: pair{Access: "a token", expires: farFuture}}
	ctx, cancel := context.WithTimeoutCause(t.Context(), turnRetry, errSignal)
	defer cancel()
	_, err := user.Stream(ctx, "data", prompts.Sum(prompts.NewNonce()))
	require.ErrorContains(t, err, errSignal.Error())
	recorded.close(t)
}

func FuzzTold(f *testing.F) {
	f.Add("data: " + begins + "\n\ndata: " + answers + "\n\ndata: " + ends + "\n\n")
	f.Add("data: " + fails + "\r\n\r\n")
	f.Add("data: " + answers + "\n\ndata: " + fails + "\n\n")
	f.Add(": comment\nevent: x\nid: 1\nretry: 1\ndata: {\ndata: }\n\n")
	f.Add("data: {\"event\":\"agent_completed\",\"result\":[1,{}]}\n\n\xff")
	f.Fuzz(func(t *testing.T, body string) {
		given, failure := told(body)
		if failure != "" && given.Agent == "" {
			t.Error("a failure of nobody")
		}
		if given.Text != "" && failure != "" {
			t.Error("two outcomes")
		}
	})
}
