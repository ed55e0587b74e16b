package variants

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A sighting is all that travelled from a deployment to a bare client: a login, an answer of the backend, a
// session with one run and its end, and a refused token.
type sighting struct {
	http    string   // answers, as bytes
	upgrade string   // the answer to the upgrade, as bytes
	frames  []frame  // of the session, control frames included
	texts   []string // the messages, put together
	objects []object // the messages that are objects
	refused []object
	code    *websocket.CloseError // that ended the session
	refusal *websocket.CloseError
}

// saw reports whether an object of the session is so.
func (s sighting) saw(like func(object) bool) bool {
	for _, o := range s.objects {
		if like(o) {
			return true
		}
	}
	return false
}

// every reports whether all objects of a type are so, and there is one.
func (s sighting) every(kind string, like func(object) bool) bool {
	found := false
	for _, o := range s.objects {
		if o["type"] != kind {
			continue
		}
		if found = true; !like(o) {
			return false
		}
	}
	return found
}

func (s sighting) count(kind string) (n int) {
	for _, o := range s.objects {
		if o["type"] == kind {
			n++
		}
	}
	return n
}

// A tape keeps what is read from connections.
type tape struct {
	mu   sync.Mutex
	read bytes.Buffer
}

func (t *tape) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.read.String()
}

func (t *tape) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	return taped{c, t}, err
}

type taped struct {
	net.Conn
	tape *tape
}

func (t taped) Read(into []byte) (int, error) {
	n, err := t.Conn.Read(into)
	t.tape.mu.Lock()
	defer t.tape.mu.Unlock()
	t.tape.read.Write(into[:n])
	return n, err
}

const patience = time.Minute

// sighted looks at a deployment with these variants.
func sighted(t *testing.T, ask script, names ...string) (s sighting) {
	t.Helper()
	var c refstaging.Config
	require.NoError(t, Apply(&c, names))
	server, err := refstaging.Start(c)
	require.NoError(t, err)
	defer func() { assert.NoError(t, server.Close()) }()
	var exchanges, session, refused tape
	client := &http.Client{Transport: &http.Transport{DialContext: exchanges.dial}}
	defer client.CloseIdleConnections()

	var granted struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(fetch(t, client, "POST", server.AuthURL()+"/auth/e2e/test-auth", `{"email":"alice@example.com"}`,
		"X-E2E-Bypass-Key", server.SimulationKey()), &granted))
	fetch(t, client, "GET", server.APIURL()+"/api/threads", "", "Authorization", "Bearer "+granted.Token)
	s.http = exchanges.text()

	s.texts, s.code = talk(t, server.WebSocketURL(), granted.Token, ask, &session)
	s.objects = objects(s.texts)
	var raw string
	var framed bool
	s.upgrade, raw, framed = strings.Cut(session.text(), "\r\n\r\n")
	require.True(t, framed)
	for rest, ok := []byte(raw), true; ok; {
		var f frame
		if f, rest, ok = cutFrame(rest); ok {
			s.frames = append(s.frames, f)
		}
	}
	var told []string
	told, s.refusal = talk(t, server.WebSocketURL(), "aaaaaa.bbbbbb.cccccc", script{answers: 1}, &refused)
	s.refused = objects(told)
	return s
}

func fetch(t *testing.T, client *http.Client, method, url, body string, header ...string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set(header[0], header[1])
	answer, err := client.Do(request)
	require.NoError(t, err)
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", raw)
	return raw
}

// A script is what a client asks before its question, to hear an agent_error once, and how often it hears the
// answer.
type script struct {
	first   string
	answers int
}

// talk asks one question, waits for the answer, and ends the session by a message that is no object.
func talk(t *testing.T, url, token string, ask script, tape *tape) (texts []string, code *websocket.CloseError) {
	t.Helper()
	entry := "jwt." + base64.RawURLEncoding.EncodeToString([]byte(token))
	dialer := websocket.Dialer{NetDialContext: tape.dial, Subprotocols: []string{entry, "jwt-auth"}}
	conn, _, err := dialer.DialContext(t.Context(), url, http.Header{"Authorization": {"Bearer " + token}})
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	speak := newSpeaker(conn)
	defer func() {
		speak.hush()
		assert.NoError(t, conn.Close())
	}()
	welcomed, asked := false, false
	var thread string // of October
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			require.ErrorAs(t, err, &code)
			return texts, code
		}
		texts = append(texts, string(text))
		var o object
		require.NoError(t, json.Unmarshal(text, &o))
		switch kind := o["type"]; {
		case kind == "handshake_response":
			thread = o["thread_id"].(string)
		case isWelcome(o):
			welcomed = true
		case kind == "pong" && !asked:
			asked = true
			speak.hush()
			speak.say(cmp.Or(ask.first, prompt(thread)))
		case kind == refstaging.AgentError:
			speak.say(prompt(thread))
		case strings.Contains(fmt.Sprint(o), sum):
			if ask.answers--; ask.answers == 0 {
				speak.say("[]")
			}
		}
		if october := strings.HasPrefix(connectionID(o), "ws_conn_") || thread != ""; welcomed && !asked && (!october || thread != "") {
			if october {
				speak.say(`{"type":"handshake_acknowledged","thread_id":"` + thread + `"}`)
			}
			speak.knock()
		}
	}
}

// askedRun is the id that the prompt gives its run.
const askedRun = "run_chat_7_0a1b2c3d"

// failing is a prompt whose run fails.
const failing = `{"type":"agent_request","agent":"data","message":"Add up 1 and 2.","context":{"force_failure":true}}`

// sum is the answer to the prompt.
const sum = "The sum of 412, 188 and 97 is 697."

func prompt(thread string) string {
	return fmt.Sprintf(`{"type":"user_message","payload":{"content":"Add up 412, 188 and 97.","run_id":%q,"thread_id":%q}}`, askedRun, thread)
}

func connectionID(o object) string {
	data, _ := o["data"].(object)
	id, _ := data["connection_id"].(string)
	return id
}

func isWelcome(o object) bool {
	kind, _ := o["type"].(string)
	data, _ := o["data"].(object)
	return strings.HasSuffix(kind, "connection_established") || data["event"] == "connection_established"
}

func objects(texts []string) (all []object) {
	for _, text := range texts {
		var o object
		if json.Unmarshal([]byte(text), &o) == nil {
			all = append(all, o)
		}
	}
	return all
}
