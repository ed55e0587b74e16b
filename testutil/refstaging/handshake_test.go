package refstaging_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// The token forms of websocket.md 3.3 and 3.4, one exact outcome each.
func TestTokenForms(t *testing.T) {
	s := start(t, refstaging.Config{SessionLimit: 100})
	token := login(t, s, "forms").access
	encoded := base64url(token)
	for _, tt := range []struct {
		name    string
		offered string // the Sec-WebSocket-Protocol header; "" sends none
		auth    string
		status  int    // of the upgrade
		chosen  string // the negotiated subprotocol
		in      bool   // a welcome follows
	}{
		{"authorization only", "", "Bearer " + token, 101, "", true},
		{"authorization, lower case scheme", "", "bearer " + token, 101, "", true},
		{"jwt-auth and jwt.", "jwt-auth, jwt." + encoded, "", 101, "jwt." + encoded, true},
		{"other order", "jwt." + encoded + ",jwt-auth", "", 101, "jwt." + encoded, true},
		{"padded base64", "jwt." + encoded + strings.Repeat("=", (4-len(encoded)%4)%4), "", 101, "", true},
		{"raw token", "jwt." + token, "", 101, "jwt." + token, true},
		{"jwt-auth.", "jwt-auth." + token, "", 101, "jwt-auth." + token, true},
		{"bearer.", "bearer." + encoded, "", 101, "bearer." + encoded, true},
		{"browser", "jwt-auth, jwt." + encoded + ", compression-gzip", "", 101, "jwt." + encoded, true},
		{"authorization wins", "jwt.garbagegarbage", "Bearer " + token, 101, "jwt.garbagegarbage", true},
		{"bad authorization wins", "jwt." + encoded, "Bearer garbage", 101, "jwt." + encoded, false},
		{"basic is no bearer", "jwt." + encoded, "Basic abc", 101, "jwt." + encoded, true},
		{"nothing", "", "", 101, "", false},
		{"jwt-auth alone", "jwt-auth", "", 101, "jwt-auth", false},
		{"jwt and raw token apart", "jwt, " + token, "", 101, "jwt", false},
		{"raw token alone", token, "", 403, "", false},
		{"unsupported", "graphql-ws", "", 403, "", false},
		{"unsupported with authorization", "graphql-ws", "Bearer " + token, 403, "", false},
		{"staging-auth. is not negotiable", "staging-auth." + token, "", 403, "", false},
		{"staging-auth. carries a token", "jwt-auth, staging-auth." + token, "", 101, "jwt-auth", true},
		{"october form", "jwt.staging." + token, "", 101, "jwt.staging." + token, false},
		{"october form hides the next", "jwt.staging." + token + ", jwt." + encoded, "", 101, "jwt.staging." + token, false},
		{"short hides the next", "jwt.short, jwt." + encoded, "", 101, "jwt.short", false},
		{"prefix alone", "jwt.", "", 403, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			if tt.offered != "" {
				header.Set("Sec-WebSocket-Protocol", tt.offered)
			}
			if tt.auth != "" {
				header.Set("Authorization", tt.auth)
			}
			conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), s.WebSocketURL(), header)
			require.NotNil(t, response, "%v", err)
			defer response.Body.Close()
			require.Equal(t, tt.status, response.StatusCode)
			if tt.status != 101 {
				return
			}
			defer conn.Close()
			if tt.chosen != "" {
				assert.Equal(t, tt.chosen, response.Header.Get("Sec-WebSocket-Protocol"))
			}
			c := &client{t, conn}
			if tt.in {
				assert.Equal(t, "connection_established", c.read()["type"])
				return
			}
			assertRefused(t, c)
		})
	}
}

// assertRefused wants the strict shape of websocket.md 3.6.
func assertRefused(t *testing.T, c *client) {
	t.Helper()
	frame := c.read()
	assert.Equal(t, "error_message", frame["type"])
	assert.Equal(t, "AUTH_FAILED", frame["error_code"])
	assert.NotEmpty(t, frame["error_message"])
	assert.Equal(t, object{}, frame["details"])
	assert.IsType(t, 1.0, frame["timestamp"])
	assert.Contains(t, frame, "recovery_suggestions")
	closed := c.closed()
	assert.Equal(t, 1008, closed.Code)
	assert.Equal(t, "Authentication failed", closed.Text)
}

