package suite

import (
	"fmt"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// An Ability is power over a target that its users do not have.
type Ability string

// The abilities. The embedded target has them all, some only where a story has a deployment of its Own.
const (
	ForgedTokens      Ability = history.ForgedTokens      // sign tokens that are wrong in one thing
	ShortTokens       Ability = history.ShortTokens       // wait until a token expires
	Restart           Ability = history.Restart           // restart the backend
	SimulatedFailures Ability = history.SimulatedFailures // let agents fail and stall
)

// Can tells whether the target has the ability. If it has not, the criterion that the story needs it for
// is noted as not measured, which is red unless STAGING_ALLOW_UNMEASURED names the ability.
func (s *Story) Can(a Ability) bool {
	if s.target.Describe().Can(string(a)) {
		return true
	}
	s.NotMeasured(string(a), "the target does not declare this ability (STAGING_ABILITIES)")
	return false
}

// NotMeasured notes that a criterion cannot be measured at this target, and why. The story is red unless
// STAGING_ALLOW_UNMEASURED names the criterion.
func (s *Story) NotMeasured(criterion, reason string) {
	s.t.Attr("netra.not-measured", criterion)
	s.log.Remark(history.TopicNotMeasured, fmt.Sprintf("%s: %s", criterion, reason))
}

// Restart restarts the target while sessions are open, the auth service with it, and returns when it
// serves again. Tokens stay good; what was in memory is forgotten: threads, started agents, registered
// users, and which tokens were logged out or used up. The story has to be told at a deployment of its Own,
// and to ask whether it Can Restart.
func (s *Story) Restart() {
	s.t.Helper()
	s.log.Remark(history.TopicRestart, "")
	actor{s}.must(s.deployment.Restart(s.ctx))
}
