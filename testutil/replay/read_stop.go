package replay

import (
	"context"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// stop is that the story failed. Until then it lasted, maybe with something that no record shows, such as a wait:
// its sessions stay open so long. Where it failed to put the target in order, which a replay does by itself, it
// lasted no longer than that.
func (g *reading) stop(r *history.Record) {
	if g.Stopped == "" {
		g.Stopped = r.Note.Text
	}
	if last := len(g.Acts) - 1; last < 0 || g.Acts[last].What != history.PurposeArchive {
		g.add(&Act{Start: r.At, End: r.At, What: whatStop, do: nothing})
	}
}

// healthRounds is how often a story asks for health that measures it: what never changes is no proof.
const healthRounds = 2

// measuredRounds is how many rounds of asking for health follow where a story sets out to measure a criterion.
func measuredRounds(criterion string) int {
	if criterion == "D3" {
		return healthRounds
	}
	return 0
}

// beginsRound tells whether a request for health is the first of a round.
func (g *reading) beginsRound(url string) bool {
	first := fixtures.HealthEndpoints[0]
	base := g.Header.Target.API
	if first.Service == fixtures.Auth {
		base = g.Header.Target.Auth
	}
	return g.healths > 0 && url == base+first.Path
}

// healthAgain adds the rounds that a story did not come to because it failed in the one before. They are for a
// target where that does not fail: half a measurement would say nothing of it.
func (g *reading) healthAgain() {
	if g.healths <= 0 || g.Stopped == "" || len(g.Acts) == 0 {
		return
	}
	rounds, end := g.healths, g.Acts[len(g.Acts)-1].End
	g.add(&Act{Start: end, End: end, What: whatHealth, do: func(ctx context.Context, p *player) error {
		for range rounds {
			if p.failed(func(a *Act) bool { return a.What == history.PurposeHealth }) {
				return nil
			}
			if err := p.target.Health(ctx); err != nil {
				return err
			}
		}
		return nil
	}})
}