func TestEveryDoorIsStrict(t *testing.T) {
	s := start(t, refstaging.Config{SessionLimit: 100})
	both := login(t, s, "doors")
	base := strings.TrimSuffix(s.WebSocketURL(), "/ws")
	bypass := bearer("x.y.z")
	bypass.Set("X-E2E-Test", "true")
	bypass.Set("X-Test-Type", "e2e")
	for _, path := range []string{"/ws", "/ws?mode=main", "/ws?mode=legacy", "/ws?mode=factory", "/ws?mode=isolated", "/ws?mode=nonsense", "/ws?token=" + both.access, "/api/v1/websocket", "/api/v1/websocket?mode=legacy"} {
		t.Run(path, func(t *testing.T) {
			for name, header := range map[string]http.Header{"none": nil, "garbage": bearer("garbage"), "refresh": bearer(both.refresh), "bypass headers": bypass} {
				t.Log(name)
				assertRefused(t, dial(t, base+path, header))
			}
			welcome := dial(t, base+path, bearer(both.access)).read()
			assert.Equal(t, "main", welcome["data"].(object)["mode"])
		})
	}
	for _, path := range []string{"/api/demo/ws", "/ws/factory", "/ws/isolated", "/websocket", "/ws/test"} {
		_, response, err := websocket.DefaultDialer.DialContext(t.Context(), base+path, bearer(both.access))
		require.Error(t, err)
		assert.Equal(t, 404, response.StatusCode, path)
	}
}

func TestWelcome(t *testing.T) {
	s := start(t, refstaging.Config{})
	frame := dial(t, s.WebSocketURL(), bearer(login(t, s, "welcomed").access)).read()
	data := frame["data"].(object)
	assert.Regexp(t, `^main_[0-9a-f]{8}$`, data["connection_id"])
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$`, data["timestamp"])
	delete(data, "connection_id")
	delete(data, "timestamp")
	assert.Equal(t, object{
		"mode": "main", "user_id": "e2e-welc...",
		"golden_path_events": []any{"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"},
		"features": object{
			"full_business_logic": true, "golden_path_integration": true, "cloud_run_optimized": true,
			"emergency_fallback": true, "agent_orchestration": true,
		},
	}, data)
	assert.IsType(t, 1.0, frame["timestamp"])
	assert.Contains(t, frame, "server_id")
	assert.Contains(t, frame, "correlation_id")
}

func TestSessionLimit(t *testing.T) {
	s := start(t, refstaging.Config{SessionLimit: 2})
	ann, bob := login(t, s, "ann").access, login(t, s, "bob").access
	first := connect(t, s, ann)
	connect(t, s, ann)
	for range 3 { // a place is free as soon as the close is answered, every time
		third := dial(t, s.WebSocketURL(), bearer(ann))
		assert.Equal(t, "CONNECTION_LIMIT", third.read()["error_code"])
		assert.Equal(t, 1013, third.closed().Code)
		connect(t, s, bob).conn.Close() // another user has places of its own
		require.NoError(t, first.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "")))
		assert.Equal(t, 1000, first.closed().Code)
		first = connect(t, s, ann)
	}
}

func TestPlainRequestsToWebSocketPaths(t *testing.T) {
	s := start(t, refstaging.Config{})
	keys := http.Header{"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Version": {"13"}}
	for _, path := range []string{"/ws", "/WS/health", "/ws/health", "/some/ws", "/api/v1/websocket", "/api/config/websocket/x"} {
		r := call(t, "GET", s.APIURL()+path, nil, nil)
		assert.Equal(t, 503, r.status, path)
		assert.Equal(t, "service_not_ready", r.json["error"], path)
		assert.Equal(t, "10", r.header.Get("Retry-After"), path)
		assert.Equal(t, "enhanced-rejection", r.header.Get("X-Issue-449-Fix"), path)
	}
	assert.Equal(t, 426, call(t, "GET", s.APIURL()+"/ws", keys, nil).status)
	assert.Equal(t, 200, call(t, "HEAD", s.APIURL()+"/ws/health", nil, nil).status)
	health := call(t, "GET", s.APIURL()+"/ws/health", keys, nil)
	assert.Equal(t, 200, health.status)
	assert.Equal(t, "healthy", health.json["status"])
	assert.Regexp(t, regexp.MustCompile(`^ws_session_[0-9a-f]{8}$`), call(t, "POST", s.APIURL()+"/api/v1/websocket", nil, object{}).json["session_id"])
}
