package refstaging_test

import (
	"net/http"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A session reserves a thread at its handshake, and gives it back when nothing was said in it: however
// often a user connects, the 1,000 places of her threads are for those that she uses.
func TestHandshakesPushOutNoThread(t *testing.T) {
	s := startOctober(t, refstaging.Config{})
	header := bearer(login(t, s, "often").access)
	made := call(t, "POST", s.APIURL()+"/api/threads", header, object{"title": "Notes"})
	require.Equal(t, http.StatusOK, made.status)
	id := made.json["id"].(string)
	for range 1010 {
		c := dial(t, s.WebSocketURL(), header)
		c.greeted()
		require.NoError(t, c.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
		c.closed()
	}
	got := call(t, "GET", s.APIURL()+"/api/threads/"+id, header, nil)
	assert.Equal(t, http.StatusOK, got.status)
}
