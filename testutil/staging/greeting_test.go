package staging

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

const (
	octoberWelcome = `{"type":"connection_established","data":{"connection_id":"ws_conn_3f6b1c9e_1_1_ab","user_id":"u"}}`
	response       = `{"type":"handshake_response","thread_id":"thread_cli_25_e1cf9405","run_id":"run_1"}`
	s0Welcome      = `{"type":"system_message","data":{"event":"connection_established","connection_id":"conn_1","user_id":"u","connection_ready":true,"factory_pattern_enabled":true}}`
	refusalFrame   = `{"type":"error_message","error_code":"AUTH_FAILED","error_message":"Token expired","details":{},"timestamp":1758103200.2}`
)

// later says a frame after a time of the bubble.
func later(c *websocket.Conn, d time.Duration, frame string) {
	<-time.After(d)
	say(c, frame)
}

func TestTheDialectIsKnownFromTheGreeting(t *testing.T) {
	complete := `{"type":"handshake_complete"}`
	for _, row := range []struct {
		name     string
		dialect  string // configured
		server   func(*websocket.Conn)
		want     wire.Dialect
		took     time.Duration
		failed   bool
		acked    bool
		timedOut bool
		dials    int // 0: one
	}{
		{name: "main mode at once", server: func(c *websocket.Conn) { say(c, mainWelcome) }, want: wire.September},
		{name: "main mode at once, whatever its connection id", want: wire.September, server: func(c *websocket.Conn) {
			say(c, strings.Replace(mainWelcome, "main_06d1b7e2", "ws_conn_06d1b7e2", 1))
		}},
		{name: "s0 after a ping", want: wire.SeptemberS0, server: func(c *websocket.Conn) {
			say(c, `{"type":"ping","data":{}}`)
			if heard(c)["type"] == "pong" {
				say(c, s0Welcome)
			}
		}},
		{name: "october, response first", acked: true, want: wire.October, took: 500 * time.Millisecond, server: func(c *websocket.Conn) {
			say(c, response, octoberWelcome)
			if heard(c)["type"] == "handshake_acknowledged" {
				say(c, complete)
			}
		}},
		{name: "october, welcome first, duplicates", acked: true, want: wire.October, took: 2400 * time.Millisecond, server: func(c *websocket.Conn) {
			say(c, octoberWelcome, octoberWelcome)
			later(c, 1900*time.Millisecond, response)
			say(c, response, complete)
		}},
		{name: "october without complete", acked: true, want: wire.October, took: 2500 * time.Millisecond, server: func(c *websocket.Conn) {
			say(c, octoberWelcome, response)
		}},
		{name: "looks like october, no response", want: wire.October, took: 2 * time.Second, server: func(c *websocket.Conn) { say(c, octoberWelcome) }},
		{name: "september is configured", dialect: "september", want: wire.October, server: func(c *websocket.Conn) { say(c, octoberWelcome) }},
		{name: "october is configured, no response", dialect: "october", failed: true, timedOut: true, dials: 2, took: 23 * time.Second, server: func(c *websocket.Conn) {
			say(c, octoberWelcome)
		}},
		{name: "response without a thread", failed: true, dials: 2, took: 3 * time.Second, server: func(c *websocket.Conn) {
			say(c, `{"type":"handshake_response"}`, octoberWelcome)
		}},
		{name: "response and no welcome", failed: true, timedOut: true, dials: 2, took: 13 * time.Second, server: func(c *websocket.Conn) { say(c, response) }},
		{name: "an error frame and nothing more", failed: true, timedOut: true, took: 5 * time.Second, server: func(c *websocket.Conn) { say(c, refusalFrame) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				acked := false
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), func(c *config.Config) {
					if row.dialect != "" {
						c.Dialect = row.dialect
					}
				}, func(c *websocket.Conn, _ *http.Request) {
					row.server(c)
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				start := time.Now()
				s, err := user.Connect(t.Context())
				assert.Equal(t, row.took, time.Since(start))
				if row.failed {
					var dial *DialError
					require.ErrorAs(t, err, &dial)
					assert.Equal(t, history.StepWelcome, dial.Broken.Step)
					assert.Equal(t, row.timedOut, dial.Broken.Timeout)
				} else {
					require.NoError(t, err)
					assert.Equal(t, row.want, s.Dialect())
					require.NoError(t, s.Close(t.Context()))
				}
				records, _ := recorded.close(t)
				for _, r := range of(records, history.Send) {
					acked = acked || r.Event.Type == wire.HandshakeAck && r.Event.ThreadID == "thread_cli_25_e1cf9405"
				}
				assert.Equal(t, row.acked, acked)
				closed := of(records, history.Close)
				require.Len(t, closed, max(1, row.dials))
				require.Len(t, of(records, history.Dial), len(closed))
				if row.failed {
					assert.Equal(t, history.ByDial, closed[0].Closed.By)
					assert.NotEmpty(t, topics(records))
				} else {
					assert.Equal(t, history.ByClient, closed[0].Closed.By)
					assert.Empty(t, topics(records))
				}
			})
		})
	}
}

func TestARefusalAfterTheUpgradeTellsFrameAndCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, refusalFrame)
			sayClose(c, 1008, "Authentication failed")
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		_, err = user.Connect(t.Context(), ExpectRefused("the token is damaged"))
		var dial *DialError
		var closed *ClosedError
		require.ErrorAs(t, err, &dial)
		require.ErrorAs(t, err, &closed)
		assert.Equal(t, 1008, closed.Code)
		assert.Equal(t, "Authentication failed", closed.Reason)
		assert.Equal(t, "AUTH_FAILED Token expired", closed.Refusal)
		assert.False(t, dial.Broken.Timeout)
		assert.Contains(t, err.Error(), "Token expired")

		records, _ := recorded.close(t)
		assert.Empty(t, topics(records))
		require.Len(t, of(records, history.Recv), 1)
		c := of(records, history.Close)[0].Closed
		assert.Equal(t, &history.Closed{By: history.ByServer, Code: 1008, Reason: "Authentication failed"}, c)
	})
}

func TestATargetRemembersItsDialect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		greetings := make(chan string, 2)
		greetings <- mainWelcome
		greetings <- octoberWelcome
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, <-greetings)
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		start := time.Now()
		for range 2 {
			_, err := user.Connect(t.Context())
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(start), "no window is waited for")
		target.Close()
		recorded.close(t)
	})
}

func TestOctoberServesTheThreadOfItsHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, response, octoberWelcome)
			heard(c) // handshake_acknowledged
			say(c, `{"type":"handshake_complete"}`)
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		s, err := user.Connect(t.Context())
		require.NoError(t, err)
		for range 2 {
			_, err = s.Ask(prompts.Chat(prompts.NewNonce()))
			require.NoError(t, err)
		}
		records, _ := recorded.close(t)
		asked := of(records, history.Send)[1:]
		require.Len(t, asked, 2)
		for _, r := range asked {
			assert.Equal(t, "thread_cli_25_e1cf9405", r.Event.ThreadID)
		}
		assert.NotEqual(t, asked[0].Event.RunID, asked[1].Event.RunID)
	})
}
