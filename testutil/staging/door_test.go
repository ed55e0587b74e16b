package staging

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// A door is a raw server with an auth service that always agrees, and a WebSocket that does what a
// test tells it to. It knows nothing of the reference, nor of package wire.
type door struct {
	URL string
	mux *http.ServeMux
	// upgraded runs on each WebSocket after the 101; the connection is closed when it returns.
	upgraded func(*websocket.Conn, *http.Request)

	mu       sync.Mutex
	upgrades []*http.Request
	conns    []*websocket.Conn
	serving  sync.WaitGroup
}

const mainWelcome = `{"type":"connection_established","data":{"mode":"main","user_id":"e2e-go-2...","connection_id":"main_06d1b7e2"},"timestamp":1758103200.21}`

func makeDoor(t *testing.T, upgraded func(*websocket.Conn, *http.Request)) *door {
	d := &door{mux: http.NewServeMux(), upgraded: upgraded}
	d.mux.HandleFunc("POST /auth/e2e/test-auth", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Email string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		local, _, _ := strings.Cut(asked.Email, "@")
		answerJSON(w, 200, map[string]any{
			"access_token": sign(t, "e2e-"+local, 30*time.Minute), "refresh_token": sign(t, "refresh", 24*time.Hour),
			"token_type": "Bearer", "expires_in": 1800,
		})
	})
	d.mux.HandleFunc("/ws", d.upgrade)
	d.mux.HandleFunc("/api/v1/websocket", d.upgrade)
	return d
}

// newDoor listens on loopback.
func newDoor(t *testing.T, upgraded func(*websocket.Conn, *http.Request)) *door {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := makeDoor(t, upgraded)
	d.serve(t, l)
	d.URL = "http://" + l.Addr().String()
	return d
}

func (d *door) serve(t *testing.T, l net.Listener) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) })}
	d.serving.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() {
		_ = server.Close()
		d.mu.Lock()
		for _, c := range d.conns {
			_ = c.Close()
		}
		d.mu.Unlock()
		d.serving.Wait()
	})
}

func (d *door) upgrade(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.upgrades = append(d.upgrades, r)
	d.mu.Unlock()
	up := websocket.Upgrader{Subprotocols: websocket.Subprotocols(r), CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	d.mu.Lock()
	d.conns = append(d.conns, conn)
	d.mu.Unlock()
	d.serving.Add(1)
	defer d.serving.Done()
	defer func() { _ = conn.Close() }()
	d.upgraded(conn, r)
}

// signed counts the tokens, so that no two are alike.
var signed atomic.Int64

// sign makes a token that looks like one of the platform's.
func sign(t *testing.T, subject string, life time.Duration) string {
	return signAt(t, time.Now(), subject, life)
}

func signAt(t *testing.T, now time.Time, subject string, life time.Duration) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": subject, "iat": now.Unix(), "exp": now.Add(life).Unix(), "jti": fmt.Sprint(signed.Add(1)),
	}).SignedString([]byte("a signing key of the raw server"))
	require.NoError(t, err)
	return token
}

func say(c *websocket.Conn, frames ...string) {
	for _, f := range frames {
		_ = c.WriteMessage(websocket.TextMessage, []byte(f))
	}
}

func sayClose(c *websocket.Conn, code int, reason string) {
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
	drain(c)
}

// drain reads until the client has gone.
func drain(c *websocket.Conn) {
	for {
		if _, _, err := c.NextReader(); err != nil {
			return
		}
	}
}

// heard returns the next message as a JSON object.
func heard(c *websocket.Conn) (m map[string]any) {
	_ = c.ReadJSON(&m)
	return m
}

// rawTCP serves each connection with handle, which gets it after the header of one request was read.
func rawTCP(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = c.Close() }()
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					handle(c)
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return "http://" + l.Addr().String()
}

// wait blocks until the client hangs up.
func wait(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
