package staging

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A script answers one prompt, whose run and thread ids it is given.
type script func(c *websocket.Conn, run, thread string)

// serveScript answers each prompt with the script.
func serveScript(answer script) func(*websocket.Conn, *http.Request) {
	return func(c *websocket.Conn, _ *http.Request) {
		say(c, mainWelcome)
		for {
			m := heard(c)
			if m == nil {
				return
			}
			if p, ok := m["payload"].(map[string]any); ok {
				answer(c, fmt.Sprint(p["run_id"]), fmt.Sprint(p["thread_id"]))
			} else if m["type"] == "agent_request" {
				answer(c, fmt.Sprint(m["run_id"]), fmt.Sprint(m["thread_id"]))
			}
		}
	}
}

func event(kind, run, agent, more string) string {
	id := ""
	if run != "" {
		id = fmt.Sprintf(`"run_id":%q,`, run)
	}
	return fmt.Sprintf(`{"type":%q,%s"agent_name":%q,"timestamp":1758103201.12%s}`, kind, id, agent, more)
}

const (
	started  = "agent_started"
	thinking = "agent_thinking"
	finished = "agent_completed"
	failed   = "agent_error"
)

func whole(c *websocket.Conn, run, thread, text string) {
	say(c, event(started, run, "Supervisor", ""), event(thinking, run, "Supervisor", `,"thought":"Adding."`),
		event(finished, run, "Supervisor", fmt.Sprintf(`,"thread_id":%q,"success":true,"final_response":%q`, thread, text)))
}

func TestWaitEndsWhenTheRunDoesOrABudget(t *testing.T) {
	b := fixtures.Budgets{HTTP: 5 * time.Second, Connect: 5 * time.Second, FirstEvent: 2 * time.Second, Gap: 3 * time.Second, Answer: 10 * time.Second, Reply: time.Second}
	pause := func(d time.Duration) { <-time.After(d) }
	for _, row := range []struct {
		name   string
		script script
		opts   []AskOption
		took   time.Duration
		text   string
		gaveUp string
		failed string // text of the FailedError
		failOK bool   // in Answer.Failure instead
	}{
		{name: "an answer", text: "It is 697.", script: func(c *websocket.Conn, run, thread string) { whole(c, run, thread, "It is 697.") }},
		{name: "minted ids", text: "It is 697.", script: func(c *websocket.Conn, _, thread string) { whole(c, "run_chat_9_00000000", thread, "It is 697.") }},
		{name: "no ids", text: "It is 697.", script: func(c *websocket.Conn, _, thread string) { whole(c, "", thread, "It is 697.") }},
		{name: "no event", took: 2 * time.Second, gaveUp: "the first event of the run", script: func(*websocket.Conn, string, string) {}},
		{name: "only what belongs to no run", took: 2 * time.Second, gaveUp: "the first event of the run", script: func(c *websocket.Conn, run, thread string) {
			say(c, `{"type":"ack","received_type":"user_message"}`, `{"type":"pong"}`, `{"type":"system_message","data":{"status":"connected"}}`)
		}},
		{name: "silence in the middle", took: 4 * time.Second, gaveUp: "the next event of the run", script: func(c *websocket.Conn, run, thread string) {
			say(c, event(started, run, "Supervisor", ""))
			pause(time.Second)
			say(c, event(thinking, run, "Supervisor", ""))
		}},
		{name: "never ends", took: 10 * time.Second, gaveUp: "the answer", script: func(c *websocket.Conn, run, thread string) {
			for range 6 {
				say(c, event(started, run, "Supervisor", ""))
				pause(2 * time.Second)
			}
		}},
		{name: "root unknown, then silence", took: time.Second, text: "It is 697.", script: func(c *websocket.Conn, run, thread string) {
			say(c, fmt.Sprintf(`{"type":"agent_completed","run_id":%q,"final_response":"It is 697."}`, run))
		}},
		{name: "nested agents", text: "All of it.", script: func(c *websocket.Conn, run, thread string) {
			say(c, event(started, run, "Supervisor", ""), event(started, run, "data", ""), event(finished, run, "data", `,"result":"A part."`))
			say(c, event(finished, run, "Supervisor", `,"result":"All of it."`))
		}},
		{name: "an error of the root, then silence", took: time.Second, failed: "out of memory", script: func(c *websocket.Conn, run, thread string) {
			say(c, event(started, run, "Supervisor", ""), event(failed, run, "Supervisor", `,"data":{"error_message":"out of memory"}`))
		}},
		{name: "an error, then success false", failed: "out of memory", script: func(c *websocket.Conn, run, thread string) {
			say(c, event(started, run, "Supervisor", ""), event(failed, run, "Supervisor", `,"data":{"error_message":"out of memory"}`),
				event(finished, run, "Supervisor", `,"success":false`))
		}},
		{name: "an error frame without ids", failed: "Access denied to thread", script: func(c *websocket.Conn, run, thread string) {
			say(c, `{"type":"error","message":"Access denied to thread"}`)
		}},
		{name: "a failure that is expected", failed: "Agent astrologer not found in registry", failOK: true, took: time.Second,
			opts: []AskOption{ToAgent("astrologer"), ExpectFailure("unknown agent")},
			script: func(c *websocket.Conn, run, thread string) {
				say(c, event(failed, run, "astrologer", `,"data":{"error_message":"Agent astrologer not found in registry"}`))
			}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, b, nil, serveScript(row.script))
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				start := time.Now()
				run, err := s.Ask(prompts.Sum(prompts.NewNonce()), row.opts...)
				require.NoError(t, err)
				answer, err := run.Wait(t.Context())
				assert.Equal(t, row.took, time.Since(start))

				var gaveUp *WaitError
				var failure *FailedError
				switch {
				case row.gaveUp != "":
					require.ErrorAs(t, err, &gaveUp)
					assert.Equal(t, row.gaveUp, gaveUp.For)
				case row.failOK:
					require.NoError(t, err)
					failure = answer.Failure
				case row.failed != "":
					require.ErrorAs(t, err, &failure)
				default:
					require.NoError(t, err)
					assert.Equal(t, row.text, answer.Text)
				}
				if row.failed != "" {
					assert.Equal(t, row.failed, failure.Text)
					assert.Equal(t, run.Label(), failure.Run)
				}
				records, _ := recorded.close(t)
				if row.gaveUp == "" {
					assert.Empty(t, topics(records))
				} else {
					assert.Equal(t, []string{"gave-up: " + row.gaveUp}, topics(records))
					assert.Equal(t, run.Label(), of(records, history.Note)[0].Run)
				}
			})
		})
	}
}

