package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingEveryPromptTypeIsAnswered(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	suite.Each(s, staging.PromptTypes, func(message string) {
		chat := alice.Connect()
		defer chat.Close() // also where it was not answered, for its place
		chat.Ask(prompts.Sum(alice.Nonce), staging.As(message)).Wait()
	})
}

func TestStagingContentIsFoundWhereverItMayStand(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	suite.Each(s, staging.ContentPlaces(alice.Connect().Dialect()), func(place staging.AskOption) {
		alice.Connect().Ask(prompts.Largest(alice.Nonce), place).Wait()
	})
}

func TestStagingControlMessagesAreAnswered(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()

	chat.Announce()
	chat.Ping()
	chat.Heartbeat()
	answer := chat.Ask(prompts.Sum(alice.Nonce)).Wait()
	chat.Typing(answer.Thread, true)
	chat.Typing(answer.Thread, false)
	chat.Disconnect()
	chat.Ping()
}

// What is wrong is answered clearly, and the session, or the next one, is as good as before.
func TestStagingBadFramesDoNoHarm(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	suite.Each(s, staging.Provocations, func(wrong staging.Provocation) {
		chat := alice.Connect()
		chat.Provoke(wrong)
		if chat.Err() != nil {
			chat = alice.Connect()
		}
		chat.Ping()
		chat.Close()
	})
	alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
}

func TestStagingLongMessageIsAnswered(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()
	size := 1<<19 - 1<<10 // the content stands twice in September's payload
	if chat.OneThread() {
		size *= 2
	}
	chat.Ask(prompts.Sum(alice.Nonce).Padded(size), staging.InPayload(), staging.MayBeRefused("1 MiB")).Wait()
	chat.Ping()
}

func TestStagingBurstOfFramesDoesNoHarm(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Connect().Burst(200)
	alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
}
