package refstaging_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestSimulationLogin(t *testing.T) {
	s := start(t, refstaging.Config{})
	url := s.AuthURL() + "/auth/e2e/test-auth"
	key := http.Header{"X-E2E-Bypass-Key": {s.SimulationKey()}}
	for _, tt := range []struct {
		name   string
		header http.Header
		body   any
		status int
		detail string
	}{
		{"no key", nil, object{}, 401, "E2E bypass key required"},
		{"wrong key", http.Header{"X-E2E-Bypass-Key": {"guess"}}, object{}, 401, "Invalid E2E bypass key"},
		{"no body", key, nil, 422, "Invalid JSON body"},
		{"no JSON", key, "not json", 422, "Invalid JSON body"},
		{"no object", key, "[]", 422, "Invalid JSON body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := call(t, "POST", url, tt.header, tt.body)
			assert.Equal(t, tt.status, r.status)
			assert.Equal(t, tt.detail, r.json["detail"])
		})
	}
	r := call(t, "POST", url, key, object{"email": "go-1@x.example", "name": "Go", "permissions": []string{"read"}})
	require.Equal(t, 200, r.status)
	assert.Equal(t, object{
		"id": "e2e-go-1", "email": "go-1@x.example", "name": "Go", "permissions": []any{"read"}, "oauth_simulated": true,
	}, r.json["user"])
	assert.Equal(t, 1800.0, r.json["expires_in"])
	assert.Equal(t, "auth-service", r.header.Get("X-Service-Name"))
}

func TestTokenClaimsInTheDocumentedOrder(t *testing.T) {
	s := start(t, refstaging.Config{})
	both := login(t, s, "order")
	assert.Equal(t, `{"alg":"HS256","typ":"JWT"}`, segment(t, both.access, 0))
	assertKeyOrder(t, segment(t, both.access, 1), "sub", "iat", "exp", "token_type", "type", "iss", "aud", "jti", "env", "svc_id", "email", "permissions")
	assertKeyOrder(t, segment(t, both.refresh, 1), "sub", "iat", "exp", "token_type", "type", "iss", "aud", "jti", "env", "svc_id", "email")
	var c struct {
		Iat, Exp    int64
		Permissions []string
	}
	require.NoError(t, json.Unmarshal([]byte(segment(t, both.access, 1)), &c))
	assert.Equal(t, int64(1800), c.Exp-c.Iat)
	assert.Equal(t, []string{}, c.Permissions)
}

func segment(t *testing.T, token string, i int) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	require.NoError(t, err)
	return string(raw)
}

func assertKeyOrder(t *testing.T, text string, want ...string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	var keys []string
	for depth, isKey := 0, false; ; {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 1
		case string:
			if depth == 1 && isKey {
				keys = append(keys, v)
				isKey = false
				continue
			}
			isKey = depth == 1
		default:
			isKey = depth == 1
		}
	}
	assert.Equal(t, want, keys)
}

func TestRefreshRotatesOnceUnderConcurrency(t *testing.T) {
	s := start(t, refstaging.Config{})
	first := login(t, s, "rotate")
	var won atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if call(t, "POST", s.AuthURL()+"/auth/refresh", nil, object{"refresh_token": first.refresh}).status == 200 {
				won.Add(1)
			}
		})
	}
	group.Wait()
	assert.Equal(t, int64(1), won.Load())
	assert.Equal(t, 200, call(t, "GET", s.AuthURL()+"/auth/me", bearer(first.access), nil).status, "the old access token stays valid")
}

func TestRefresh(t *testing.T) {
	s := start(t, refstaging.Config{})
	both := login(t, s, "refresh")
	url := s.AuthURL() + "/auth/refresh"
	for _, tt := range []struct {
		name   string
		body   any
		status int
		detail string
	}{
		{"empty", nil, 422, "Failed to parse request body"},
		{"form", "grant_type=refresh_token", 422, "Invalid JSON body: Expecting value: line 1 column 1 (char 0)"},
		{"missing", object{"other": 1}, 422, "refresh_token field is required. received_keys: ['other']"},
		{"number", object{"refresh_token": 1}, 422, "refresh_token must be a non-empty string"},
		{"access token", object{"refresh_token": both.access}, 401, "Invalid refresh token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := call(t, "POST", url, nil, tt.body)
			assert.Equal(t, tt.status, r.status)
			assert.Equal(t, tt.detail, r.json["detail"])
		})
	}
	for _, field := range []string{"refresh_token", "refreshToken", "token"} {
		r := call(t, "POST", url, nil, object{field: both.refresh})
		require.Equal(t, 200, r.status, field)
		assert.NotEqual(t, both.refresh, r.json["refresh_token"])
		assert.NotEqual(t, both.access, r.json["access_token"])
		me := call(t, "GET", s.AuthURL()+"/auth/me", bearer(r.json["access_token"].(string)), nil)
		assert.Equal(t, "e2e-refresh", me.json["user_id"])
		assert.Equal(t, 401, call(t, "POST", url, nil, object{field: both.refresh}).status)
		both.refresh = r.json["refresh_token"].(string)
	}
}

