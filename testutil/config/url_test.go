package config

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRefusesURLs(t *testing.T) {
	tests := []struct{ name, api string }{
		{"no scheme", "api.staging.netrasystems.ai"},
		{"no scheme, with a port", "localhost:8000"},
		{"other scheme", "ftp://host.example"},
		{"WebSocket scheme", "wss://host.example"},
		{"opaque", "https:host.example"},
		{"no host", "https:///"},
		{"only a port", "https://:443"},
		{"empty port", "https://host.example:"},
		{"port 0", "https://host.example:0"},
		{"port too large", "https://host.example:65536"},
		{"port no number", "https://host.example:http"},
		{"path", "https://host.example/api"},
		{"query", "https://host.example?token=" + canaryKey},
		{"empty query", "https://host.example?"},
		{"fragment", "https://host.example/#"},
		{"user", "https://" + canaryKey + "@host.example"},
		{"user and password", "https://me:" + canaryKey + "@host.example"},
		{"leading blank", " https://host.example"},
		{"trailing line end", "https://host.example\n"},
		{"no-break space", "https://host.example\u00a0"},
		{"invisible", "https://host\u200b.example"},
		{"control", "https://host\x00.example/" + canaryKey},
		{"escape", "https://host.example/%zz" + canaryKey},
		{"plain text off loopback", "http://host.example"},
		{"plain text to another spelling of loopback", "http://127.1"},
		{"plain text to what looks like loopback", "http://localhost.example"},
		{"plain text to a private address", "http://10.0.0.1"},
		{"production", "https://api.netrasystems.ai"},
		{"production, bare", "https://netrasystems.ai"},
		{"production with a port", "https://app.netrasystems.ai:8443"},
		{"production in capitals", "https://API.NETRASYSTEMS.AI"},
		{"production with a final dot", "https://api.netrasystems.ai."},
		{"production through IDNA", "https://api\u3002netrasystems\u3002ai"},
		{"production in full width", "https://api.netrasyst\uff45ms.ai"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(remote("STAGING_API_URL="+tt.api, "E2E_OAUTH_SIMULATION_KEY=other"), nil)
			assert.Equal(t, []string{"STAGING_API_URL"}, refused(t, err))
			assert.NotContains(t, err.Error(), canaryKey)
		})
	}
}

func TestParseRefusesWebSocketURLs(t *testing.T) {
	for _, ws := range []string{
		"https://api.staging.netrasystems.ai/ws", "wss://api.staging.netrasystems.ai", "wss://api.staging.netrasystems.ai/",
		"wss://api.staging.netrasystems.ai/ws?token=" + canaryKey, "ws://api.staging.netrasystems.ai/ws", "wss://api.netrasystems.ai/ws",
	} {
		_, err := Parse(remote("STAGING_WEBSOCKET_URL="+ws), nil)
		assert.Equal(t, []string{"STAGING_WEBSOCKET_URL"}, refused(t, err), ws)
		assert.NotContains(t, err.Error(), canaryKey)
	}
}

func TestEveryURLIsChecked(t *testing.T) {
	for _, l := range new(Config).urls() {
		_, err := Parse(remote(l.variable+"=gopher://host.example"), nil)
		assert.Equal(t, []string{l.variable}, refused(t, err))
	}
}

func TestProductionIsAllowedOnlyByItsExactName(t *testing.T) {
	for _, allowed := range []string{"netrasystems.ai", "app.netrasystems.ai", "i.netrasystems.ai", "1", "true", "https://api.netrasystems.ai"} {
		_, err := Parse(remote("STAGING_API_URL=https://api.netrasystems.ai", "STAGING_ALLOW_PRODUCTION="+allowed), nil)
		assert.Equal(t, []string{"STAGING_API_URL"}, refused(t, err), allowed)
	}
}

func TestWebSocketURLIsDerived(t *testing.T) {
	for api, ws := range map[string]string{
		"http://127.0.0.1:9":           "ws://127.0.0.1:9/ws",
		"http://[::1]:9":               "ws://[::1]:9/ws",
		"https://host.example:8443/":   "wss://host.example:8443/ws",
		"https://http.staging.example": "wss://http.staging.example/ws",
	} {
		c, err := Parse(remote("STAGING_API_URL="+api), nil)
		require.NoError(t, err, api)
		assert.Equal(t, ws, c.WebSocketURL)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://api.staging.netrasystems.ai", "wss://h.example/ws", "3", "30s", "restart")
	f.Add("https://h.example", "ws://h.example/ws", "3", "30s", "restart")
	f.Add("http://user:pw@[::1", "ws://", "1e9", "-1ns", ",,")
	f.Add("//netrasystems.ai", "wss://netrasystems.ai/ws", "\x00", "9999999h", "\xff")
	f.Fuzz(func(t *testing.T, api, ws, users, budget, list string) {
		c, err := Parse(remote("STAGING_API_URL="+api, "STAGING_WEBSOCKET_URL="+ws, "STAGING_USERS="+users,
			"STAGING_BUDGET_ANSWER="+budget, "STAGING_ABILITIES="+list, "TEST_USER_PASSWORD="+canaryPassword, "TEST_USER_EMAIL=a@b.example"), nil)
		if err != nil {
			assert.NotContains(t, err.Error(), canaryKey)
			assert.NotContains(t, err.Error(), canaryPassword)
			refused(t, err)
			return
		}
		for _, raw := range []string{c.APIURL, c.AuthURL, c.WebSocketURL} {
			u, err := url.Parse(raw)
			require.NoError(t, err)
			assert.False(t, isProduction(u.Hostname()))
			assert.True(t, u.Scheme == "https" || u.Scheme == "wss" || loopback(u.Hostname()), raw)
			assert.Nil(t, u.User)
			assert.Equal(t, raw, u.String())
		}
		assert.LessOrEqual(t, c.Budgets.Answer.Seconds(), 60.0)
	})
}
