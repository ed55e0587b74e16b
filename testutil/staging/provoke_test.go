package staging

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func TestTheReferenceAnswersEveryProvocationAsItExpects(t *testing.T) {
	for _, p := range Provocations {
		t.Run(p.Name, func(t *testing.T) {
			_, sessions, _, recorded := pairOf(t, refstaging.Config{})
			s := sessions[0]
			require.NoError(t, s.Provoke(t.Context(), p))
			if p.Survives() {
				require.NoError(t, s.Ping(t.Context()))
			} else {
				<-s.Done()
			}
			require.NoError(t, sessions[1].Ping(t.Context()))
			records, text := recorded.close(t)
			sent := of(records, history.Send)[0]
			assert.Equal(t, &history.Intent{Expect: p.Expect, Error: p.Error, Why: p.Name}, sent.Intent)
			assert.Empty(t, sent.Run)
			assert.Less(t, len(text), 64<<10)
			answer := of(records, history.Recv)[2] // after both welcomes
			switch p.Expect {
			case history.Failure:
				assert.Equal(t, wire.Error, answer.Event.Type)
			case history.Acknowledged:
				assert.Equal(t, wire.Ack, answer.Event.Type)
			default:
				closed := of(records, history.Close)[0]
				assert.Equal(t, s.label, closed.Session)
				assert.Equal(t, p.Expect, strconv.Itoa(closed.Closed.Code))
				assert.Equal(t, history.ByServer, closed.Closed.By)
			}
		})
	}
}

func TestOfAMessageThatIsTooLongTheBeginningIsRecorded(t *testing.T) {
	_, sessions, _, recorded := pairOf(t, refstaging.Config{})
	require.NoError(t, sessions[0].Provoke(t.Context(), TooLong))
	records, _ := recorded.close(t)
	sent := of(records, history.Send)[0]
	whole := tooLong("", "")
	assert.Equal(t, string(whole[:cutKept]), sent.Frame)
	assert.EqualValues(t, len(whole), int64(len(sent.Frame))+sent.Cut)
	assert.Nil(t, sent.Event)
	assert.NotEmpty(t, sent.Unreadable)
	event, err := wire.DecodeSent(string(whole))
	require.NoError(t, err)
	assert.Equal(t, wire.Prompt, event.Type)
}

// A platform may hang up in the middle of a long message, so that the rest of it meets a reset.
func TestAResetWhileWeWriteDoesNotHideTheCloseFrame(t *testing.T) {
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) {
		say(c, mainWelcome)
		_, _ = io.ReadFull(c.NetConn(), make([]byte, 100<<10))
		_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseMessageTooBig, ""), time.Now().Add(time.Second))
		_ = c.NetConn().(*net.TCPConn).Close() // what is unread makes it a reset
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	s, err := user.Connect(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Provoke(t.Context(), TooLong))
	records, _ := recorded.close(t)
	assert.Equal(t, websocket.CloseMessageTooBig, of(records, history.Close)[0].Closed.Code)
}

func TestAProvocationWaitsForAnyAnswerAndNoLonger(t *testing.T) {
	const errorFrame, ack = `{"type":"error","message":"Please enter a message"}`, `{"type":"ack","received_type":"unknown"}`
	for _, row := range []struct {
		name   string
		p      Provocation
		answer func(*websocket.Conn)
		took   time.Duration
		gaveUp bool
	}{
		{"what it expects", MalformedJSON, func(c *websocket.Conn) { say(c, errorFrame) }, 0, false},
		{"an ack, where an error is due", MalformedJSON, func(c *websocket.Conn) { say(c, ack) }, quiet, false},
		{"an ack and then the error", MalformedJSON, func(c *websocket.Conn) { say(c, ack); later(c, quiet/2, errorFrame) }, quiet / 2, false},
		{"an error, where an ack is due", UnknownType, func(c *websocket.Conn) { say(c, errorFrame) }, quiet, false},
		{"an error before the close", JSONArray, func(c *websocket.Conn) { say(c, errorFrame); sayClose(c, 1000, "main cleanup") }, 0, false},
		{"an error in place of the close", JSONArray, func(c *websocket.Conn) { say(c, errorFrame) }, quiet, false},
		{"a close, where an error is due", MalformedJSON, func(c *websocket.Conn) { sayClose(c, 1011, "main mode error") }, 0, false},
		{"a pong", MalformedJSON, func(c *websocket.Conn) { say(c, `{"type":"pong"}`) }, 5 * time.Second, true},
		{"silence", UnknownType, func(*websocket.Conn) {}, 5 * time.Second, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, mainWelcome)
					_, _, _ = c.ReadMessage()
					row.answer(c)
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				start := time.Now()
				err = s.Provoke(t.Context(), row.p)
				assert.Equal(t, row.took, time.Since(start))
				records, _ := recorded.close(t)
				if row.gaveUp {
					require.ErrorAs(t, err, new(*WaitError))
					assert.Equal(t, []string{"gave-up: an answer to " + row.p.Name}, topics(records))
				} else {
					require.NoError(t, err)
					assert.Empty(t, topics(records))
				}
			})
		})
	}
}

func TestWhatAnswersAProvocationEndsNoRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, mainWelcome)
			run := heard(c)["payload"].(map[string]any)["run_id"].(string)
			say(c, event(started, run, "Supervisor", ""))
			_, _, _ = c.ReadMessage()
			say(c, `{"type":"error_message","error_code":"JSON_PARSE_ERROR","error_message":"Invalid JSON format"}`)
			say(c, event(finished, run, "Supervisor", `,"success":true,"final_response":"It is 697."`))
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		s, err := user.Connect(t.Context())
		require.NoError(t, err)
		run, err := s.Ask(prompts.Sum(prompts.NewNonce()))
		require.NoError(t, err)
		require.NoError(t, s.Provoke(t.Context(), MalformedJSON))
		answer, err := run.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "It is 697.", answer.Text)
		records, _ := recorded.close(t)
		for _, r := range of(records, history.Recv) {
			if r.Event.Type == wire.Error {
				assert.Empty(t, r.Run)
			}
		}
	})
}

// A platform may refuse a wrong message twice; the second error is not that of the next prompt, while one
// that is due to a prompt is.
func TestASecondErrorStaysWithItsProvocation(t *testing.T) {
	const refusal = `{"type":"error","message":"Please enter a message"}`
	for _, row := range []struct {
		name  string
		after time.Duration // the first error
		opts  []AskOption
		fails bool // the prompt
	}{
		{"shortly after", quiet / 2, nil, false},
		{"long after", 2 * quiet, nil, true},
		{"where the prompt has to fail", quiet / 2, []AskOption{ExpectFailure("foreign thread")}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, mainWelcome)
					_, _, _ = c.ReadMessage()
					say(c, refusal)
					run := heard(c)["payload"].(map[string]any)["run_id"].(string)
					later(c, row.after, refusal)
					say(c, event(finished, run, "Supervisor", `,"success":true,"final_response":"It is 697."`))
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				require.NoError(t, s.Provoke(t.Context(), EmptyContent))
				run, err := s.Ask(prompts.Sum(prompts.NewNonce()), row.opts...)
				require.NoError(t, err)
				answer, err := run.Wait(t.Context())
				records, _ := recorded.close(t)
				second := of(records, history.Recv)[2]
				if row.fails {
					assert.Equal(t, run.Label(), second.Run)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, "It is 697.", answer.Text)
				assert.Empty(t, second.Run)
			})
		})
	}
}

func TestABurst(t *testing.T) {
	const pong = `{"type":"pong"}`
	for _, row := range []struct {
		name   string
		answer func(c *websocket.Conn, nth int)
		took   time.Duration
		gaveUp bool
	}{
		{"all are answered", func(c *websocket.Conn, _ int) { say(c, pong) }, 0, false},
		{"an error frame", func(c *websocket.Conn, nth int) {
			if nth == 3 {
				say(c, `{"type":"error_message","error_code":"RATE_LIMITED","error_message":"Slow down"}`)
			}
		}, 0, false},
		{"a close", func(c *websocket.Conn, nth int) {
			if nth == 3 {
				sayClose(c, 1008, "Slow down")
			}
		}, 0, false},
		{"some are answered", func(c *websocket.Conn, nth int) {
			if nth%2 == 0 {
				say(c, pong)
			}
		}, 5 * time.Second, false},
		{"silence", func(*websocket.Conn, int) {}, 5 * time.Second, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, mainWelcome)
					for nth := 0; ; nth++ {
						if _, _, err := c.ReadMessage(); err != nil {
							return
						}
						row.answer(c, nth)
					}
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				start := time.Now()
				err = s.Burst(t.Context(), 10)
				assert.Equal(t, row.took, time.Since(start))
				records, _ := recorded.close(t)
				for _, r := range of(records, history.Send) {
					assert.Equal(t, history.Tolerated, r.Intent.Expect)
				}
				if row.gaveUp {
					require.ErrorAs(t, err, new(*WaitError))
					assert.Equal(t, []string{"gave-up: any answer to a burst"}, topics(records))
				} else {
					require.NoError(t, err)
					assert.Empty(t, topics(records))
				}
			})
		})
	}
}

func TestASessionThatIsOverIsNotProvoked(t *testing.T) {
	_, sessions, _, recorded := pairOf(t, refstaging.Config{})
	s := sessions[0]
	require.NoError(t, s.Burst(t.Context(), 200))
	require.NoError(t, s.Close(t.Context()))
	require.ErrorAs(t, s.Provoke(t.Context(), MalformedJSON), new(*ClosedError))
	require.ErrorAs(t, s.Burst(t.Context(), 2), new(*ClosedError))
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.Send), 200)
}