func TestARunEndsWithTheContextOfItsStory(t *testing.T) {
	for _, row := range []struct {
		name  string
		limit func(context.Context) (context.Context, context.CancelFunc)
		notes int
	}{
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, 1},
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, serveScript(func(*websocket.Conn, string, string) {}))
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				run, err := s.Ask(prompts.Chat(prompts.NewNonce()))
				require.NoError(t, err)
				ctx, cancel := row.limit(t.Context())
				defer cancel()
				_, err = run.Wait(ctx)
				require.ErrorIs(t, err, ctx.Err())
				require.ErrorAs(t, err, new(*WaitError))
				records, _ := recorded.close(t)
				assert.Len(t, topics(records), row.notes)
			})
		})
	}
}

func TestTwoSessionsOfOneUserShareARunButNotItsTracker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := make(chan *websocket.Conn, 2), make(chan struct{})
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, mainWelcome)
			first <- c
			if m := heard(c); m != nil { // the session that asks
				run := fmt.Sprint(m["payload"].(map[string]any)["run_id"])
				other := <-first
				if other == c {
					other = <-first
				}
				whole(other, run, "thread_1", "It is 697.")
				whole(c, run, "thread_1", "It is 697.")
				close(second)
			}
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		asks, err := user.Connect(t.Context())
		require.NoError(t, err)
		_, err = user.Connect(t.Context())
		require.NoError(t, err)
		run, err := asks.Ask(prompts.Sum(prompts.NewNonce()))
		require.NoError(t, err)
		answer, err := run.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, answer.Events, "each event counts once")
		<-second
		synctest.Wait()
		records, _ := recorded.close(t)
		labelled := 0
		for _, r := range of(records, history.Recv) {
			if r.Run == run.Label() {
				labelled++
			}
		}
		assert.Equal(t, 6, labelled, "both sessions heard it")
	})
}

func TestHeartbeatsAndPingsAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heardOf := make(chan string, 2)
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, mainWelcome, `{"type":"heartbeat","data":{}}`)
			heardOf <- fmt.Sprint(heard(c)["type"])
			say(c, `{"type":"ping","data":{}}`)
			heardOf <- fmt.Sprint(heard(c)["type"])
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		s, err := user.Connect(t.Context(), Listening())
		require.NoError(t, err)
		assert.Equal(t, "heartbeat_ack", <-heardOf)
		assert.Equal(t, "pong", <-heardOf)
		start := time.Now()
		require.ErrorAs(t, s.Ping(t.Context()), new(*WaitError))
		assert.Equal(t, 5*time.Second, time.Since(start))
		require.NoError(t, s.Settle(t.Context()))
		assert.Equal(t, 5100*time.Millisecond, time.Since(start))
		records, _ := recorded.close(t)
		assert.Equal(t, []string{"gave-up: the pong", "settled"}, topics(records))
		assert.True(t, of(records, history.Dial)[0].Intent.Listens)
	})
}

func TestAStoryMaySayThatItLeavesBeforeTheOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, serveScript(func(*websocket.Conn, string, string) {}))
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		s, err := user.Connect(t.Context())
		require.NoError(t, err)
		for _, opts := range [][]AskOption{nil, {Abandoning()}} {
			_, err = s.Ask(prompts.Chat(prompts.NewNonce()), opts...)
			require.NoError(t, err)
		}
		s.Abort()
		records, text := recorded.close(t)
		asked := of(records, history.Send)
		assert.False(t, asked[0].Intent.Abandon)
		assert.True(t, asked[1].Intent.Abandon)
		assert.Contains(t, text, `"abandon":true`)
	})
}
