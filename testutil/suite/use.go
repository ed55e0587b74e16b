package suite

import (
	"context"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
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
	first, last := fixtures.Accumulation.WarmUp, fixtures.Accumulation.WarmUp+fixtures.Accumulation.Rounds-1
	for round := range last + 1 {
		s.log.Remark(history.TopicRound, "")
		use()
		if round == first || round == last {
			actor{s}.do(s.target.CleanUp)
		}
		actor{s}.must(s.target.Sample(s.ctx, fixtures.Accumulation.Samples))
	}
	s.measure("P3", func(ctx context.Context, c *cloud.Cloud) error {
		return s.whoWasIt(ctx, c)
	})
}

// whoWasIt reads which instances the samples are of and, since nobody may be able to tell, what the platform
// itself says of the memory of all.
func (s *Story) whoWasIt(ctx context.Context, c *cloud.Cloud) error {
	if err := s.identify(ctx, c, s.witness.samples); shown(err) != nil {
		return err
	}
	all, err := s.rollouts(ctx, c, 0)
	if err != nil {
		return shown(err)
	}
	for _, r := range all {
		for _, metric := range []string{history.ReadMemory, history.ReadInstances} {
			if _, err := c.Metric(ctx, metric, r.Name, r.fresh.Name, s.start, time.Now()); shown(err) != nil {
				return err
			}
		}
	}
	return nil
}
