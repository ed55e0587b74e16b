package faults

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatAClientSeesOfSessions(t *testing.T) {
	greeted := func(g *guest) string { return g.greeted("/ws") }
	run := func(g *guest) string { return g.welcomed("/ws").chat().outcome() }
	const coroutine = "101, error_message INTERNAL_ERROR, 1011 Internal error"
	seen(t, []sighting{
		{"session-factory-validation", "101, 1011 Factory SSOT validation failed", greeted},
		{"session-factory-not-awaited", coroutine, greeted},
		{"session-sync-factory-awaited", coroutine, greeted},
		{"session-factory-refuses-caller", "101, error_message SERVICE_INIT_FAILED, 1011 Service initialization failed", greeted},
		{"session-placeholder-id-rejected", "101, error_message INTERNAL_ERROR, 1011 Internal error", func(g *guest) string {
			g.logIn("default_4711")
			return g.greeted("/ws")
		}},
		{"session-context-attribute-drift", "agent_started, agent_error Agent Supervisor failed: 'UserExecutionContext' object has no attribute 'metadata'", run},
		{"session-thread-id-mismatch", "agent_started, agent_error 404: Thread not found", func(g *guest) string {
			session := g.welcomed("/ws")
			for range 30 { // of which about ten are struck
				if how := session.chat().outcome(); !strings.HasSuffix(how, "agent_completed") {
					return how
				}
			}
			return "all complete"
		}},
		{"session-base-agent-factory", "agent_started, agent_error Agent Supervisor failed: the execution context of the agent could not be made", run},
		{"session-system-user-refused", `403 {"detail":"Not authenticated"}`, func(g *guest) string { return g.ask("GET", "/api/threads", "") }},
		{"session-context-manager-misuse", "agent_started, agent_thinking, silence", run},
		{"session-context-not-copyable", "agent_error Agent data failed: cannot pickle '_contextvars.ContextVar' object", byName("data")},
		{"session-thread-not-associated", "silence", run},
	})
}

// byName asks one agent.
func byName(agent string) func(g *guest) string {
	return func(g *guest) string {
		return g.welcomed("/ws").say(`{"type":"agent_request","agent":"` + agent + `","message":"Good morning!"}`).outcome()
	}
}

func TestWhatFaultsOfSessionsLeaveAlone(t *testing.T) {
	const run = "agent_started, agent_thinking, agent_completed"
	for id, look := range map[string]func(g *guest) string{
		"session-placeholder-id-rejected": func(g *guest) string { return g.welcomed("/ws").chat().outcome() },
		"session-system-user-refused":     func(g *guest) string { return g.welcomed("/ws").chat().outcome() },
		"session-context-not-copyable":    byName("triage"),
		"session-thread-not-associated": func(g *guest) string {
			session := g.welcomed("/ws").chat(`,"thread_id":"thread_chat_1_0a0b0c0d"`)
			session.say(`{"type":"ping"}`).hear("pong")
			return session.chat(`,"thread_id":"thread_chat_1_0a0b0c0d"`).outcome()
		},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, run, look(invited(t, id)))
		})
	}
}

func TestNoPathToAnAgentWorksWithoutItsContext(t *testing.T) {
	t.Parallel()
	const body = `{"type":"triage","message":"Good morning!"}`
	assert.Regexp(t, "^500 ", invited(t, "session-context-attribute-drift").ask("POST", "/api/agents/execute", body))
}
