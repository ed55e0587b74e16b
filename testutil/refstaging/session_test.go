package refstaging

import (
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that has seen the answer to its close may connect again at once: its place is free before
// the answer is written.
func TestPlaceIsFreeBeforeTheCloseIsAnswered(t *testing.T) {
	sessions := make(chan *Session, 1)
	var cfg Config
	cfg.Hooks.Tokens.Validate = func(ValidateToken) ValidateToken {
		return func(string, string) (Identity, error) { return Identity{UserID: "u"}, nil }
	}
	cfg.Hooks.Router.Route = func(Route) Route { return func(s *Session, _ Message) { sessions <- s } }
	server, err := Start(cfg)
	require.NoError(t, err)
	defer server.Close()
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), server.WebSocketURL(), nil)
	require.NoError(t, err)
	defer conn.Close()
	response.Body.Close()
	require.NoError(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)))
	s := <-sessions
	_, open := server.hub.census()
	require.Equal(t, 1, open)
	require.NoError(t, s.conn.CloseHandler()(websocket.CloseNormalClosure, ""))
	_, open = server.hub.census()
	assert.Zero(t, open)
}
