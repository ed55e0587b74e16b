// Package e2e lists the stories of its packages. The stories themselves are their tests:
//
//	go test ./e2e/... -run Staging -v
package e2e

import "github.com/netra-systems/staging-e2e/testutil/suite"

// Plan lists every story, with what it shows and the most it asks of a target.
var Plan = suite.Plan{
	{
		Package: "goldenpath", Story: "TestStagingCompleteGoldenPathUserFlow",
		Shows: "a user logs in, connects and gets a right answer, with all five events",
		Cost:  suite.Cost{Edge: 3, API: 1, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingHeartbeatAndReconnection",
		Shows: "a session answers pings, and the same user can come back and go on",
		Cost:  suite.Cost{Edge: 3, API: 2, Runs: 2},
	},
	{
		Package: "goldenpath", Story: "TestStagingFollowUpKeepsThread",
		Shows: "a second question on a thread is answered from the first",
		Cost:  suite.Cost{Edge: 2, API: 1, Runs: 2},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentExecutionFullFlow",
		Shows: "the supervisor leads a full analysis, and every advertised agent answers over WebSocket and REST",
		Cost:  suite.Cost{Edge: 2, API: 14, Runs: 13},
	},
	{
		Package: "agentregistry", Story: "TestStagingUnknownAgentIsReported",
		Shows: "an unknown agent is reported once, and the next run is unaffected",
		Cost:  suite.Cost{Edge: 2, API: 2, Runs: 2},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentRegistryHealth",
		Shows: "the registry is available and advertises every documented agent",
		Cost:  suite.Cost{Edge: 1, API: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingConcurrentUserWebSocketConnections",
		Shows: "users who run agents at the same time each see all of their own run, and nothing else",
		Cost:  suite.Cost{EdgePerUser: 2, APIPerUser: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingIdleListenerHearsNothing",
		Shows: "a user who asks nothing hears nothing of another user's run",
		Cost:  suite.Cost{Edge: 4, API: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingTwoSessionsOfOneUser",
		Shows: "two sessions of one user work side by side",
		Cost:  suite.Cost{Edge: 3, API: 2, Runs: 2},
	},
}
