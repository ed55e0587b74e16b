package refstaging_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// The token forms of websocket.md 3.3 and 3.4, one exact outcome each and for each dialect.
func TestTokenForms(t *testing.T) {
	const in, refused, forbidden = "in", "AUTH_FAILED", "403"
	inBothDialects(t, refstaging.Config{SessionLimit: 100}, func(t *testing.T, s *refstaging.Server) {
		token := login(t, s, "forms").access
		encoded := base64url(token)
		for _, tt := range []struct {
			name               string
			offered            string // the Sec-WebSocket-Protocol header; "" sends none
			auth               string
			query              string
			chosen             string // the negotiated subprotocol
			september, october string
		}{
			{"authorization only", "", "Bearer " + token, "", "", in, in},
			{"authorization, lower case scheme", "", "bearer " + token, "", "", in, in},
			{"jwt-auth and jwt.", "jwt-auth, jwt." + encoded, "", "", "jwt." + encoded, in, in},
			{"other order", "jwt." + encoded + ",jwt-auth", "", "", "jwt." + encoded, in, in},
			{"padded base64", "jwt." + encoded + strings.Repeat("=", (4-len(encoded)%4)%4), "", "", "", in, in},
			{"raw token", "jwt." + token, "", "", "jwt." + token, in, in},
			{"jwt-auth.", "jwt-auth." + token, "", "", "jwt-auth." + token, in, in},
			{"bearer.", "bearer." + encoded, "", "", "bearer." + encoded, in, in},
			{"browser", "jwt-auth, jwt." + encoded + ", compression-gzip", "", "", "jwt." + encoded, in, in},
			{"authorization wins", "jwt.garbagegarbage", "Bearer " + token, "", "jwt.garbagegarbage", in, in},
			{"bad authorization wins", "jwt." + encoded, "Bearer garbage", "?token=" + token, "jwt." + encoded, refused, refused},
			{"basic is no bearer", "jwt." + encoded, "Basic abc", "", "jwt." + encoded, in, in},
			{"nothing", "", "", "", "", refused, refused},
			{"jwt-auth alone", "jwt-auth", "", "", "jwt-auth", refused, refused},
			{"jwt and raw token apart", "jwt, " + token, "", "", "jwt", refused, refused},
			{"raw token alone", token, "", "", "", forbidden, forbidden},
			{"unsupported", "graphql-ws", "", "", "", forbidden, forbidden},
			{"unsupported with authorization", "graphql-ws", "Bearer " + token, "", "", forbidden, forbidden},
			{"unsupported with a query", "graphql-ws", "", "?token=" + token, "", forbidden, forbidden},
			{"prefix alone", "jwt.", "", "", "", forbidden, forbidden},
			{"staging-auth. alone", "staging-auth." + token, "", "", "staging-auth." + token, forbidden, in},
			{"staging-auth. with its environment", "staging-auth.staging." + token, "", "", "staging-auth.staging." + token, forbidden, in},
			{"staging-auth. beside a negotiable one", "jwt-auth, staging-auth." + token, "", "", "", in, in},
			{"jwt. with its environment", "jwt.staging." + token, "", "", "jwt.staging." + token, refused, in},
			{"jwt-auth. with its environment", "jwt-auth.staging." + token, "", "", "jwt-auth.staging." + token, refused, in},
			{"bearer. with its environment", "bearer.staging." + encoded, "", "", "bearer.staging." + encoded, refused, in},
			{"another environment", "jwt.production." + token, "", "", "jwt.production." + token, refused, refused},
			{"environment twice", "jwt.staging.staging." + token, "", "", "jwt.staging.staging." + token, refused, refused},
			{"a bad entry first", "jwt.production." + token + ", jwt." + encoded, "", "", "jwt.production." + token, refused, in},
			{"a short entry first", "jwt.short, jwt." + encoded, "", "", "jwt.short", refused, in},
			{"a wrong token first", "jwt.a.b.cdefghij, jwt." + encoded, "", "", "jwt.a.b.cdefghij", refused, refused},
			{"october command line", fmt.Sprintf("jwt.staging.%[1]s, jwt-auth.staging.%[1]s, bearer.staging.%[1]s, staging-auth.%[1]s, jwt.%[1]s, jwt-auth.%[1]s, bearer.%[1]s", token),
				"", "", "jwt.staging." + token, refused, in},
			{"query", "", "", "?token=" + token, "", refused, in},
			{"query with environment", "", "", "?token=" + token + "&env=staging", "", refused, in},
			{"query behind a bad entry", "jwt.short", "", "?token=" + token, "jwt.short", refused, in},
			{"query behind a wrong token", "jwt.a.b.cdefghij", "", "?token=" + token, "jwt.a.b.cdefghij", refused, refused},
			{"empty query", "", "", "?token=", "", refused, refused},
		} {
			t.Run(tt.name, func(t *testing.T) {
				header := http.Header{}
				if tt.offered != "" {
					header.Set("Sec-WebSocket-Protocol", tt.offered)
				}
				if tt.auth != "" {
					header.Set("Authorization", tt.auth)
				}
				want, first := tt.september, "connection_established"
				if s.Config().Dialect == "october" {
					want, first = tt.october, "handshake_response"
				}
				conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), s.WebSocketURL()+tt.query, header)
				require.NotNil(t, response, "%v", err)
				defer response.Body.Close()
				if want == forbidden {
					require.Equal(t, 403, response.StatusCode)
					return
				}
				require.Equal(t, 101, response.StatusCode)
				defer conn.Close()
				if tt.chosen != "" {
					assert.Equal(t, tt.chosen, response.Header.Get("Sec-WebSocket-Protocol"))
				}
				c := &client{t: t, conn: conn}
				if want == refused {
					assertRefused(t, c)
					return
				}
				assert.Equal(t, first, c.read()["type"])
			})
		}
	})
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
	inBothDialects(t, refstaging.Config{SessionLimit: 100}, func(t *testing.T, s *refstaging.Server) {
		both := login(t, s, "doors")
		base := strings.TrimSuffix(s.WebSocketURL(), "/ws")
		bypass := bearer("x.y.z")
		bypass.Set("X-E2E-Test", "true")
		bypass.Set("X-Test-Type", "e2e")
		for _, path := range []string{"/ws", "/ws?mode=main", "/ws?mode=legacy", "/ws?mode=factory", "/ws?mode=isolated", "/ws?mode=nonsense", "/api/v1/websocket", "/api/v1/websocket?mode=legacy"} {
			t.Run(path, func(t *testing.T) {
				for name, header := range map[string]http.Header{"none": nil, "garbage": bearer("garbage"), "refresh": bearer(both.refresh), "bypass headers": bypass} {
					t.Log(name)
					assertRefused(t, dial(t, base+path, header))
				}
				c := dial(t, base+path, bearer(both.access))
				if s.Config().Dialect == "october" {
					c.greeted()
					return
				}
				assert.Equal(t, "main", c.read()["data"].(object)["mode"])
			})
		}
		for _, path := range []string{"/api/demo/ws", "/ws/factory", "/ws/isolated", "/websocket", "/ws/test"} {
			_, response, err := websocket.DefaultDialer.DialContext(t.Context(), base+path, bearer(both.access))
			require.Error(t, err)
			assert.Equal(t, 404, response.StatusCode, path)
		}
	})
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
