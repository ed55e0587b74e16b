// Package agentregistry_test tells the stories of the agents: each is found, runs and answers.
package agentregistry_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingAgentExecutionFullFlow(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()

	chat.Ask(prompts.FullAnalysis(alice.Nonce)).Wait()
	for _, agent := range alice.Agents() {
		chat.Ask(prompts.ForAgent(agent, alice.Nonce), staging.ToAgent(agent)).Wait()
		alice.Execute(agent, prompts.ForAgent(agent, alice.Nonce))
	}
}

func TestStagingAgentRegistryHealth(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Agents()
}
