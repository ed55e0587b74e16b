package judge

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// noise is what disturbs the figures of a sound process: the tasks and sockets of others at that moment, and
// memory between two collections.
type noise struct{ *rand.Rand }

func (n noise) others() float64 { return max(0, n.ExpFloat64()*1.5-0.5) }

// cyclesOfARound are the sessions that come and go in each.
const cyclesOfARound = 4

func (n noise) garbage() float64 { return n.Float64() * 12 * mebi }

// sampled is the view of a use of so many rounds, as the plan has it, whose samples are answered by instances
// at random. Each leaks so much of a member with each cycle that it has.
func (n noise) sampled(instances, rounds int, leaks map[string]float64) *View {
	v := &View{Cloud: newCloud(nil)}
	left := make([]map[string]float64, instances)
	for i := range left {
		left[i] = map[string]float64{}
	}
	for round := 1; round <= rounds; round++ {
		v.Use.Round++
		v.Use.opened = append(v.Use.opened, cyclesOfARound)
		for cycle := range cyclesOfARound {
			for member, each := range leaks {
				if i := cycle % instances; i == 0 {
					left[i][member] += each
				}
			}
		}
		for nth := range fixtures.Accumulation.Samples {
			i := n.IntN(instances)
			trace := fmt.Sprint(round, nth)
			v.Cloud.instances[trace] = instanceName(i)
			v.Use.samples = append(v.Use.samples, sample{round: round, trace: trace, seq: 1, figures: map[string]float64{
				processMemory:         300*mebi + n.garbage() + min(float64(round), 3)*4*mebi + left[i][processMemory],
				"total_tasks":         12 + float64(int(n.others())) + left[i]["total_tasks"],
				"process.connections": 20 + float64(int(n.others())) + left[i]["process.connections"],
				"process.num_threads": min(24+float64(round), 32) + left[i]["process.num_threads"],
			}})
		}
	}
	return v
}

// worst is what is said of each figure: of the instance of which the worst is said.
func worst(v *View) map[string]judgement {
	worst := map[string]judgement{}
	for _, f := range figures {
		all, _ := v.growths(f)
		for _, g := range all {
			worst[f.member] = max(worst[f.member], g.by(f.effect(g)))
		}
	}
	return worst
}

const histories = 1000

var plannedRounds = fixtures.Accumulation.WarmUp + fixtures.Accumulation.Rounds

// TestNoiseIsNoLeak lets a thousand sound deployments be judged.
func TestNoiseIsNoLeak(t *testing.T) {
	for seed := range uint64(histories) {
		n := noise{rand.New(rand.NewPCG(seed, 1))}
		for member, said := range worst(n.sampled(1+n.IntN(2), plannedRounds, nil)) {
			require.Less(t, said, mayGrow, "%s, seed %d", member, seed)
		}
	}
}

// TestALeakInOneOfTwoIsFound lets a thousand deployments be judged of which one instance keeps something of
// each cycle. Where chance let it answer too seldom, that is said, and nothing passes.
func TestALeakInOneOfTwoIsFound(t *testing.T) {
	for member, each := range map[string]float64{"total_tasks": 1, "process.connections": 1, processMemory: 3 * mebi, "process.num_threads": 2} {
		t.Run(member, func(t *testing.T) {
			found := 0
			for seed := range uint64(histories) {
				n := noise{rand.New(rand.NewPCG(seed, 2))}
				for about, said := range worst(n.sampled(2, plannedRounds, map[string]float64{member: each})) {
					if about != member {
						require.Less(t, said, mayGrow, "%s, seed %d", about, seed)
						continue
					}
					require.GreaterOrEqual(t, said, mayGrow, "seed %d", seed)
					if said == hasGrown {
						found++
					}
				}
			}
			assert.Greater(t, found, histories*95/100)
		})
	}
}

// TestWhatHalfOfTheCyclesLeaveIsFound: cycles that end cleanly may leave nothing where abrupt ones do.
func TestWhatHalfOfTheCyclesLeaveIsFound(t *testing.T) {
	for _, instances := range []int{1, 2} {
		for _, member := range []string{"total_tasks", "process.connections"} {
			found := 0
			for seed := range uint64(histories) {
				n := noise{rand.New(rand.NewPCG(seed, 3))}
				if worst(n.sampled(instances, plannedRounds, map[string]float64{member: 0.5}))[member] >= mayGrow {
					found++
				}
			}
			assert.Greater(t, found, histories*98/100, "%s, of %d instances", member, instances)
		}
	}
}

// TestALeakOfTheStatedEffectIsFound: without noise, of any number of rounds and cycles.
func TestALeakOfTheStatedEffectIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rounds := rapid.IntRange(fewestRounds, 30).Draw(t, "rounds")
		instances := rapid.IntRange(1, 4).Draw(t, "instances")
		cycles := float64(rapid.IntRange(1, 50).Draw(t, "cycles"))
		f := rapid.SampledFrom(figures).Draw(t, "figure")
		first := float64(rapid.IntRange(0, 1<<30).Draw(t, "first"))
		grown := func(by float64) growth {
			g := growth{}
			for round := range rounds {
				g.add(float64(round+3), first+by*float64(round)/float64(rounds-1), 1)
			}
			return g.measure(cycles, instances)
		}
		effect := f.effect(grown(0))
		judgementOf := func(g growth) judgement { return g.by(effect) }
		require.NotEqual(t, hasGrown, judgementOf(grown(0)))
		require.NotEqual(t, hasGrown, judgementOf(grown(0.99*effect)))
		require.NotEqual(t, hasGrown, judgementOf(grown(-effect)))
		require.Equal(t, hasGrown, judgementOf(grown(1.01*effect)), "%s: %v in %d rounds", f.member, effect, rounds)
	})
}
