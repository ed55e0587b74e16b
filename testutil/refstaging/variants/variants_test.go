package variants

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestUnknownVariantsAreNamed(t *testing.T) {
	var c refstaging.Config
	err := Apply(&c, []string{"jitter", "upside-down"})
	require.ErrorContains(t, err, `no variant "upside-down": choose of asked-back, `)
	assert.Nil(t, c.Hooks.HTTP.API, "it is as before")
}

// Two variants that declare different shapes, or dialects, are not one target.
func TestVariantsThatExcludeEachOther(t *testing.T) {
	_, err := Declared([]string{"e1", "e3"})
	require.ErrorContains(t, err, `variant "e3" declares e3, and one before it e1`)
	_, err = Declared([]string{"october", "e1"})
	require.ErrorContains(t, err, `declares september, and one before it october`)
	declared, err := Declared([]string{"e3", "jitter", "pings"})
	require.NoError(t, err)
	assert.Equal(t, Declaration{Dialect: "september", Shape: "e3"}, declared)
	c := refstaging.Config{Dialect: "october"}
	require.ErrorContains(t, Apply(&c, []string{"e3"}), "of the dialect september, not of october")
}

// Without the variant the answer to a close repeats its code.
func TestClosesAreAnsweredWithoutACode(t *testing.T) {
	for name, want := range map[string]int{"close-bare": websocket.CloseNoStatusReceived, "jitter": websocket.CloseNormalClosure} {
		c := refstaging.Config{Hooks: refstaging.Hooks{Tokens: refstaging.TokenHooks{
			Validate: func(refstaging.ValidateToken) refstaging.ValidateToken {
				return func(string, string) (refstaging.Identity, error) { return refstaging.Identity{UserID: "alice"}, nil }
			},
		}}}
		require.NoError(t, Apply(&c, []string{name}))
		server, err := refstaging.Start(c)
		require.NoError(t, err)
		client, _, err := websocket.DefaultDialer.DialContext(t.Context(), server.WebSocketURL(), nil)
		require.NoError(t, err)
		require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Minute)))
		_, _, err = client.ReadMessage()
		require.NoError(t, err, "the welcome")
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		require.NoError(t, client.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Minute)))
		_, _, err = client.ReadMessage()
		assert.True(t, websocket.IsCloseError(err, want), "%s: %v", name, err)
		assert.NoError(t, client.Close())
		assert.NoError(t, server.Close())
	}
}

// served echoes through a jittery connection.
func served(t *testing.T, answer func(*websocket.Conn)) (client *websocket.Conn) {
	t.Helper()
	var c refstaging.Config
	upgraded := make(chan struct{})
	c.Hooks.HTTP.API = func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(upgraded)
			conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if !assert.NoError(t, err) {
				return
			}
			answer(conn)
			assert.NoError(t, conn.Close())
		})
	}
	require.NoError(t, Apply(&c, []string{"jitter"}))
	server, err := refstaging.Start(c)
	require.NoError(t, err)
	client, _, err = websocket.DefaultDialer.DialContext(t.Context(), server.WebSocketURL(), nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = client.Close() // it may be closed already
		<-upgraded
		assert.NoError(t, server.Close())
	})
	return client
}

// Frames arrive whole, all of them, and in their order, also those that were on their way when the connection
// was closed.
func TestJitterKeepsFrames(t *testing.T) {
	const frames = 100
	client := served(t, func(conn *websocket.Conn) {
		for i := range frames {
			assert.NoError(t, conn.WriteJSON(i))
		}
	})
	require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Minute)))
	for i := range frames {
		var got int
		require.NoError(t, client.ReadJSON(&got))
		assert.Equal(t, i, got)
	}
	_, _, err := client.ReadMessage()
	assert.Error(t, err, "and then it is closed")
}

// A connection whose other side is gone can be written to until that is known, and closed.
func TestJitterSurvivesTheOtherSide(t *testing.T) {
	client := served(t, func(conn *websocket.Conn) {
		_, _, err := conn.ReadMessage()
		assert.Error(t, err)
		for range 2 * underWay {
			if conn.WriteJSON("anybody there?") != nil {
				return
			}
		}
	})
	require.NoError(t, client.Close())
}
