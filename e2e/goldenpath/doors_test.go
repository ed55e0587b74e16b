package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingBadCredentialsStayOutside(t *testing.T) {
	s := suite.Start(t)
	mallory := s.User()
	suite.Each(s, staging.BadCredentials, func(bad staging.Credential) { staysOutside(mallory, bad) })
	mallory.Recover().Ask(prompts.Sum(mallory.Nonce)).Wait()
}

// A door is as shut after ten attempts as before, and no more than that: good credentials open it.
func TestStagingBurstOfBadCredentialsChangesNothing(t *testing.T) {
	s := suite.Start(t)
	mallory, alice := s.User(), s.User()
	knock := func() { staysOutside(mallory, staging.SignatureFlipped) }
	knock()
	s.AtOnce(10, func() { mallory.BeRefused(staging.WithCredential(staging.SignatureFlipped)) })
	knock()
	alice.Recover().Ask(prompts.Sum(alice.Nonce)).Wait()
}

func TestStagingForgedTokensStayOutside(t *testing.T) {
	s := suite.Start(t)
	if !s.Can(suite.ForgedTokens) {
		return
	}
	mallory := s.User()
	suite.Each(s, mallory.Forgeries(), func(forged staging.Credential) { staysOutside(mallory, forged) })
	mallory.Connect().Ask(prompts.Sum(mallory.Nonce)).Wait()
}

// staysOutside tries a credential at every door.
func staysOutside(u *suite.User, bad staging.Credential) {
	if bad.REST {
		u.TryREST(bad)
	}
	if bad.Refusal == "" {
		return
	}
	for _, door := range fixtures.Doors {
		u.BeRefused(staging.Path(door), staging.WithCredential(bad))
	}
}
