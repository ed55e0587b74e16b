package proof

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// Good tells whether the result is as it must be.
func (r Result) Good() bool { return r.Outcome.good() }

// good tells whether an outcome is as it must be.
func (o Outcome) good() bool { return o == Caught || o == Quiet }

// due is the outcome that a proof requires.
func (o Options) due() Outcome {
	if o.Rate == 0 {
		return Quiet
	}
	return Caught
}

// strikes tells whether a fault heeds a rate.
func strikes(e regressions.Entry) bool { return e.Chance > 0 }

// quiet tells the stories with a fault that never strikes. All of them must stay green.
func (b *bench) quiet(ctx context.Context, e regressions.Entry, stories []Story, seed uint64, dir string) (round, error) {
	all := round{outcome: Quiet}
	for i, batch := range batches(stories) {
		dir := filepath.Join(dir, strconv.Itoa(i+1))
		became, err := b.meet(ctx, e, batch, seed, dir)
		if err != nil {
			return all, err
		}
		all.seconds += became.took.Seconds()
		switch {
		case became.hung:
			all.outcome, all.why = Hung, hung(batch, b.Limit)
			return all, nil
		case became.red:
			found, err := findings(dir)
			if err != nil {
				return all, err
			}
			all.outcome, all.why = Alarm, "red by "+rules(found)+", although nothing struck"
		}
	}
	return all, nil
}
