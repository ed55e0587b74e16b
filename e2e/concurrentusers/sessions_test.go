package concurrentusers_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingTwoSessionsOfOneUser(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	laptop, phone := alice.Connect(), alice.Connect()

	onLaptop := laptop.Ask(prompts.Sum(alice.Nonce))
	onPhone := phone.Ask(prompts.Largest(alice.Nonce))
	onLaptop.Wait()
	onPhone.Wait()

	// What either has missed by a pong of a later time, it missed for good. Times are milliseconds.
	laptop.Listen()
	laptop.Ping()
	phone.Ping()
}

// Conversations on two threads take turns, and neither loses what it was about.
func TestStagingThreadsTakeTurns(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	first := alice.Connect()
	second := first
	if first.OneThread() {
		second = alice.Connect()
	}
	storage, effort := prompts.Sum(alice.Nonce), prompts.Largest(alice.Nonce)
	onStorage := first.Ask(storage).Wait()
	onEffort := second.Ask(effort).Wait()
	first.Ask(prompts.FollowUp(storage, alice.Nonce), staging.OnThread(onStorage.Thread)).Wait()
	second.Ask(prompts.FollowUp(effort, alice.Nonce), staging.OnThread(onEffort.Thread)).Wait()
}

func TestStagingReconnectionDuringRun(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	for _, leave := range []func(*suite.Session){(*suite.Session).Close, (*suite.Session).Abort} {
		chat := alice.Connect()
		chat.Ask(prompts.FullAnalysis(alice.Nonce), staging.Abandoning()).Begun()
		leave(chat)
		again := alice.Connect()
		again.Ask(prompts.Sum(alice.Nonce)).Wait()
		again.Close()
	}
}

// What was asked in a session that is left goes on, and the user's other session hears how it ends.
func TestStagingRunOutlivesItsSession(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	laptop := alice.Connect()
	phone, ok := alice.ConnectOn(laptop.Thread())
	if !ok {
		return
	}
	run := laptop.Ask(prompts.FullAnalysis(alice.Nonce), staging.Abandoning()).Begun()
	laptop.Close()
	phone.Overhear(run)
	phone.Ping()
}

func TestStagingReconnectionStorm(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	suite.Each(s, make([]struct{}, 12), func(struct{}) {
		session := alice.Connect()
		session.Ping()
		session.Close()
	})
	alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
}

func TestStagingSessionLimitIsKept(t *testing.T) {
	s := suite.Start(t, suite.Own)
	limit, declared := s.SessionLimit()
	if !declared {
		return
	}
	bob := s.User()
	alice := s.UserLike(bob, staging.Longer) // whose sessions are none of his, though his id begins hers
	sessions := make([]*suite.Session, limit)
	for i := range sessions {
		sessions[i] = alice.Connect()
	}
	alice.BeRefused(staging.ExpectRefused("one session more than the limit"))
	bob.Connect().Ping() // has places of his own

	sessions[0].Close()
	alice.ConnectWhenFree().Ask(prompts.Sum(alice.Nonce)).Wait()
	sessions[limit-1].Ping()
}

func TestStagingServerRestartDuringRun(t *testing.T) {
	s := suite.Start(t, suite.Own)
	if !s.Can(suite.Restart) {
		return
	}
	alice := s.User()
	chat := alice.Connect()
	run := chat.Ask(prompts.FullAnalysis(alice.Nonce))
	run.Begun()
	s.Restart()
	run.Lost()

	alice.Me()
	alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait()
}
