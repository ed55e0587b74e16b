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
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func system(status string) string {
	return fmt.Sprintf(`{"type":"system_message","data":{"status":%q,"user_id":"u"},"timestamp":1758103201.12}`, status)
}

// controls are the messages that start no run, each with its reply.
var controls = []struct {
	name, sent, reply, missing string
	send                       func(context.Context, *Session) error
}{
	{"ping", "ping", `{"type":"pong"}`, "the pong",
		func(ctx context.Context, s *Session) error { return s.Ping(ctx) }},
	{"heartbeat", "heartbeat", `{"type":"heartbeat_ack","data":{"status":"healthy"}}`, "the heartbeat_ack",
		func(ctx context.Context, s *Session) error { return s.Heartbeat(ctx) }},
	{"connect", "connect", system("connected"), `the system_message with status "connected"`,
		func(ctx context.Context, s *Session) error { return s.Announce(ctx) }},
	{"disconnect", "disconnect", system("disconnect_acknowledged"), `the system_message with status "disconnect_acknowledged"`,
		func(ctx context.Context, s *Session) error { return s.Disconnect(ctx) }},
	{"typing", "typing_started", system("typing_acknowledged"), `the system_message with status "typing_acknowledged"`,
		func(ctx context.Context, s *Session) error { return s.Typing(ctx, "thread_1", true) }},
	{"typing no more", "typing_stopped", system("typing_acknowledged"), `the system_message with status "typing_acknowledged"`,
		func(ctx context.Context, s *Session) error { return s.Typing(ctx, "thread_1", false) }},
}

func TestTheReferenceRepliesToEveryControlMessage(t *testing.T) {
	_, sessions, _, recorded := pairOf(t, refstaging.Config{})
	for _, row := range controls {
		require.NoError(t, row.send(t.Context(), sessions[0]), row.name)
	}
	records, _ := recorded.close(t)
	for i, r := range of(records, history.Send) {
		assert.Equal(t, controls[i].sent, r.Event.WireType)
		assert.Nil(t, r.Intent)
	}
	assert.Empty(t, topics(records))
}

func TestAControlMessageWaitsForItsOwnReply(t *testing.T) {
	for _, row := range controls {
		for _, answer := range []struct {
			name   string
			frames []string
			comes  bool
		}{
			{"its reply", []string{row.reply}, true},
			{"an ack and the reply of another", []string{`{"type":"ack","received_type":"x"}`, system("agent_message_acknowledged")}, false},
		} {
			t.Run(row.name+", "+answer.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
						say(c, mainWelcome)
						if heard(c)["type"] == row.sent {
							say(c, answer.frames...)
						}
						drain(c)
					})
					user, err := target.Login(t.Context())
					require.NoError(t, err)
					s, err := user.Connect(t.Context())
					require.NoError(t, err)
					start := time.Now()
					err = row.send(t.Context(), s)
					took := time.Since(start)
					records, _ := recorded.close(t)
					if answer.comes {
						require.NoError(t, err)
						assert.Zero(t, took)
						assert.Empty(t, topics(records))
						return
					}
					var wait *WaitError
					require.ErrorAs(t, err, &wait)
					assert.Equal(t, row.missing, wait.For)
					assert.Equal(t, []string{"gave-up: " + row.missing}, topics(records))
				})
			})
		}
	}
}

func TestAnIdleSessionWaitsForASignOfLife(t *testing.T) {
	for _, row := range []struct {
		name   string
		frames []string
		comes  bool
	}{
		{"a heartbeat", []string{`{"type":"heartbeat","data":{}}`}, true},
		{"a ping", []string{`{"type":"ping","data":{}}`}, true},
		{"something else", []string{`{"type":"backend_log","messages":[]}`}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					gone := make(chan struct{})
					go func() { defer close(gone); drain(c) }()
					say(c, mainWelcome, `{"type":"heartbeat","data":{}}`) // before anybody waits
					<-time.After(9 * time.Second)
					say(c, row.frames...)
					<-gone
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context(), Listening())
				require.NoError(t, err)
				synctest.Wait()
				start := time.Now()
				err = s.Idle(t.Context())
				took := time.Since(start)
				records, _ := recorded.close(t)
				if row.comes {
					require.NoError(t, err)
					assert.Equal(t, 9*time.Second, took)
					assert.Empty(t, topics(records))
					return
				}
				require.ErrorAs(t, err, new(*WaitError))
				assert.Equal(t, 10*time.Second, took)
				assert.Equal(t, []string{"gave-up: " + history.AwaitedHeartbeat}, topics(records))
			})
		})
	}
}
