package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatAClientSeesOfTheRegistry(t *testing.T) {
	run := func(g *guest) string { return g.welcomed("/ws").chat().outcome() }
	const noService = `422 {"detail":[{"type":"missing","loc":["query","agent_service"],"msg":"Field required","input":null}]}`
	seen(t, []sighting{
		{"registry-async-lookup-missing", "agent_started, agent_error Agent Supervisor failed: Agent triage not found in registry", run},
		{"registry-empty", "agent_error Agent supervisor not found in registry", run},
		{"registry-class-used-as-instance", "agent_started, agent_error Agent Supervisor failed: 'AgentClassRegistry' object has no attribute 'get'", run},
		{"registry-agent-service-missing", noService, func(g *guest) string { return g.ask("GET", "/api/agents/stream", "") }},
		{"registry-duplicate-classes", "agent_started, agent_error Agent triage failed: 'AgentRegistry' object has no attribute 'get_agent'", byName("triage")},
	})
}

func TestAnEmptyRegistryListsNothing(t *testing.T) {
	t.Parallel()
	assert.Contains(t, invited(t, "registry-empty").ask("GET", "/api/agents/stream", ""), `"supported_agents":[]`)
}

func TestWithoutItsServiceNoAgentIsHeard(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "silence", invited(t, "registry-agent-service-missing").welcomed("/ws").chat().outcome())
}

func TestOneOfTwoRegistriesWorks(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "agent_started, agent_thinking, agent_completed", invited(t, "registry-duplicate-classes").welcomed("/ws").chat().outcome())
}
