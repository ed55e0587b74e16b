package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A symptom is what a bare client sees of a fault, and does not see without it.
type symptom struct {
	id, sees string
	look     func(v visitor) string
}

// shown looks at a deployment with the fault, and at one without.
func shown(t *testing.T, symptoms []symptom) {
	t.Helper()
	for _, s := range symptoms {
		t.Run(s.id, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, s.sees, s.look(visit(t, s.id)))
			assert.NotEqual(t, s.sees, s.look(visit(t)), "without the fault")
		})
	}
}

// A visitor is a bare client of a deployment.
type visitor struct {
	t  *testing.T
	at *refstaging.Server
}

func visit(t *testing.T, faults ...string) visitor {
	t.Helper()
	var c refstaging.Config
	require.NoError(t, Apply(&c, faults, Options{Rate: -1, Seed: 1}))
	s, err := refstaging.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return visitor{t, s}
}

// A request of a visitor; body is JSON, if there is any.
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

func (v visitor) ask(q request) (a answer) {
	v.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(v.t.Context(), q.method, q.url, strings.NewReader(q.body))
	require.NoError(v.t, err)
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	if q.token != "" {
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	if q.origin != "" {
		r.Header.Set("Origin", q.origin)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(v.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	a = answer{response.StatusCode, response.Header, string(body), nil}
	_ = json.Unmarshal(body, &a.all) // nil where it is none
	return a
}

// get asks the backend with a token, or without one if it is "".
func (v visitor) get(path, token string) answer {
	v.t.Helper()
	return v.ask(request{url: v.at.APIURL() + path, token: token})
}

// login is the answer of the simulation login.
func (v visitor) login(name string) answer {
	v.t.Helper()
	return v.ask(request{
		method: http.MethodPost, url: v.at.AuthURL() + "/auth/e2e/test-auth", body: fmt.Sprintf(`{"email":"%s@example.com"}`, name),
		header: map[string]string{"X-E2E-Bypass-Key": v.at.SimulationKey()},
	})
}

// token is the access token of a login.
func (v visitor) token(name string) string {
	v.t.Helper()
	return text(v.login(name).all, "access_token")
}

// valid asks the auth service about a token.
func (v visitor) valid(token string) bool {
	v.t.Helper()
	return v.ask(request{url: v.at.AuthURL() + "/auth/verify", token: token}).all["valid"] == true
}

// connect tells how an upgrade with a token, or without one if it is "", ends: with which status, or welcome or
// other frame, or close frame. It stays open if keep is not nil, for what keep says about it.
func (v visitor) connect(query, token string, keep func(*websocket.Conn) string) string {
	v.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, response, err := websocket.DefaultDialer.DialContext(v.t.Context(), v.at.WebSocketURL()+query, header)
	if response != nil {
		defer response.Body.Close()
	}
	if err != nil {
		require.NotNil(v.t, response, "%v", err)
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
