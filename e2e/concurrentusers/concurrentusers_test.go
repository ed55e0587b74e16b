// Package concurrentusers_test tells the stories of several users at once, and of several sessions of
// one: each sees all that is hers, and nothing else.
package concurrentusers_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingConcurrentUserWebSocketConnections(t *testing.T) {
	s := suite.Start(t)
	users := s.Users(s.Crowd())
	s.Together(users, func(u *suite.User) { u.Chat = u.Connect() })
	s.Together(users, func(u *suite.User) { u.Chat.Ask(prompts.Sum(u.Nonce), staging.Together()).Wait() })
}

func TestStagingIdleListenerHearsNothing(t *testing.T) {
	s := suite.Start(t)
	listener := s.User()
	talker := s.UserLike(listener, staging.Confusable)
	listener.Connect(staging.Listening())
	talker.Connect().Ask(prompts.Sum(talker.Nonce)).Wait()
}
