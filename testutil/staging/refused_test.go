package staging

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// TestARefusalStopsNoStory holds what ends a story against what is for the judge, for dials and for
// exchanges alike.
func TestARefusalStopsNoStory(t *testing.T) {
	t.Parallel() // it waits
	answer := func(raw string) func(net.Conn) { return func(c net.Conn) { _, _ = io.WriteString(c, raw) } }
	upgraded := func(then func(*websocket.Conn)) func(*websocket.Conn, *http.Request) {
		return func(c *websocket.Conn, _ *http.Request) { then(c) }
	}
	for _, row := range []struct {
		name   string
		raw    func(net.Conn) // instead of a WebSocket, and of REST
		socket func(*websocket.Conn, *http.Request)
		stops  bool
	}{
		{name: "refused", socket: upgraded(func(c *websocket.Conn) { sayClose(c, 1008, "Authentication failed") })},
		{name: "refused as a server error", socket: upgraded(func(c *websocket.Conn) { sayClose(c, 1011, "main mode error") })},
		{name: "cut", socket: upgraded(func(*websocket.Conn) {})},
		{name: "welcomed", socket: upgraded(func(c *websocket.Conn) { say(c, mainWelcome); drain(c) })},
		{name: "silence", stops: true, socket: upgraded(drain)},
		{name: "403", raw: answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")},
		{name: "500", raw: answer("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")},
		{name: "429", stops: true, raw: answer("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")},
		{name: "no answer", stops: true, raw: func(net.Conn) {}},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDoor(t, row.socket)
			target, recorded := target(t, at(d.URL), short())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			if row.raw != nil {
				base := rawTCP(t, row.raw)
				target.config.AuthURL, target.config.WebSocketURL = base, "ws"+base[len("http"):]+"/ws"
				assert.Equal(t, row.stops, user.TryREST(t.Context(), BadCredentials[0]) != nil)
			}
			err = user.BeRefused(t.Context(), WithCredential(BadCredentials[0]))
			assert.Equal(t, row.stops, err != nil, "%v", err)
			recorded.close(t)
		})
	}
}

func TestTheEndOfAStoryIsNoRefusal(t *testing.T) {
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) { drain(c) })
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errSignal)
	require.ErrorContains(t, user.BeRefused(ctx, WithCredential(BadCredentials[0])), errSignal.Error())
	require.Error(t, user.TryREST(ctx, BadCredentials[0]))
	records, _ := recorded.close(t)
	assert.Equal(t, history.ByDial, of(records, history.Close)[0].Closed.By)
}
