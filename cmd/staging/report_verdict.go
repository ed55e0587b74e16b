package main

import (
	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// everyStory is what has to be among the evidence of a whole run: every story of the plan.
func everyStory() verdict.Options {
	var o verdict.Options
	for _, e := range e2e.Plan {
		o.Expected = append(o.Expected, verdict.Expected{Package: e.Package, Story: e.Story, Shows: e.Criteria})
	}
	return o
}
