package faults

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A sighting is what a bare client sees of one fault, in words, and how it looks.
type sighting struct {
	id   string
	sees string
	look func(g *guest) string
}

// seen looks at a deployment with each fault, and at one without any, where the same must not be seen.
func seen(t *testing.T, rows []sighting) { seenAt(t, refstaging.Config{}, rows) }

// seenAt looks at deployments of some configuration.
func seenAt(t *testing.T, c refstaging.Config, rows []sighting) {
	for _, row := range rows {
		t.Run(row.id, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.sees, row.look(invitedTo(t, c, row.id)))
			assert.NotEqual(t, row.sees, row.look(invitedTo(t, c)), "without the fault")
		})
	}
}

// A guest is a user with nothing but HTTP and WebSockets.
type guest struct {
	t      testing.TB
	server *refstaging.Server
	client *http.Client
	token  string
}

// invited logs a user in at a deployment of her own.
func invited(t testing.TB, ids ...string) *guest {
	t.Helper()
	return invitedTo(t, refstaging.Config{}, ids...)
}

// invitedTo logs a user in at the deployment that c describes.
func invitedTo(t testing.TB, c refstaging.Config, ids ...string) *guest {
	t.Helper()
	g := strangerAt(t, c, ids...)
	g.logIn("alice")
	return g
}

// stranger stands before a deployment of her own, at which perhaps nobody can log in.
func stranger(t testing.TB, ids ...string) *guest {
	t.Helper()
	return strangerAt(t, refstaging.Config{}, ids...)
}

func strangerAt(t testing.TB, c refstaging.Config, ids ...string) *guest {
	t.Helper()
	require.NoError(t, Apply(&c, ids, Options{Rate: -1, Seed: 1}))
	server, err := refstaging.Start(c)
	require.NoError(t, err)
	g := &guest{t: t, server: server, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
	return g
}

// logIn makes her the user of that name.
func (g *guest) logIn(name string) {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.server.AuthURL()+"/auth/e2e/test-auth",
		strings.NewReader(fmt.Sprintf(`{"email":"%s@example.com"}`, name)))
	require.NoError(g.t, err)
	request.Header.Set("X-E2E-Bypass-Key", g.server.SimulationKey())
	answer, err := g.client.Do(request)
	require.NoError(g.t, err)
	defer answer.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	require.NoError(g.t, json.NewDecoder(answer.Body).Decode(&granted))
	g.token = granted.Token
}

// ask makes a request of the backend; body "" is none. It returns the status and the body.
func (g *guest) ask(method, path, body string) string {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), method, g.server.APIURL()+path, bytes.NewBufferString(body))
	require.NoError(g.t, err)
	request.Header.Set("Authorization", "Bearer "+g.token)
	answer, err := g.client.Do(request)
	require.NoError(g.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(g.t, err)
	return fmt.Sprint(answer.StatusCode, " ", strings.TrimSpace(string(raw)))
}

// fetch makes a request without credentials. It returns status and body, or that there was no answer in time.
func (g *guest) fetch(method, url, body string, patience time.Duration) string {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	require.NoError(g.t, err)
	answer, err := g.client.Do(request)
	if err != nil {
		return "no answer"
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Sprint(answer.StatusCode, " and half a body: ", string(raw))
	}
	return fmt.Sprint(answer.StatusCode, " ", strings.TrimSpace(string(raw)))
}

// encoded is the entry that our client offers beside jwt-auth.
func (g *guest) encoded() string {
	return "jwt." + base64.RawURLEncoding.EncodeToString([]byte(g.token))
}

// silence is how long a guest listens before she takes it that nothing comes.
const silence = 3 * time.Second

