package nights_test

import (
	"flag"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/sample"
)

var rounds = flag.Uint64("rounds", 8, "worlds of which nights are judged, each from a seed of its own")

// worlds are ways in which nights may differ while nothing is wrong.
var worlds = []struct {
	name  string
	is    func(*sample.World)
	finds float64 // of shifts by 30 %, in their first night after 14 others, at least
}{
	{"alike", func(w *sample.World) { w.Differ = 0 }, 0.8},
	{"usual", func(*sample.World) {}, 0.6},
	{"scattered", func(w *sample.World) { w.Scatter = 0.6 }, 0.2},
	{"lasting", func(w *sample.World) { w.Lasts = 0.7 }, 0.6},
	{"different", func(w *sample.World) { w.Differ = 0.1 }, 0},
	{"very different", func(w *sample.World) { w.Differ = 0.5 }, 0},
	{"with outliers", func(w *sample.World) { w.Tails = true }, 0.4},
	{"with wild outliers", func(w *sample.World) { w.Tails, w.Differ = true, 0.3 }, 0},
}

func (w judged) rate() float64 { return float64(w.shifts) / float64(w.phases) }

// A judged is what became of many nights.
type judged struct{ phases, shifts, nights, alarmed int }

// seen judges the last of a world's nights beside so many before it, in each round.
func seen(is func(*sample.World), before, shifted int, times float64) (all judged) {
	for seed := range *rounds {
		w := sample.New(seed)
		is(w)
		past := w.Nights(before)
		slower := map[string]float64{}
		for _, p := range past[0].Phases {
			slower[p.Name] = times
		}
		for range shifted {
			past = append(past, w.Night(slower))
		}
		tonight := w.Night(slower)
		alarms := 0
		for _, p := range tonight.Phases {
			if tonight.Against(past, p.Name).Significant {
				alarms++
			}
		}
		all.phases += len(tonight.Phases)
		all.shifts += alarms
		all.nights++
		all.alarmed += min(alarms, 1)
	}
	return all
}

// A night like the others is hardly ever a shift, however nights differ by themselves: in all worlds together at most
// 5 of 1000 phases are. docs/nights.md has the rates of more rounds.
func TestFalseAlarmsAreRare(t *testing.T) {
	var phases, shifts int
	for _, w := range worlds {
		for _, before := range []int{12, 14} {
			all := seen(w.is, before, 0, 1)
			t.Logf("%s, %d nights before: %.2f %% of phases, %.1f %% of nights", w.name, before, 100*all.rate(), 100*float64(all.alarmed)/float64(all.nights))
			phases += all.phases
			shifts += all.shifts
		}
	}
	expected := 0.005 * float64(phases)
	assert.LessOrEqual(t, float64(shifts), expected+2.5*math.Sqrt(expected), "of %d phases", phases)
}

// A shift is found in its first night; a larger one in the third too, which is beside nights that shifted already.
func TestWhatIsWorthAWordIsFound(t *testing.T) {
	for _, w := range worlds {
		small, large := seen(w.is, 14, 0, 1.3), seen(w.is, 14, 2, 1.6)
		t.Logf("%s: %.0f %% of first nights that take 1.3 times as long, %.0f %% of third ones that take 1.6 times", w.name, 100*small.rate(), 100*large.rate())
		assert.GreaterOrEqual(t, small.rate(), w.finds, w.name)
		assert.GreaterOrEqual(t, large.rate(), w.finds, w.name)
	}
}

func TestFasterIsAShiftAndATenthIsNone(t *testing.T) {
	assert.Greater(t, seen(worlds[1].is, nights.Window, 0, 1/1.6).rate(), 0.9)
	assert.Less(t, seen(worlds[1].is, nights.Window, 0, 1.1).rate(), 0.05)
}
