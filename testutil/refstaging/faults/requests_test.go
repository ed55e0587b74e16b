package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// A request says all of itself; body is JSON, if there is any.
type request struct {
	method, url, token, origin, body string
	header                           map[string]string
}

// An answer has the members of its body, if that is a JSON object.
type answer struct {
	status int
	header http.Header
	body   string
	all    map[string]any
}

func (g *guest) send(q request) (a answer) {
	g.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(g.t.Context(), q.method, q.url, strings.NewReader(q.body))
	require.NoError(g.t, err)
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	if q.token != "" {
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	if q.origin != "" {
		r.Header.Set("Origin", q.origin)
	}
	response, err := g.client.Do(r)
	require.NoError(g.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(g.t, err)
	a = answer{response.StatusCode, response.Header, string(body), nil}
	_ = json.Unmarshal(body, &a.all) // nil where it is none
	return a
}

// get asks the backend with a token, or without one if it is "".
func (g *guest) get(path, token string) answer {
	g.t.Helper()
	return g.send(request{url: g.server.APIURL() + path, token: token})
}

// login is the answer of the simulation login.
func (g *guest) login(name string) answer {
	g.t.Helper()
	return g.send(request{
		method: http.MethodPost, url: g.server.AuthURL() + "/auth/e2e/test-auth", body: fmt.Sprintf(`{"email":"%s@example.com"}`, name),
		header: map[string]string{"X-E2E-Bypass-Key": g.server.SimulationKey()},
	})
}

// tokenOf is the access token of a login of its own.
func (g *guest) tokenOf(name string) string {
	g.t.Helper()
	return text(g.login(name).all, "access_token")
}

// valid asks the auth service about a token.
func (g *guest) valid(token string) bool {
	g.t.Helper()
	return g.send(request{url: g.server.AuthURL() + "/auth/verify", token: token}).all["valid"] == true
}

// connect tells how an upgrade with a token, or without one if it is "", ends: with which status, or welcome or
// other frame, or close frame. It stays open if keep is not nil, for what keep says about it.
func (g *guest) connect(query, token string, keep func(*websocket.Conn) string) string {
	g.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, response, err := websocket.DefaultDialer.DialContext(g.t.Context(), g.server.WebSocketURL()+query, header)
	if response != nil {
		defer response.Body.Close()
	}
	if err != nil {
		require.NotNil(g.t, response, "%v", err)
		return fmt.Sprint("upgrade ", response.StatusCode)
	}
	defer conn.Close()
	frame := heard(conn)
	if keep != nil {
		frame += keep(conn)
	}
	if !strings.HasPrefix(frame, "error") {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second)) // leaves at once
		return frame
	}
	return frame + ", " + heard(conn)
}

// heard says the next frame, or how the connection ended.
func heard(conn *websocket.Conn) string {
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var frame map[string]any
	if err := conn.ReadJSON(&frame); err != nil {
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return fmt.Sprint("close ", closed.Code)
		}
		return "cut"
	}
	data, _ := frame["data"].(map[string]any)
	switch kind := text(frame, "type"); kind {
	case "connection_established":
		return "welcome " + text(data, "user_id")
	case "error_message":
		return "error " + text(frame, "error_message")
	default:
		return kind + " " + text(data, "message")
	}
}

func text(all map[string]any, name string) string { s, _ := all[name].(string); return s }
