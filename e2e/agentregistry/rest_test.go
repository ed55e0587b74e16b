package agentregistry_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// Whichever way one question goes, the substance of the answer is the same.
func TestStagingEveryWayGivesTheSameAnswer(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()
	for _, agent := range fixtures.AgentNames {
		question := prompts.ForAgent(agent, alice.Nonce)
		chat.Ask(question, staging.ToAgent(agent)).Wait()
		alice.Execute(agent, question)
		alice.Stream(agent, question)
	}
}

func TestStagingStartedAgentsComplete(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	for _, agent := range fixtures.AgentNames {
		alice.Start(agent, prompts.ForAgent(agent, alice.Nonce))
	}
}
