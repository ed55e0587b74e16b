package staging

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// raw writes bytes below the WebSocket protocol.
func raw(c *websocket.Conn, b ...byte) { _, _ = c.NetConn().Write(b) }

// cut ends the stream without a close frame.
func cut(c *websocket.Conn) { _ = c.NetConn().(*net.TCPConn).CloseWrite(); drain(c) }

func TestAnEndedSessionWakesItsWaitersAndSaysHow(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(*websocket.Conn)
		want history.Closed
		step history.Step // of what broke; empty: nothing
	}{
		{"close frame", func(c *websocket.Conn) { sayClose(c, 1011, "main mode error") },
			history.Closed{By: history.ByServer, Code: 1011, Reason: "main mode error"}, ""},
		{"normal close frame", func(c *websocket.Conn) { sayClose(c, 1000, "main cleanup") },
			history.Closed{By: history.ByServer, Code: 1000, Reason: "main cleanup"}, ""},
		{"close frame without a code", func(c *websocket.Conn) { raw(c, 0x88, 0); drain(c) },
			history.Closed{By: history.ByServer}, ""},
		{"end of stream without a close frame", cut, history.Closed{By: history.ByNetwork}, history.StepRead},
		{"reset", func(c *websocket.Conn) { _ = c.NetConn().(*net.TCPConn).SetLinger(0); _ = c.NetConn().Close() },
			history.Closed{By: history.ByNetwork}, history.StepRead},
		{"stops in the middle of a frame", func(c *websocket.Conn) { raw(c, 0x81, 100, '{'); cut(c) },
			history.Closed{By: history.ByNetwork}, history.StepFrame},
		{"stops between the fragments of a message", func(c *websocket.Conn) { raw(c, 0x01, 1, '{'); cut(c) },
			history.Closed{By: history.ByNetwork}, history.StepFrame},
		{"reserved bits", func(c *websocket.Conn) { raw(c, 0xF1, 1, '{'); drain(c) },
			history.Closed{By: history.ByNetwork}, history.StepFrame},
		{"invalid close code", func(c *websocket.Conn) { raw(c, 0x88, 2, 0x01, 0x91); drain(c) },
			history.Closed{By: history.ByNetwork}, history.StepFrame},
		{"over 5 MiB", func(c *websocket.Conn) {
			_ = c.WriteMessage(websocket.TextMessage, make([]byte, maxMessage+1))
			drain(c)
		},
			history.Closed{By: history.ByNetwork}, history.StepFrame},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDoor(t, func(c *websocket.Conn, _ *http.Request) {
				say(c, mainWelcome)
				heard(c) // the prompt
				row.end(c)
			})
			target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			s, err := user.Connect(t.Context())
			require.NoError(t, err)
			require.NoError(t, s.Err())
			run, err := s.Ask(prompts.Sum(prompts.NewNonce()))
			require.NoError(t, err)
			_, err = run.Wait(t.Context())
			var closed *ClosedError
			require.ErrorAs(t, err, &closed)
			assert.Equal(t, row.want.Code, closed.Code)
			assert.Contains(t, err.Error(), d.URL[len("http"):])
			<-s.Done()
			assert.ErrorAs(t, s.Err(), &closed)
			_, err = s.Ask(prompts.Sum(prompts.NewNonce()))
			assert.ErrorAs(t, err, &closed)
			assert.ErrorAs(t, s.Ping(t.Context()), &closed)
			assert.ErrorAs(t, s.Settle(t.Context()), &closed)
			assert.NoError(t, s.Close(t.Context()))

			records, _ := recorded.close(t)
			ends := of(records, history.Close)
			require.Len(t, ends, 1)
			got := *ends[0].Closed
			if row.step != "" {
				require.NotNil(t, got.Broken)
				assert.Equal(t, row.step, got.Broken.Step, got.Broken.Error)
			}
			got.Broken = nil
			assert.Equal(t, row.want, got)
			assert.Empty(t, topics(records))
		})
	}
}

