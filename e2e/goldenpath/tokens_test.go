package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// Each way of offering a token opens the door, or does not, by the dialect; there is no third.
func TestStagingTokenForms(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	chat := alice.Connect()
	chat.Close()
	suite.Each(s, staging.TokenForms, func(form staging.TokenForm) {
		if form.Opens(chat.Dialect()) {
			session := alice.Connect(staging.WithToken(form))
			session.Ping()
			session.Close()
		} else {
			alice.BeRefused(staging.WithToken(form))
		}
	})
	alice.Recover().Ping() // so many refusals may open a breaker, which is not for the next story to find
}

func TestStagingMainDoorsOpen(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	suite.Each(s, fixtures.MainDoors, func(door string) {
		session := alice.Connect(staging.Path(door))
		session.Ask(prompts.Sum(alice.Nonce)).Wait()
		session.Close()
	})
}

func TestStagingTokenServesManyTimes(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	s.AtOnce(3, func() {
		alice.Me()
		alice.Inspect()
		alice.Connect().Ping()
	})
}

func TestStagingRefreshRotatesTokens(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.Connect().Ask(prompts.Sum(alice.Nonce)).Wait() // by then the token has aged, and a new one has to last longer
	alice.Refresh()
	for _, misuse := range staging.RefreshMisuses {
		alice.TryRefresh(misuse)
	}
	alice.Inspect()
	alice.Me()
	alice.Connect().Ping()
}

func TestStagingConcurrentRefreshHasOneWinner(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	alice.RaceRefresh(8)
	alice.Inspect()
	alice.Connect().Ping()
}

// A session outlives its token; a new one needs a new token.
func TestStagingTokenExpiresDuringSession(t *testing.T) {
	s := suite.Start(t, suite.Own)
	if !s.Can(suite.ShortTokens) {
		return
	}
	alice := s.User()
	chat := alice.Connect()
	alice.AwaitExpiry()
	chat.Ask(prompts.Sum(alice.Nonce)).Wait()

	alice.BeRefused()
	alice.TryREST(staging.Expired(alice.User))
	alice.Inspect()
	alice.Refresh()
	alice.Connect().Ping()
}

func TestStagingLogoutEndsOneToken(t *testing.T) {
	s := suite.Start(t)
	alice := s.User()
	elsewhere, bob := alice.LoginAgain(), s.User()
	alice.Logout()

	gone := staging.LoggedOut(alice.User)
	alice.Inspect()
	for _, somebody := range []*suite.User{alice, bob} {
		somebody.TryREST(gone)
		for _, door := range fixtures.Doors {
			somebody.BeRefused(staging.Path(door), staging.WithCredential(gone))
		}
	}
	for _, untouched := range []*suite.User{elsewhere, bob} {
		untouched.Inspect()
		untouched.Recover().Ping()
	}
}
