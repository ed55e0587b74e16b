package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingFollowUpKeepsThread(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()

	question := prompts.Sum(alice.Nonce)
	first := chat.Ask(question).Wait()
	chat.Ask(prompts.FollowUp(question, alice.Nonce), staging.OnThread(first.Thread)).Wait()
}

func TestStagingConversationSurvivesReconnection(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()

	question := prompts.Sum(alice.Nonce)
	before := alice.Connect()
	first := before.Ask(question).Wait()
	before.Close()

	if after, ok := alice.ConnectOn(first.Thread); ok {
		after.Ask(prompts.FollowUp(question, alice.Nonce), staging.OnThread(first.Thread)).Wait()
	}
}

func TestStagingThreadsOverREST(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()

	notes, plans := alice.CreateThread("Notes on storage"), alice.CreateThread("Plans for spring")
	alice.Say(notes, "The archive of last year may move to cold storage.")
	alice.ListThreads() // of which one has a message
	alice.ReadThread(notes)
	alice.DeleteThread(notes)
	alice.ReadThread(notes) // and finds none
	alice.ListThreads()
	alice.ReadThread(plans)
}

func TestStagingChatIsKeptInItsThread(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	answer := alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
	alice.ReadThread(answer.Thread)
}
