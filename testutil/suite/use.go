package suite

import (
	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// Probe asks a few times whether both services of the target serve, and which version does.
func (s *Story) Probe() {
	s.t.Helper()
	const times = 4 // two for each of two instances
	actor{s}.must(s.target.Probe(s.ctx, times))
}

// Traffic makes enough ordinary requests of each service for a comparison of revisions.
func (u *User) Traffic() {
	u.story.t.Helper()
	u.must(u.User.Traffic(u.story.ctx, venue.Traffic))
}

// Rounds uses the target in rounds that are all alike, and samples after each what it left behind, for
// criterion P3. Before the first samples that count, and before the last, the target has time to clean up.
func (s *Story) Rounds(use func()) {
	s.t.Helper()
	for round := range fixtures.Accumulation.All() {
		s.log.Remark(history.TopicRound, "")
		use()
		if fixtures.Accumulation.CleansUp(round) {
			actor{s}.do(s.target.CleanUp)
		}
		actor{s}.must(s.target.Sample(s.ctx, fixtures.Accumulation.Samples))
	}
	s.measure("P3")
}
