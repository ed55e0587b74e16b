package refstaging_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// Start with the configuration of a server that was closed goes on where it ended, in the middle of a run.
func TestRestart(t *testing.T) {
	inBothDialects(t, refstaging.Config{Pacing: refstaging.Pacing{Think: 2 * time.Second}}, func(t *testing.T, old *refstaging.Server) {
		before := login(t, old, "restarted")
		c := connect(t, old, before.access)
		c.send(object{"type": "chat", "content": "Add 1 and 2."})
		require.Equal(t, "agent_started", c.read()["type"])
		ended := make(chan error)
		go func() { ended <- old.Close() }()
		assert.Equal(t, 1001, c.closed().Code)
		require.NoError(t, <-ended)

		s := start(t, old.Config())
		assert.Equal(t, old.Config().SigningKey, s.Config().SigningKey)
		for name, url := range map[string][2]string{
			"auth": {old.AuthURL(), s.AuthURL()}, "api": {old.APIURL(), s.APIURL()},
			"websocket": {old.WebSocketURL(), s.WebSocketURL()}, "app": {old.AppURL(), s.AppURL()},
		} {
			assert.Equal(t, url[0], url[1], name)
		}
		assert.Equal(t, "e2e-restarted", call(t, "GET", old.AuthURL()+"/auth/me", bearer(before.access), nil).json["user_id"])
		assert.Equal(t, 200, call(t, "POST", old.AuthURL()+"/auth/refresh", nil, object{"refresh_token": before.refresh}).status)
		login(t, old, "somebody") // with the old simulation key
		again := connect(t, old, before.access)
		again.send(object{"type": "ping"})
		assert.Equal(t, "pong", again.read()["type"])
	})
}
