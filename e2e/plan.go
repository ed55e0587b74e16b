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
		Package: "goldenpath", Story: "TestStagingIdleSessionStaysAlive",
		Shows: "an idle session hears heartbeats, and serves on",
		Cost:  suite.Cost{Edge: 2, API: 1, Runs: 3},
	},
	{
		Package: "goldenpath", Story: "TestStagingFollowUpKeepsThread",
		Shows: "a second question on a thread is answered from the first",
		Cost:  suite.Cost{Edge: 2, API: 1, Runs: 2},
	},
	{
		Package: "goldenpath", Story: "TestStagingConversationSurvivesReconnection",
		Shows: "a conversation goes on in another session",
		Cost:  suite.Cost{Edge: 3, API: 1, Runs: 2},
	},
	{
		Package: "goldenpath", Story: "TestStagingThreadsOverREST",
		Shows: "threads are created, listed, read, continued and archived over REST",
		Cost:  suite.Cost{Edge: 1, API: 11},
	},
	{
		Package: "goldenpath", Story: "TestStagingChatIsKeptInItsThread",
		Shows: "a thread keeps what was asked and answered",
		Cost:  suite.Cost{Edge: 2, API: 3, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingEveryPromptTypeIsAnswered",
		Shows: "every documented message that starts a run is answered",
		Cost:  suite.Cost{Edge: 12, API: 11, Runs: 4},
	},
	{
		Package: "goldenpath", Story: "TestStagingContentIsFoundWhereverItMayStand",
		Shows: "a prompt is found at the root of a message and in its payload",
		Cost:  suite.Cost{Edge: 2, API: 2, Runs: 2},
	},
	{
		Package: "goldenpath", Story: "TestStagingControlMessagesAreAnswered",
		Shows: "connect, ping, heartbeat, typing and disconnect get their replies",
		Cost:  suite.Cost{Edge: 2, API: 1, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingBadFramesDoNoHarm",
		Shows: "wrong messages get a clear error or the documented close, and harm nothing",
		Cost:  suite.Cost{Edge: 20, API: 1, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingLongMessageIsAnswered",
		Shows: "a message of 1 MiB is answered",
		Cost:  suite.Cost{Edge: 2, API: 1, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingBurstOfFramesDoesNoHarm",
		Shows: "200 frames at once harm nothing",
		Cost:  suite.Cost{Edge: 3, API: 1, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingTokenForms",
		Shows:    "each form of offering a token has its one outcome",
		Refusing: true,
		Cost:     suite.Cost{Edge: 16, API: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingMainDoorsOpen",
		Shows: "both main WebSocket paths serve a good token",
		Cost:  suite.Cost{Edge: 2, API: 3, Runs: 2},
	},
	{
		Package: "goldenpath", Story: "TestStagingTokenServesManyTimes",
		Shows: "one token serves several times, and everyone who can tell calls it good",
		Cost:  suite.Cost{Edge: 19, API: 3},
	},
	{
		Package: "goldenpath", Story: "TestStagingRefreshRotatesTokens",
		Shows:    "a refresh gives new tokens of the same user, and a refresh token serves once",
		Refusing: true,
		Cost:     suite.Cost{Edge: 11, API: 2, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingConcurrentRefreshHasOneWinner",
		Shows:    "of simultaneous refreshes with one token exactly one succeeds",
		Refusing: true,
		Cost:     suite.Cost{Edge: 14, API: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingTokenExpiresDuringSession",
		Shows:    "an expired token opens nothing new, and a session outlives it",
		Refusing: true,
		Cost:     suite.Cost{Edge: 10, API: 5, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingLogoutEndsOneToken",
		Shows:    "a token that was given back opens nothing for anybody, and other tokens stay good",
		Refusing: true,
		Cost:     suite.Cost{Edge: 28, API: 13},
	},
	{
		Package: "goldenpath", Story: "TestStagingBadCredentialsStayOutside",
		Shows:    "missing, damaged and misused credentials are refused at every door, each in its one way",
		Refusing: true,
		Cost:     suite.Cost{Edge: 101, API: 68, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingBurstOfBadCredentialsChangesNothing",
		Shows:    "refusals stay the same after a burst, and good credentials work after it",
		Refusing: true,
		Cost:     suite.Cost{Edge: 23, API: 10, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingForgedTokensStayOutside",
		Shows:    "validly signed tokens that are wrong in one thing are refused",
		Refusing: true,
		Cost:     suite.Cost{Edge: 27, API: 21, Runs: 1},
	},
	{
		Package: "goldenpath", Story: "TestStagingServedURLsAreTheTargets",
		Shows: "every URL that the target serves is one of its own",
		Cost:  suite.Cost{Edge: 1, API: 3},
	},
	{
		Package: "goldenpath", Story: "TestStagingAppMayReadEveryAnswer",
		Shows: "the app may read answers, errors and preflights, and other pages may not",
		Cost:  suite.Cost{Edge: 10, API: 6},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentExecutionFullFlow",
		Shows: "the supervisor leads a full analysis, and every advertised agent gives one answer over WebSocket, REST and stream",
		Cost:  suite.Cost{Edge: 8, API: 20, Runs: 7},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentRegistryHealth",
		Shows: "the registry is available and advertises every documented agent",
		Cost:  suite.Cost{Edge: 1, API: 1},
	},
	{
		Package: "agentregistry", Story: "TestStagingStartedAgentsComplete",
		Shows: "agents that are started in the background complete, and are listed for their user only",
		Cost:  suite.Cost{Edge: 2, API: 60, Runs: 2},
	},
	{
		Package: "agentregistry", Story: "TestStagingUnknownAgentIsReported",
		Shows: "an unknown agent is reported once, and nobody else is affected",
		Cost:  suite.Cost{Edge: 4, API: 5, Runs: 4},
	},
	{
		Package: "agentregistry", Story: "TestStagingFailingToolIsReported",
		Shows: "a failing agent is reported once, and nobody else is affected",
		Cost:  suite.Cost{Edge: 4, API: 5, Runs: 4},
	},
	{
		Package: "agentregistry", Story: "TestStagingAgentTimeoutIsReported",
		Shows: "an agent that takes too long is reported once, and nobody else is affected",
		Cost:  suite.Cost{Edge: 4, API: 5, Runs: 6},
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
		Package: "concurrentusers", Story: "TestStagingClaimedIdsAreNotBelieved",
		Shows: "who claims another user's ids gets nothing by it",
		Cost:  suite.Cost{Edge: 4, API: 4, Runs: 5},
	},
	{
		Package: "concurrentusers", Story: "TestStagingForeignThreadsStayShut",
		Shows: "nobody reads, lists, changes or archives another user's thread",
		Cost:  suite.Cost{Edge: 3, API: 23, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingTwoSessionsOfOneUser",
		Shows: "two sessions of one user work side by side",
		Cost:  suite.Cost{Edge: 3, API: 2, Runs: 2},
	},
	{
		Package: "concurrentusers", Story: "TestStagingThreadsTakeTurns",
		Shows: "conversations on two threads take turns, and neither loses what it was about",
		Cost:  suite.Cost{Edge: 3, API: 2, Runs: 4},
	},
	{
		Package: "concurrentusers", Story: "TestStagingReconnectionDuringRun",
		Shows: "who leaves in the middle of a run, politely or not, can come back and go on",
		Cost:  suite.Cost{Edge: 5, API: 4, Runs: 4},
	},
	{
		Package: "concurrentusers", Story: "TestStagingReconnectionStorm",
		Shows: "quick reconnections harm nothing",
		Cost:  suite.Cost{Edge: 14, API: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingSessionLimitIsKept",
		Shows:    "one session too many is refused, and a place that was left is free",
		Refusing: true,
		Cost:     suite.Cost{Edge: 18, API: 1, Runs: 1},
	},
	{
		Package: "concurrentusers", Story: "TestStagingServerRestartDuringRun",
		Shows: "a restart is said to who is connected, and who comes back goes on",
		Cost:  suite.Cost{Edge: 4, API: 2, Runs: 2},
	},
	{
		Package: "deployment", Story: "TestStagingNewRevisionServes",
		Shows: "the new revision has all of the traffic, its application has started, and one version answers",
		Cost:  suite.Cost{Edge: 8, API: 4},
	},
	{
		Package: "deployment", Story: "TestStagingStartIsCleanAndQuick",
		Shows: "no instance logged an error while it started, and none took longer than before",
	},
	{
		Package: "deployment", Story: "TestStagingHealthFamily",
		Shows: "every health endpoint answers as it should, and none contradicts another",
		Cost:  suite.Cost{Edge: 40, API: 6},
	},
	{
		Package: "deployment", Story: "TestStagingAnswersAsWellAsItsPredecessor",
		Shows: "the new revision fails no more often than the one before it",
		Cost:  suite.Cost{Edge: 1, API: 120},
	},
	{
		Package: "deployment", Story: "TestStagingNothingAccumulates",
		Shows: "use leaves neither sessions nor memory behind",
		Alone: true,
		Cost:  suite.Cost{Edge: 142, API: 90, Runs: 10, Cleanups: 2},
	},
}
