package faults

import (
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A deployment without a fault has no hook, and a hook that is not there is not called ([refstaging.Hooks]).
func TestNoFaultHooksNothing(t *testing.T) {
	var c refstaging.Config
	require.NoError(t, Apply(&c, nil, Options{Rate: -1, Seed: 1}))
	assert.Zero(t, c)
}

// BenchmarkPrompt is a prompt and the events that answer it, at a deployment as it is, at one to which no fault
// was applied, and, for what a fault costs that is on, at one with a fault that looks at every event and never
// strikes.
func BenchmarkPrompt(b *testing.B) {
	b.Run("plain", func(b *testing.B) { runs(b, refstaging.Config{}) })
	b.Run("off", func(b *testing.B) {
		var c refstaging.Config
		require.NoError(b, Apply(&c, nil, Options{}))
		runs(b, c)
	})
	b.Run("on", func(b *testing.B) {
		var c refstaging.Config
		require.NoError(b, Apply(&c, []string{"events-send-after-close"}, Options{Rate: 0}))
		runs(b, c)
	})
}

func runs(b *testing.B, c refstaging.Config) {
	session := invitedTo(b, c).welcomed("/ws")
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, session.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"user_message","content":"Good morning!"}`)))
		session.outcome()
	}
}
