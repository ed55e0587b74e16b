package concurrentusers_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// Who claims another user's ids gets her own answer or none, and the other user hears nothing of it.
func TestStagingClaimedIdsAreNotBelieved(t *testing.T) {
	s := suite.Start(t)
	alice, mallory := s.User(), s.User()
	alices, mallorys := alice.Connect(), mallory.Connect()
	hers := alices.Ask(prompts.Sum(alice.Nonce)).Wait()

	mallorys.Ask(prompts.Sum(mallory.Nonce), staging.Claiming(alice.User)).Wait()
	mallorys.Ask(prompts.Sum(mallory.Nonce), staging.UnderRun(hers.Run, alice.User)).Wait()
	mallorys.Ask(prompts.Sum(mallory.Nonce), staging.OnThreadOf(alice.User, hers.Thread)).Wait()
	mallorys.Ask(prompts.Sum(mallory.Nonce)).Wait()
	alices.Ping()
}

func TestStagingForeignThreadsStayShut(t *testing.T) {
	s := suite.Start(t)
	alice, mallory := s.User(), s.User()
	answer := alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
	notes := alice.CreateThread("Notes on storage")
	alice.SayInChat(notes, "Keep my reference "+alice.Nonce+" in mind.")

	mallory.TryThread(alice, answer.Thread)
	mallory.TryThread(alice, notes)
	alice.ReadThread(answer.Thread)
	alice.ReadThread(notes)
	alice.ListThreads()
}
