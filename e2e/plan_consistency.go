package e2e

import "github.com/netra-systems/staging-e2e/testutil/suite"

var consistency = suite.Plan{
	{
		Package: "consistency", Story: "TestStagingAgentsCompleteConsistently",
		Shows:     "agent runs of every kind, repeated as often as it takes to bound the failure rate, all complete",
		Criteria:  []string{"F3", "F4", "P1", "P2"},
		Exercises: []string{"one-run", "repeat", "burst", "two-users", "several-agents"},
		Cost:      suite.Cost{Edge: 12, Repeats: true},
	},
}
