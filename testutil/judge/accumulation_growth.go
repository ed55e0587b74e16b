package judge

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// How a trend is told from chance (deployment.md 6; 7, P3).
const (
	fewestRounds  = 6    // that count, issue #4
	trendByChance = 0.01 // one-sided, Mann–Kendall; of all instances of a figure together
	doubtByChance = 0.1  // below which it may be none
)

// A growth is how a figure of one instance went over the rounds that count: the least of each round, which
// is what is left when all that ends has ended.
type growth struct {
	instance      string // empty: the only one
	rounds, least []float64
	seqs          []uint64 // of the samples

	// What follows from them, once measured.
	first, last float64
	cycles      float64 // that the instance can have had between the first round and the last
	slope       float64 // a round
	chance      float64 // of such a trend without a cause
	instances   int     // that are judged: that one of them seems to grow is as much likelier by chance
}

// add takes in what a sample says.
func (g *growth) add(round, value float64, seq uint64) {
	switch last := len(g.rounds) - 1; {
	case last < 0 || g.rounds[last] != round:
		g.rounds, g.least, g.seqs = append(g.rounds, round), append(g.least, value), append(g.seqs, seq)
	case value < g.least[last]:
		g.least[last], g.seqs[last] = value, seq
	}
}

// measure fills in what follows: from the cycles of a round, and how many instances shared them.
func (g *growth) measure(cycles float64, instances int) growth {
	m := *g
	m.first, m.last = g.least[0], g.least[len(g.least)-1]
	m.cycles = cycles * g.span() / float64(instances)
	m.slope = stat.TheilSen(g.rounds, g.least)
	m.chance, m.instances = stat.MannKendall(g.least).Rise, instances
	return m
}

// span is how many rounds the last is after the first.
func (g *growth) span() float64 { return g.rounds[len(g.rounds)-1] - g.rounds[0] }

// total is the growth from the first round to the last, by the slope.
func (g *growth) total() float64 { return g.slope * g.span() }

// known tells whether it is known of enough rounds.
func (g *growth) known() bool { return len(g.least) >= fewestRounds }

// A judgement is what a growth by some effect means.
type judgement int

const (
	notGrown judgement = iota
	leftOver           // more than before, but it did not grow
	mayGrow            // it seems to grow: the rounds are too few, or too uneven, to say so
	hasGrown           // it grows, and chance does not explain it
)

// by judges a growth of which that much is an effect. What has returned to what it was at the beginning did
// not grow, whatever it did meanwhile: a target need not clean up in every round.
func (g *growth) by(effect float64) judgement {
	begin := slices.Min(g.least[:min(2, len(g.least))]) // one of them may be high by chance
	switch {
	case g.last-begin < effect:
		return notGrown
	case g.total() >= effect && g.chance*float64(g.instances) < trendByChance && g.known():
		return hasGrown
	case g.total() >= effect && g.chance < doubtByChance:
		return mayGrow
	case g.known():
		return leftOver
	}
	return notGrown
}

// course says how the figure went.
func (g *growth) course(show func(float64) string) string {
	return fmt.Sprintf("%s → %s, %s a round", show(g.first), show(g.last), show(g.slope))
}

func (g *growth) who() string {
	if g.instance == "" {
		return "the only instance"
	}
	return "instance " + line(bounded(g.instance))
}

// steepest is the instance of which a figure grew most, or fell least; of none there is none.
func steepest(all []growth) (most growth, known bool) {
	if len(all) == 0 {
		return growth{}, false
	}
	return slices.MaxFunc(all, func(a, b growth) int { return cmp.Compare(a.total(), b.total()) }), true
}

// proof are the samples of the first round and of the last.
func (g *growth) proof() []uint64 { return []uint64{g.seqs[0], g.seqs[len(g.seqs)-1]} }