// A logged-out token is refused at every door; another token of the same user is not.
func TestLogoutHoldsEverywhere(t *testing.T) {
	s := start(t, refstaging.Config{})
	gone, other := login(t, s, "leaver").access, login(t, s, "leaver").access
	require.Equal(t, 200, call(t, "POST", s.AuthURL()+"/auth/logout", bearer(gone), nil).status)
	for _, tt := range []struct {
		name string
		good func(token string) bool
	}{
		{"me", func(token string) bool {
			return call(t, "GET", s.AuthURL()+"/auth/me", bearer(token), nil).status == 200
		}},
		{"verify", func(token string) bool {
			return call(t, "GET", s.AuthURL()+"/auth/verify", bearer(token), nil).json["valid"] == true
		}},
		{"validate", func(token string) bool {
			return call(t, "POST", s.AuthURL()+"/auth/validate", nil, object{"token": token}).json["valid"] == true
		}},
		{"jwt validate", func(token string) bool {
			return call(t, "POST", s.AuthURL()+"/api/v1/jwt/validate", nil, object{"token": token}).json["valid"] == true
		}},
		{"blacklist", func(token string) bool {
			return call(t, "POST", s.AuthURL()+"/auth/check-blacklist", nil, object{"token": token}).json["blacklisted"] == false
		}},
		{"backend", func(token string) bool {
			return call(t, "GET", s.APIURL()+"/api/threads", bearer(token), nil).status == 200
		}},
		{"websocket", func(token string) bool {
			return dial(t, s.WebSocketURL(), bearer(token)).read()["type"] == "connection_established"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.False(t, tt.good(gone), "the logged-out token")
			assert.True(t, tt.good(other), "another token of the user")
		})
	}
}

func TestPasswordUsers(t *testing.T) {
	s := start(t, refstaging.Config{Users: map[string]string{"ann@example.com": "pw"}})
	url := s.AuthURL() + "/auth/"
	r := call(t, "POST", url+"login", nil, object{"email": "ann@example.com", "password": "pw"})
	require.Equal(t, 200, r.status, r.text)
	me := call(t, "GET", url+"me", bearer(r.json["access_token"].(string)), nil)
	assert.Equal(t, r.json["user"].(object)["id"], me.json["user_id"])
	assert.Equal(t, "local", me.json["auth_provider"])
	_, err := time.Parse("2006-01-02T15:04:05", me.json["token_expires_at"].(string))
	assert.NoError(t, err, "naive")
	_, err = time.Parse(time.RFC3339, me.json["created_at"].(string))
	assert.NoError(t, err, "with a zone")
	assert.Equal(t, 401, call(t, "POST", url+"login", nil, object{"email": "ann@example.com", "password": "no"}).status)
	assert.Equal(t, 422, call(t, "POST", url+"login", nil, "zz").status)
	assert.Equal(t, 200, call(t, "POST", url+"register", nil, object{"email": "bob@example.com", "password": "x"}).status)
	assert.Equal(t, 409, call(t, "POST", url+"register", nil, object{"email": "bob@example.com", "password": "x"}).status)
	assert.Equal(t, 409, call(t, "POST", url+"register", nil, object{"email": "none", "password": "x"}).status)
}

func TestBodyLimitAndHostCheck(t *testing.T) {
	s := start(t, refstaging.Config{})
	big := call(t, "POST", s.AuthURL()+"/auth/login", nil, object{"email": strings.Repeat("x", 5<<20)})
	assert.Equal(t, 413, big.status, "and the client can send it all first")
	assert.Equal(t, "Request payload too large. Maximum size: 51200 bytes", big.json["detail"])
	assert.Empty(t, big.header.Get("X-Service-Name"))
	evil := call(t, "GET", s.AuthURL()+"/health", http.Header{"Host": {"evil.example"}}, nil)
	assert.Equal(t, 400, evil.status)
	assert.Equal(t, "Invalid host header", evil.text)
	assert.Equal(t, 200, call(t, "GET", s.AuthURL()+"/health", http.Header{"Host": {"auth.staging.netrasystems.ai"}}, nil).status)
}

func TestCORS(t *testing.T) {
	s := start(t, refstaging.Config{})
	ours, theirs := http.Header{"Origin": {s.AppURL()}}, http.Header{"Origin": {"https://evil.example"}}
	for _, url := range []string{s.AuthURL() + "/health", s.AuthURL() + "/auth/me", s.APIURL() + "/health", s.APIURL() + "/api/threads", s.APIURL() + "/ws", s.APIURL() + "/nope"} {
		r := call(t, "GET", url, ours, nil)
		assert.Equal(t, s.AppURL(), r.header.Get("Access-Control-Allow-Origin"), url)
		assert.Equal(t, "true", r.header.Get("Access-Control-Allow-Credentials"), url)
		assert.Equal(t, "Origin", r.header.Get("Vary"), url)
		assert.Empty(t, call(t, "GET", url, theirs, nil).header.Get("Access-Control-Allow-Origin"), url)
		ask := http.Header{"Origin": {s.AppURL()}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization"}}
		preflight := call(t, "OPTIONS", url, ask, nil)
		assert.Equal(t, 200, preflight.status, url)
		assert.Equal(t, s.AppURL(), preflight.header.Get("Access-Control-Allow-Origin"), url)
		assert.Contains(t, preflight.header.Get("Access-Control-Allow-Headers"), "authorization", url)
	}
	header := bearer(login(t, s, "cors").access)
	header.Set("Origin", s.AppURL())
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), s.WebSocketURL(), header)
	require.NoError(t, err)
	defer conn.Close()
	assert.Equal(t, s.AppURL(), response.Header.Get("Access-Control-Allow-Origin"), "upgrades too")
}
