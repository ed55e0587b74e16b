// Package goldenpath_test tells the stories of one user: login, WebSocket, an agent's answer.
package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingCompleteGoldenPathUserFlow(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Verify()
	chat := alice.Connect()
	chat.Ask(prompts.Sum(alice.Nonce)).Wait()
}

func TestStagingHeartbeatAndReconnection(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()

	chat := alice.Connect()
	chat.Ping()
	chat.Ask(prompts.Sum(alice.Nonce)).Wait()
	chat.Ping()
	chat.Close()

	again := alice.Connect()
	again.Ping()
	again.Ask(prompts.Largest(alice.Nonce)).Wait()
}

func TestStagingFollowUpKeepsThread(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()

	question := prompts.Sum(alice.Nonce)
	first := chat.Ask(question).Wait()
	chat.Ask(prompts.FollowUp(question, alice.Nonce), staging.OnThread(first.Thread)).Wait()
}
