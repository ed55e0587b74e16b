package e2e

import "github.com/netra-systems/staging-e2e/testutil/suite"

var concurrentUsers = suite.Plan{
	{
		Package: "concurrentusers", Story: "TestStagingConcurrentUserWebSocketConnections",
		Shows:     "users who run agents at the same time each see all of their own run, and nothing else",
		Criteria:  []string{"F2", "F4", "F5", "P1", "P2"},
		Exercises: []string{"one-run", "two-users", "burst"},
		Cost:      suite.Cost{EdgePerUser: 2, APIPerUser: 1, PromptsPerUser: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingIdleListenerHearsNothing",
		Shows:     "a user who asks nothing hears nothing of another user's run",
		Criteria:  []string{"F5"},
		Exercises: []string{"one-run", "two-users"},
		Cost:      suite.Cost{Edge: 4, API: 1, Prompts: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingClaimedIdsAreNotBelieved",
		Shows:     "who claims another user's ids gets nothing by it",
		Criteria:  []string{"F5"},
		Exercises: []string{"one-run", "two-users", "spoof", "two-turns"},
		Cost:      suite.Cost{Edge: 4, API: 4, Prompts: 5, Runs: 5},
	},
	{
		Package: "concurrentusers", Story: "TestStagingForeignThreadsStayShut",
		Shows:     "nobody reads, lists, changes or archives another user's thread",
		Criteria:  []string{"F5"},
		Exercises: []string{"one-run", "rest", "two-users", "spoof"},
		Cost:      suite.Cost{Edge: 3, API: 23, Prompts: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingTwoSessionsOfOneUser",
		Shows:     "two sessions of one user work side by side",
		Criteria:  []string{"F2"},
		Exercises: []string{"one-run", "two-users"},
		Cost:      suite.Cost{Edge: 3, API: 2, Prompts: 2, Runs: 2},
	},
	{
		Package: "concurrentusers", Story: "TestStagingThreadsTakeTurns",
		Shows:     "conversations on two threads take turns, and neither loses what it was about",
		Criteria:  []string{"F2"},
		Exercises: []string{"one-run", "two-turns"},
		Cost:      suite.Cost{Edge: 3, API: 2, Prompts: 4, Runs: 4},
	},
	{
		Package: "concurrentusers", Story: "TestStagingReconnectionDuringRun",
		Shows:     "who leaves in the middle of a run, politely or not, can come back and go on",
		Criteria:  []string{"F2"},
		Exercises: []string{"one-run", "reconnect", "two-turns"},
		Cost:      suite.Cost{Edge: 5, API: 4, Prompts: 4, Runs: 4},
	},
	{
		Package: "concurrentusers", Story: "TestStagingRunOutlivesItsSession",
		Shows:     "a run goes on when its session is left, and the user's other session hears how it ends",
		Criteria:  []string{"F2"},
		Exercises: []string{"one-run", "reconnect"},
		Cost:      suite.Cost{Edge: 3, API: 1, Prompts: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingReconnectionStorm",
		Shows:     "quick reconnections harm nothing",
		Criteria:  []string{"F2"},
		Exercises: []string{"one-run", "reconnect", "repeat"},
		Cost:      suite.Cost{Edge: 14, API: 1, Prompts: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingSessionLimitIsKept",
		Shows:     "one session too many is refused, and a place that was left is free",
		Exercises: []string{"one-run", "repeat", "reconnect", "two-users"},
		Refusing:  true,
		Cost:      suite.Cost{Edge: 18, API: 1, Prompts: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingServerRestartDuringRun",
		Shows:     "a restart is said to who is connected, and who comes back goes on",
		Exercises: []string{"one-run", "rest", "reconnect"},
		Cost:      suite.Cost{Edge: 4, API: 2, Prompts: 2, Runs: 2},
	},
}
