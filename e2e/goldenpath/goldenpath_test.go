// Package goldenpath_test tells the stories of one user: login, WebSocket, an agent's answer.
package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
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

func TestStagingIdleSessionStaysAlive(t *testing.T) {
	s := suite.Start(t, suite.Own)
	alice := s.User()
	chat := alice.Connect()
	chat.Idle()
	chat.Ping()
	chat.Ask(prompts.Sum(alice.Nonce)).Wait()
}
