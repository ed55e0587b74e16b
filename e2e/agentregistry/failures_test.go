package agentregistry_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingUnknownAgentIsReported(t *testing.T) {
	s := suite.Start(t)
	alice, bob := s.User(), s.User()
	chat, bobs := alice.Connect(), bob.Connect()

	asked := chat.Ask(prompts.Sum(alice.Nonce), staging.ToAgent("astrology"), staging.ExpectFailure("no such agent"))
	alice.Execute("astrology", prompts.Sum(alice.Nonce), staging.ExpectFailure("no such agent"))
	asked.Wait()
	unaffected(chat, bobs, alice, bob)
}

func TestStagingFailingToolIsReported(t *testing.T) {
	s := suite.Start(t)
	alice, bob := s.User(), s.User()
	chat, bobs := alice.Connect(), bob.Connect()

	alice.ExecuteFailing("data", prompts.Sum(alice.Nonce))
	if s.Can(suite.SimulatedFailures) {
		chat.Ask(prompts.Sum(alice.Nonce), staging.ToAgent("data"), staging.SimulateFailure()).Wait()
	}
	unaffected(chat, bobs, alice, bob)
}

func TestStagingAgentTimeoutIsReported(t *testing.T) {
	s := suite.Start(t, suite.Own)
	alice, bob := s.User(), s.User()
	chat, bobs := alice.Connect(), bob.Connect()

	stalls := staging.SimulateDelay(fixtures.BeyondRunLimit)
	var stalled *suite.Run
	if s.Can(suite.SimulatedFailures) {
		stalled = chat.Ask(prompts.Sum(alice.Nonce), staging.ToAgent("data"), stalls)
	}
	alice.Execute("data", prompts.Sum(alice.Nonce), stalls)
	if stalled != nil {
		stalled.Wait()
	}
	unaffected(chat, bobs, alice, bob)
}

// unaffected lets the user whose agent failed, and another one, ask the agent that failed, and another.
func unaffected(alices, bobs *suite.Session, alice, bob *suite.User) {
	hers := alices.Ask(prompts.Sum(alice.Nonce), staging.ToAgent("data"))
	bobs.Ask(prompts.Sum(bob.Nonce), staging.ToAgent("data")).Wait()
	hers.Wait()
	alices.Ask(prompts.Largest(alice.Nonce)).Wait()
}
