package refstaging_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// simulate asks an agent for a run that goes wrong, and returns it up to its outcome.
func (c *client) simulate(kind, agent, prompt string, context any) []object {
	c.t.Helper()
	message := object{"agent": agent, "message": prompt, "context": context}
	if c.thread != "" { // October has everything in the payload
		message = object{"payload": message}
	}
	message["type"] = kind
	c.send(message)
	frames := c.readRun(func(f object) bool {
		return f["type"] == "agent_error" || f["type"] == "agent_completed" && field(f, "agent_name") == agent
	})
	c.send(object{"type": "ping"})
	assert.Equal(c.t, "pong", c.read()["type"], "nothing follows the outcome")
	return frames
}

// What a message asks for in its context goes wrong, in exactly one error, and nothing else does.
func TestSimulatedFailures(t *testing.T) {
	inBothDialects(t, refstaging.Config{}, func(t *testing.T, s *refstaging.Server) {
		c := connect(t, s, login(t, s, "failing").access)
		failing := object{"force_failure": true}
		for _, kind := range []string{"agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT"} {
			frames := c.simulate(kind, "data", "Add 1 and 2.", failing)
			assert.Equal(t, []string{"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_error"}, types(frames), kind)
			assert.Equal(t, false, field(frames[3], "success"))
			assert.Equal(t, "failed", field(frames[3], "status"))
			assert.Equal(t, object{"error": "simulated failure"}, field(frames[3], "results"))
			assert.Equal(t, "Agent data failed: simulated failure", frames[4]["data"].(object)["error_message"])
		}
		frames := c.simulate("agent_request", "data", "Good morning!", failing)
		assert.Equal(t, []string{"agent_started", "agent_thinking", "agent_error"}, types(frames), "no tool that could fail")
		frames = c.simulate("agent_request", "supervisor", "A full analysis of 1 and 2.", failing)
		assert.Equal(t, "Supervisor", field(frames[len(frames)-1], "agent_name"), "nested agents end with the run")

		for name, context := range map[string]any{
			"a short delay": object{"simulate_delay": 0.001}, "nothing": object{}, "no failure": object{"force_failure": false},
			"wrong types": object{"force_failure": "true", "simulate_delay": "1000"}, "a negative delay": object{"simulate_delay": -1}, "no object": 7,
		} {
			assert.Equal(t, five, types(c.simulate("agent_request", "data", "Add 1 and 2.", context)), name)
		}
		c.send(object{"type": "chat", "message": "Add 1 and 2.", "context": failing})
		assert.Equal(t, five, types(c.readRun(outcome)), "a chat message asks for nothing")
	})
}

// A delay beyond the run limit is a timeout; over REST one within it is only a delay.
func TestSimulatedDelay(t *testing.T) {
	inBothDialects(t, refstaging.Config{RunLimit: 300 * time.Millisecond}, func(t *testing.T, s *refstaging.Server) {
		token := login(t, s, "late").access
		frames := connect(t, s, token).simulate("agent_request", "data", "Add 1 and 2.", object{"simulate_delay": 1000})
		assert.Equal(t, "Agent data timed out after 300ms", frames[len(frames)-1]["data"].(object)["error_message"])
		assert.Equal(t, "timeout", executeDelayed(t, s, token, 1000)["status"])
	})
	s := start(t, refstaging.Config{})
	assert.Equal(t, "success", executeDelayed(t, s, login(t, s, "in-time").access, 0.01)["status"])
}

func executeDelayed(t *testing.T, s *refstaging.Server, token string, delay float64) object {
	t.Helper()
	return call(t, "POST", s.APIURL()+"/api/agents/execute", bearer(token), object{"type": "data", "message": "Add 1 and 2.", "simulate_delay": delay}).json
}
