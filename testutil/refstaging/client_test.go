package refstaging_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// transport keeps no connection, so that none of its goroutines outlives a test.
var transport = &http.Transport{DisableKeepAlives: true}

// patience bounds every wait of these tests; no test measures time.
const patience = time.Minute

type object = map[string]any

func start(t *testing.T, cfg refstaging.Config) *refstaging.Server {
	t.Helper()
	s, err := refstaging.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// inBothDialects runs a test against a reference of each generation.
func inBothDialects(t *testing.T, cfg refstaging.Config, test func(t *testing.T, s *refstaging.Server)) {
	t.Parallel()
	for _, dialect := range []string{"september", "october"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			cfg := cfg
			cfg.Dialect = dialect
			test(t, start(t, cfg))
		})
	}
}

// reply is an HTTP answer with its body decoded where it is JSON.
type reply struct {
	status int
	header http.Header
	text   string
	json   object
}

// call sends a request; body nil is none, a string is sent as it is, anything else as JSON.
func call(t *testing.T, method, url string, header http.Header, body any) reply {
	t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(t, err)
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	require.NoError(t, err)
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
		if strings.EqualFold(name, "Host") {
			request.Host = values[0]
		}
	}
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	r := reply{status: response.StatusCode, header: response.Header, text: string(raw)}
	if json.Unmarshal(raw, &r.json) != nil {
		r.json = nil
	}
	return r
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

type tokens struct{ access, refresh string }

// login makes a simulated user; its id is "e2e-" and the name.
func login(t *testing.T, s *refstaging.Server, name string) tokens {
	t.Helper()
	r := call(t, "POST", s.AuthURL()+"/auth/e2e/test-auth",
		http.Header{"X-E2E-Bypass-Key": {s.SimulationKey()}}, object{"email": name + "@example.com"})
	require.Equal(t, 200, r.status, r.text)
	return tokens{r.json["access_token"].(string), r.json["refresh_token"].(string)}
}

// client is a raw WebSocket.
type client struct {
	t      *testing.T
	conn   *websocket.Conn
	thread string // of the October handshake; "" in September
}

// dial opens a WebSocket without reading anything.
func dial(t *testing.T, url string, header http.Header) *client {
	t.Helper()
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), url, header)
	require.NoError(t, err)
	response.Body.Close()
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn}
}

// connect opens a session that is ready for messages.
func connect(t *testing.T, s *refstaging.Server, token string) *client {
	t.Helper()
	return connectAll(t, s, token)[0]
}

// connectAll opens a session for each token; they rest together.
func connectAll(t *testing.T, s *refstaging.Server, tokens ...string) []*client {
	t.Helper()
	var all []*client
	for _, token := range tokens {
		all = append(all, dial(t, s.WebSocketURL(), bearer(token)))
	}
	settle(s.Config().Dialect, all...)
	return all
}

// settle does what a dialect asks for before the first message (websocket.md 2.4, 2.5).
func settle(dialect string, all ...*client) {
	for _, c := range all {
		c.t.Helper()
		if dialect != "october" {
			require.Equal(c.t, "connection_established", c.read()["type"])
			continue
		}
		c.thread = c.greeted()
		c.acknowledge(c.thread)
	}
	if dialect == "october" {
		<-time.After(500 * time.Millisecond) // what a correct client rests
	}
}

func (c *client) send(frame any) {
	c.t.Helper()
	raw, err := json.Marshal(frame)
	require.NoError(c.t, err)
	require.NoError(c.t, c.conn.WriteMessage(websocket.TextMessage, raw))
}

func (c *client) sendText(text string) {
	c.t.Helper()
	require.NoError(c.t, c.conn.WriteMessage(websocket.TextMessage, []byte(text)))
}

func (c *client) read() object {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetReadDeadline(time.Now().Add(patience)))
	kind, raw, err := c.conn.ReadMessage()
	require.NoError(c.t, err)
	require.Equal(c.t, websocket.TextMessage, kind)
	var frame object
	require.NoError(c.t, json.Unmarshal(raw, &frame))
	return frame
}

// readUntil returns the frames up to and including the first that ends the wait.
func (c *client) readUntil(done func(object) bool) []object {
	c.t.Helper()
	for frames := []object{}; ; {
		frames = append(frames, c.read())
		if done(frames[len(frames)-1]) {
			return frames
		}
	}
}

// readRun returns the frames of a run up to its outcome, and reads on to the end of October's clean-up.
func (c *client) readRun(outcome func(object) bool) []object {
	c.t.Helper()
	frames := c.readUntil(outcome)
	if c.thread != "" {
		c.readUntil(func(f object) bool { return f["type"] == "cleanup_complete" })
	}
	return frames
}

// outcome ends a wait at the root's completion or an error.
func outcome(frame object) bool {
	return frame["type"] == "agent_error" || frame["type"] == "agent_completed" && field(frame, "agent_name") == "Supervisor"
}

// ask sends a chat message and returns its run.
func (c *client) ask(prompt string) []object {
	c.t.Helper()
	c.send(object{"type": "user_message", "content": prompt})
	return c.readUntil(outcome)
}

// closed reads on to the close frame.
func (c *client) closed() *websocket.CloseError {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetReadDeadline(time.Now().Add(patience)))
	for {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			require.ErrorAs(c.t, err, &closed)
			return closed
		}
	}
}

// field is a fact of an event, which October has in data only.
func field(frame object, name string) any {
	if value, ok := frame[name]; ok {
		return value
	}
	data, _ := frame["data"].(object)
	return data[name]
}

// types are the event types of frames, in order.
func types(frames []object) []string {
	var names []string
	for _, f := range frames {
		names = append(names, f["type"].(string))
	}
	return names
}

func base64url(token string) string { return base64.RawURLEncoding.EncodeToString([]byte(token)) }
