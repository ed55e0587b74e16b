package e2e

import "github.com/netra-systems/staging-e2e/testutil/suite"

var deployment = suite.Plan{
	{
		Package: "deployment", Story: "TestStagingNewRevisionServes",
		Shows:     "the new revision has all of the traffic, its application has started, and one version answers",
		Exercises: []string{"version", "rest", "logs"},
		Cost:      suite.Cost{Edge: 8, API: 4},
	},
	{
		Package: "deployment", Story: "TestStagingStartIsCleanAndQuick",
		Shows:     "no instance logged an error while it started, and none took longer than before",
		Exercises: []string{"logs"},
	},
	{
		Package: "deployment", Story: "TestStagingHealthFamily",
		Shows:     "every health endpoint answers as it should, and none contradicts another",
		Exercises: []string{"rest", "version", "repeat"},
		Cost:      suite.Cost{Edge: 40, API: 6},
	},
	{
		Package: "deployment", Story: "TestStagingAnswersAsWellAsItsPredecessor",
		Shows:     "the new revision fails no more often than the one before it",
		Exercises: []string{"logs", "rest", "repeat"},
		Cost:      suite.Cost{Edge: 1, API: 120},
	},
	{
		Package: "deployment", Story: "TestStagingNothingAccumulates",
		Shows:     "use leaves neither sessions nor memory behind",
		Exercises: []string{"one-run", "rest", "repeat", "reconnect", "two-turns", "burst", "logs", "idle"},
		Alone:     true,
		Cost:      suite.Cost{Edge: 143, API: 90, Prompts: 40, Runs: 10, Cleanups: 2},
	},
}
