package e2e

import "github.com/netra-systems/staging-e2e/testutil/suite"

var agentRegistry = suite.Plan{
	{
		Package: "agentregistry", Story: "TestStagingAgentExecutionFullFlow",
		Shows:     "the supervisor leads a full analysis, and every advertised agent gives one answer over WebSocket, REST and stream",
		Criteria:  []string{"F3", "F4", "P2"},
		Exercises: []string{"one-run", "rest", "several-agents", "two-turns", "repeat"},
		Cost:      suite.Cost{Edge: 8, API: 20, Prompts: 19, Runs: 7},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentRegistryHealth",
		Shows:     "the registry is available and advertises every documented agent",
		Exercises: []string{"rest"},
		Cost:      suite.Cost{Edge: 1, API: 1},
	},
	{
		Package: "agentregistry", Story: "TestStagingStartedAgentsComplete",
		Shows:     "agents that are started in the background complete, and are listed for their user only",
		Exercises: []string{"rest", "several-agents", "two-users"},
		Cost:      suite.Cost{Edge: 2, API: 60, Prompts: 6, Runs: 2},
	},
	{
		Package: "agentregistry", Story: "TestStagingUnknownAgentIsReported",
		Shows:     "an unknown agent is reported once, and nobody else is affected",
		Exercises: []string{"one-run", "rest", "spoof", "two-users", "several-agents", "two-turns"},
		Cost:      suite.Cost{Edge: 4, API: 5, Prompts: 5, Runs: 3},
	},
	{
		Package: "agentregistry", Story: "TestStagingFailingToolIsReported",
		Shows:     "a failing agent is reported once, and nobody else is affected",
		Exercises: []string{"one-run", "rest", "two-users", "several-agents", "two-turns"},
		Cost:      suite.Cost{Edge: 4, API: 5, Prompts: 5, Runs: 4},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentTimeoutIsReported",
		Shows:     "an agent that takes too long is reported once, and nobody else is affected",
		Exercises: []string{"one-run", "rest", "two-users", "several-agents", "idle", "two-turns"},
		Cost:      suite.Cost{Edge: 4, API: 5, Prompts: 5, Runs: 6},
	},
}
