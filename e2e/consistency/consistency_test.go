// Package consistency_test tells the story of what goes well not once, but always: how often is a probability, and
// the story bounds it.
package consistency_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// Every documented message that starts a run takes its turn, and every agent, each a few times in a row: so a run
// that fails now and then can be told from a kind of run that always does.
func TestStagingAgentsCompleteConsistently(t *testing.T) {
	s := suite.Start(t)
	s.Repeat(func(u *suite.User, chat *suite.Session, i int) *suite.Run {
		const inARow = 3
		kind := i / inARow % (len(staging.PromptTypes) + len(fixtures.AgentNames))
		if kind < len(staging.PromptTypes) {
			return chat.Ask(prompts.Sum(u.Nonce), staging.As(staging.PromptTypes[kind]))
		}
		agent := fixtures.AgentNames[kind-len(staging.PromptTypes)]
		return chat.Ask(prompts.ForAgent(agent, u.Nonce), staging.ToAgent(agent))
	})
}
