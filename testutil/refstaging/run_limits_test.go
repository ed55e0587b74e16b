package refstaging_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestUnknownAgentIsOneError(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "unknown").access
	c := connect(t, s, token)
	for _, kind := range []string{"agent_request", "start_agent", "execute_agent"} {
		c.send(object{"type": kind, "agent": "Astrologer", "content": "Add 1 and 2.", "thread_id": "thread_u", "run_id": "run_" + kind})
		frame := c.read()
		require.Equal(t, "agent_error", frame["type"])
		assertRoot(t, frame, "e2e-unknown", "thread_u", "run_"+kind, "Astrologer")
		assert.Equal(t, object{
			"agent": "Astrologer", "status": "error", "error_message": "Agent Astrologer not found in registry",
			"error_context": object{}, "message": "Astrologer could not finish",
		}, frame["data"])
		c.send(object{"type": "ping"})
		assert.Equal(t, "pong", c.read()["type"], "nothing else follows")
	}
	r := call(t, "POST", s.APIURL()+"/api/agents/execute", bearer(token), object{"type": "astrologer", "message": "Add 1."})
	assert.Equal(t, 200, r.status)
	assert.Equal(t, "error", r.json["status"])
	assert.Contains(t, r.json["error"], "astrologer")
	assert.Equal(t, five, types(c.ask("Add 1 and 2.")), "the next run is unaffected")
}

func TestRunLimit(t *testing.T) {
	s := start(t, refstaging.Config{RunLimit: 500 * time.Millisecond, Pacing: refstaging.Pacing{Think: 3 * time.Second}})
	token := login(t, s, "late").access
	c := connect(t, s, token)
	frames := c.ask("Add 1 and 2.")
	assert.Equal(t, []string{"agent_started", "agent_thinking", "agent_error"}, types(frames))
	assert.Equal(t, "Agent Supervisor timed out after 500ms", frames[2]["data"].(object)["error_message"])
	r := call(t, "POST", s.APIURL()+"/api/agents/data", bearer(token), object{"message": "Add 1 and 2."})
	assert.Equal(t, 200, r.status)
	assert.Equal(t, "timeout", r.json["status"])
	assert.NotNil(t, r.json["error"])
}

// Messages are processed while runs are in progress, and runs of one session overlap.
func TestMessagesDuringRuns(t *testing.T) {
	release := make(chan struct{})
	var cfg refstaging.Config
	cfg.Hooks.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if e.Type == refstaging.ToolCompleted {
				<-release
			}
			next(ctx, e)
		}
	}
	s := start(t, cfg)
	c := connect(t, s, login(t, s, "busy").access)
	c.send(object{"type": "chat", "content": "Add 1 and 2.", "run_id": "run_one"})
	c.send(object{"type": "chat", "content": "Add 3 and 4.", "run_id": "run_two"})
	c.send(object{"type": "ping"})
	seen, last := map[any]int{}, 0.0
	read := func() {
		frame := c.read()
		assert.GreaterOrEqual(t, frame["timestamp"], last, "timestamps never decrease")
		last = frame["timestamp"].(float64)
		seen[frame["type"]]++
	}
	for seen["pong"] < 1 || seen["tool_executing"] < 2 {
		read()
	}
	assert.Zero(t, seen["agent_completed"])
	close(release)
	for seen["agent_completed"] < 2 {
		read()
	}
}

func TestRunOutlivesItsSession(t *testing.T) {
	s := start(t, refstaging.Config{Pacing: refstaging.Pacing{Think: 200 * time.Millisecond}})
	token := login(t, s, "two").access
	first, second := connect(t, s, token), connect(t, s, token)
	first.send(object{"type": "chat", "content": "Add 1 and 2."})
	first.read()
	require.NoError(t, first.conn.Close())
	assert.Equal(t, five, types(second.readUntil(outcome)))
}