// knock dials a session at a path with the subprotocols, and with an Authorization header where there are
// none. It returns nil and what came instead, if that is no session.
func (g *guest) knock(path string, subprotocols ...string) (*talk, string) {
	g.t.Helper()
	header := http.Header{}
	if len(subprotocols) == 0 {
		header.Set("Authorization", "Bearer "+g.token)
	}
	dialer := websocket.Dialer{Subprotocols: subprotocols, HandshakeTimeout: silence}
	conn, answer, err := dialer.DialContext(g.t.Context(), "ws"+strings.TrimPrefix(g.server.APIURL(), "http")+path, header)
	switch {
	case err == nil:
		g.t.Cleanup(func() { conn.Close() })
		return &talk{g.t, conn}, "101"
	case answer == nil:
		return nil, "no answer"
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body) // gorilla keeps the beginning
	return nil, strings.Join(strings.Fields(fmt.Sprint(answer.StatusCode, " ", answer.Header.Get("Server"), " ", string(body))), " ")
}

// greeted says how a session begins, in the words of hear.
func (g *guest) greeted(path string, subprotocols ...string) string {
	g.t.Helper()
	session, instead := g.knock(path, subprotocols...)
	if session == nil {
		return instead
	}
	return "101, " + session.hear("connection_established")
}

// welcomed begins a session that has to be welcomed.
func (g *guest) welcomed(path string) *talk {
	g.t.Helper()
	session, instead := g.knock(path)
	require.NotNil(g.t, session, instead)
	require.Equal(g.t, "connection_established", session.hear("connection_established"))
	return session
}

// A talk is one session.
type talk struct {
	t    testing.TB
	conn *websocket.Conn
}

// say sends text, JSON or not.
func (k *talk) say(text string) *talk {
	k.t.Helper()
	require.NoError(k.t, k.conn.WriteMessage(websocket.TextMessage, []byte(text)))
	return k
}

// chat sends a prompt that is answered without a tool.
func (k *talk) chat(members ...string) *talk {
	k.t.Helper()
	return k.say(`{"type":"user_message","content":"Good morning!"` + strings.Join(members, "") + `}`)
}

// hear names the frames that come until one of the types does, the session ends, or nothing comes: events
// by their type, errors with what they say, a close with code and reason.
func (k *talk) hear(last ...string) string {
	var heard []string
	for {
		_ = k.conn.SetReadDeadline(time.Now().Add(silence)) // never fails (gorilla/websocket)
		_, raw, err := k.conn.ReadMessage()
		if closed := new(websocket.CloseError); errors.As(err, &closed) {
			return strings.Join(append(heard, strings.TrimSpace(fmt.Sprint(closed.Code, " ", closed.Text))), ", ")
		}
		if err != nil {
			return strings.Join(append(heard, "silence"), ", ")
		}
		var frame struct {
			Type    string          `json:"type"`
			Code    string          `json:"error_code"`
			Message string          `json:"error_message"`
			Data    json.RawMessage `json:"data"`
		}
		require.NoError(k.t, json.Unmarshal(raw, &frame))
		var data struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		}
		_ = json.Unmarshal(frame.Data, &data) // some frames have other data, or none
		name := frame.Type
		switch name {
		case "error_message":
			name += " " + frame.Code + data.Code
		case refstaging.AgentError:
			name += " " + frame.Message
		case "factory_response":
			name += " " + data.Message
		}
		heard = append(heard, name)
		for _, kind := range last {
			if frame.Type == kind {
				return strings.Join(heard, ", ")
			}
		}
	}
}

// outcome hears a run to its end.
func (k *talk) outcome() string {
	return k.hear(refstaging.AgentCompleted, refstaging.AgentError, "error_message", "factory_response")
}

// frames are those that come until nothing does, or the session ends.
func (k *talk) frames() iter.Seq[map[string]any] {
	return func(yield func(map[string]any) bool) {
		for {
			_ = k.conn.SetReadDeadline(time.Now().Add(silence)) // never fails (gorilla/websocket)
			_, raw, err := k.conn.ReadMessage()
			if err != nil {
				return
			}
			var frame map[string]any
			require.NoError(k.t, json.Unmarshal(raw, &frame))
			if !yield(frame) {
				return
			}
		}
	}
}
