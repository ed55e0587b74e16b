package deployment_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

<<<<<<< HEAD
// What is used and left, politely and not, by several users at the same time and by one of them thrice,
// leaves nothing behind. One user leaves 30 times: deployments have kept 20 of them before they refused her.
=======
// What is used and left, half of it politely and half of it not, by two users at the same time, each of them
// twice, leaves nothing behind.
>>>>>>> cc8237622d96317070a805fb6a4007549809afb7
func TestStagingNothingAccumulates(t *testing.T) {
	s := suite.Start(t)
	alice, bob := s.User(), s.User()
	polite, abrupt := (*suite.Session).Close, (*suite.Session).Abort
	type visit struct {
		by    *suite.User
		leave func(*suite.Session)
	}
	s.Rounds(func() {
<<<<<<< HEAD
		suite.Each(s, []visit{{alice, polite}, {alice, abrupt}, {alice, polite}, {bob, polite}}, func(v visit) {
=======
		suite.Each(s, []visit{{alice, polite}, {alice, abrupt}, {bob, polite}, {bob, abrupt}}, func(v visit) {
>>>>>>> cc8237622d96317070a805fb6a4007549809afb7
			session := v.by.Connect()
			session.Ask(prompts.Sum(v.by.Nonce)).Wait()
			v.leave(session)
		})
	})
}
