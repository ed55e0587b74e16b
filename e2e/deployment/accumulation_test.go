package deployment_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// What is used and left, half of it politely and half of it not, by two users at the same time, one of them
// thrice, leaves nothing behind. She leaves 30 times: deployments have kept 20 of them before they refused her.
func TestStagingNothingAccumulates(t *testing.T) {
	s := suite.Start(t)
	alice, bob := s.User(), s.User()
	polite, abrupt := (*suite.Session).Close, (*suite.Session).Abort
	type visit struct {
		by    *suite.User
		leave func(*suite.Session)
	}
	s.Rounds(func() {
		suite.Each(s, []visit{{alice, polite}, {alice, abrupt}, {alice, abrupt}, {bob, polite}}, func(v visit) {
			session := v.by.Connect()
			session.Ask(prompts.Sum(v.by.Nonce)).Wait()
			v.leave(session)
		})
	})
}
