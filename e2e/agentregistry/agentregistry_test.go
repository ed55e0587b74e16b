// Package agentregistry_test tells the stories of the agents: each is found, runs and answers.
package agentregistry_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingAgentExecutionFullFlow(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Connect().Ask(prompts.FullAnalysis(alice.Nonce)).Wait()
	suite.Each(s, alice.Agents(), func(agent string) {
		// Whichever way one question goes, the substance of the answer is the same.
		question := prompts.ForAgent(agent, alice.Nonce)
		chat := alice.Connect()
		chat.Ask(question, staging.ToAgent(agent)).Wait()
		alice.Execute(agent, question)
		alice.Stream(agent, question)
		chat.Close()
	})
}

func TestStagingStartedAgentsComplete(t *testing.T) {
	s := suite.Start(t)
	alice, bob := s.User(), s.User()
	suite.Each(s, fixtures.AgentNames, func(agent string) {
		alice.Start(agent, prompts.ForAgent(agent, alice.Nonce))
	})
	bob.ListAgents() // and sees none of hers
}

func TestStagingAgentRegistryHealth(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Agents()
}