func TestLeaving(t *testing.T) {
	for _, row := range []struct {
		name  string
		serve func(*websocket.Conn)
		leave func(*Session) error
		want  history.Closed
		notes []string
	}{
		{"politely", drain, func(s *Session) error { return s.Close(t.Context()) }, history.Closed{By: history.ByClient, Code: 1000}, nil},
		{"twice", drain, func(s *Session) error { return errors.Join(s.Close(t.Context()), s.Close(t.Context())) },
			history.Closed{By: history.ByClient, Code: 1000}, nil},
		{"abruptly", drain, func(s *Session) error { s.Abort(); return nil }, history.Closed{By: history.ByClient}, nil},
		{"answered by an empty close frame",
			func(c *websocket.Conn) {
				c.SetCloseHandler(func(int, string) error { raw(c, 0x88, 0); return nil })
				drain(c)
			},
			func(s *Session) error { return s.Close(t.Context()) }, history.Closed{By: history.ByClient, Code: 1000}, nil},
		{"while the server closes for another reason",
			func(c *websocket.Conn) {
				c.SetCloseHandler(func(int, string) error {
					return c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1011, "main mode error"), time.Now().Add(time.Second))
				})
				drain(c)
			},
			func(s *Session) error { return s.Close(t.Context()) }, history.Closed{By: history.ByServer, Code: 1011, Reason: "main mode error"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			ended := make(chan error, 1)
			d := newDoor(t, func(c *websocket.Conn, _ *http.Request) {
				say(c, mainWelcome)
				row.serve(c)
				_, err := c.NetConn().Read(make([]byte, 1))
				ended <- err
			})
			target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			s, err := user.Connect(t.Context())
			require.NoError(t, err)
			require.NoError(t, row.leave(s))
			<-ended
			records, _ := recorded.close(t)
			ends := of(records, history.Close)
			require.Len(t, ends, 1)
			assert.Equal(t, row.want, *ends[0].Closed)
			assert.Equal(t, row.notes, topics(records))
		})
	}
}

func TestAServerThatNeverClosesIsLeftAfterTheBudget(t *testing.T) {
	t.Parallel() // it waits
	gone := make(chan struct{})
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) {
		say(c, mainWelcome)
		_, _ = io.Copy(io.Discard, c.NetConn())
		close(gone)
	})
	target, recorded := target(t, at(d.URL), short())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	s, err := user.Connect(t.Context())
	require.NoError(t, err)
	require.ErrorAs(t, s.Close(t.Context()), new(*WaitError))
	<-gone
	records, _ := recorded.close(t)
	assert.Equal(t, []string{"gave-up: the server's close frame"}, topics(records))
}

func TestClosingTheTargetEndsItsSessions(t *testing.T) {
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) { say(c, mainWelcome); drain(c) })
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	var open []*Session
	for range 3 {
		s, err := user.Connect(t.Context())
		require.NoError(t, err)
		open = append(open, s)
	}
	target.Close()
	for _, s := range open {
		require.Error(t, s.Err())
	}
	records, _ := recorded.close(t)
	require.Len(t, of(records, history.Close), 3)
}

func TestAServerThatWentAwayIsCalledThat(t *testing.T) {
	server, c := reference(t, refstaging.Config{Pacing: refstaging.Pacing{Think: time.Second}})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	s, err := user.Connect(t.Context())
	require.NoError(t, err)
	run, err := s.Ask(prompts.Sum(prompts.NewNonce()))
	require.NoError(t, err)
	require.NoError(t, s.Ping(t.Context())) // the prompt has arrived
	require.NoError(t, server.Close())
	_, err = run.Wait(t.Context())
	var closed *ClosedError
	require.ErrorAs(t, err, &closed)
	assert.Equal(t, websocket.CloseGoingAway, closed.Code)
	assert.ErrorContains(t, err, "it went away, as a server does that shuts down or restarts")
	recorded.close(t)
}
