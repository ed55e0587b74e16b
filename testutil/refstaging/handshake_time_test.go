package refstaging

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An October session at work, with nothing but its queue behind it: what is written can be read there.
func newTestHandshake(t *testing.T) (*Session, Route, *int) {
	t.Helper()
	cfg, err := Config{Dialect: "october"}.withDefaults()
	require.NoError(t, err)
	clock := newClock()
	ids := &idSource{clock: clock}
	idle := newTasks()
	idle.close() // nothing is ever written
	s := &Session{user: Identity{UserID: "u"}, hub: newHub(cfg, october, clock, ids), out: &outbox{tasks: idle}}
	s.handshake = &handshake{session: s, ids: ids, threads: newThreads(clock, ids), timeout: cfg.HandshakeTimeout}
	require.NoError(t, s.hub.join(s))
	heard := new(int)
	return s, afterHandshake(func(*Session, Message) { *heard++ }), heard
}

func (s *Session) lastQueued(t *testing.T) (frame map[string]any, code int) {
	t.Helper()
	last := s.out.queue[len(s.out.queue)-1]
	if last.code == 0 {
		require.NoError(t, json.Unmarshal(last.frame, &frame))
	}
	return frame, last.code
}

func wait(d time.Duration) { <-time.After(d) }

func saying(t *testing.T, kind, thread string) Message {
	t.Helper()
	text, err := json.Marshal(map[string]string{"type": kind, "thread_id": thread})
	require.NoError(t, err)
	m, err := decodeMessage(text)
	require.NoError(t, err)
	return m
}

// PROCESSING begins 0.5 s after the first acknowledgement, neither earlier nor, when it is repeated, later.
func TestHandshakeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, route, heard := newTestHandshake(t)
		ping := saying(t, "ping", "")
		wait(15*time.Second - 1)
		route(s, ping)
		route(s, saying(t, "handshake_acknowledged", s.thread))
		frame, _ := s.lastQueued(t)
		assert.Equal(t, "handshake_complete", frame["type"])
		wait(400 * time.Millisecond)
		route(s, saying(t, "handshake_acknowledged", s.thread))
		wait(100*time.Millisecond - 1)
		route(s, ping)
		assert.Zero(t, *heard, "a nanosecond too early")
		wait(1)
		route(s, ping)
		assert.Equal(t, 1, *heard)
		wait(time.Minute)
		assert.False(t, s.out.closing(), "the deadline is met")
	})
}

func TestHandshakeTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, route, _ := newTestHandshake(t)
		route(s, saying(t, "handshake_acknowledged", "thread_cli_1_00000000"))
		wait(15*time.Second - 1)
		assert.False(t, s.out.closing())
		wait(1)
		synctest.Wait()
		_, code := s.lastQueued(t)
		assert.Equal(t, 1002, code)
		route(s, saying(t, "handshake_acknowledged", s.thread))
		assert.True(t, s.handshake.acknowledged.IsZero())
	})
}
