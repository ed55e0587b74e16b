package nights_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/nights"
)

// A world makes nights as a staging has them: stories differ, nights differ, and within both latencies scatter.
type world struct {
	random  *rand.Rand
	stories int
	differ  float64 // standard deviation of the logarithm of what nights have in common
	scatter float64 // of single latencies
	nth     int
}

func newWorld(seed uint64, differ float64) *world {
	return &world{random: rand.New(rand.NewPCG(seed, 1)), stories: 4, differ: differ, scatter: 0.5}
}

// night takes times as long as usual.
func (w *world) night(times float64) nights.Night {
	w.nth++
	n := nights.Night{
		ID: fmt.Sprint(w.nth), Began: time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, w.nth),
		Target: nights.Target{Kind: "remote", API: "https://api.example"},
	}
	common := times * math.Exp(w.differ*w.random.NormFloat64())
	for i := range w.stories {
		var sample []int64
		for range 10 {
			usual := 200_000 * float64(1+i) // 0.2 s to 1.6 s
			sample = append(sample, int64(usual*common*math.Exp(w.scatter*w.random.NormFloat64())))
		}
		slices.Sort(sample)
		n.Stories = append(n.Stories, nights.Story{Package: "p", Name: fmt.Sprint("story", i), Samples: map[string][]int64{"answer": sample}})
	}
	n.Phases = []nights.Phase{{Name: "answer", Count: 80, P50: time.Duration(900 * common * float64(time.Millisecond))}}
	return n
}

func (w *world) nights(n int) (all []nights.Night) {
	for range n {
		all = append(all, w.night(1))
	}
	return all
}

func TestAFifthIsWorthAWord(t *testing.T) {
	w := newWorld(2, 0)
	w.scatter = 0
	past := w.nights(14)
	assert.False(t, w.night(1.15).Against(past, "answer").Significant)
	assert.True(t, w.night(1.25).Against(past, "answer").Significant)
}

func TestTwoBadNightsInThePastHideNothing(t *testing.T) {
	w := newWorld(7, 0.02)
	past := append(w.nights(6), w.night(20), w.night(0.1))
	past = append(past, w.nights(6)...)
	s := w.night(2.6).Against(past, "answer")
	assert.True(t, s.Significant, "%+v", s)
	assert.InDelta(t, 2.6, s.Ratio, 0.8)
}

// A slow story that is new, or a fast one that is gone, makes no night slower.
func TestLikeIsComparedWithLike(t *testing.T) {
	w := newWorld(3, 0.02)
	past := w.nights(14)
	w.stories = 30
	assert.False(t, w.night(1).Against(past, "answer").Significant)
	w.stories = 4
	tonight := w.night(1)
	tonight.Stories = tonight.Stories[2:]
	assert.False(t, tonight.Against(past, "answer").Significant)
	tonight = w.night(3)
	tonight.Stories = tonight.Stories[2:]
	assert.True(t, tonight.Against(past, "answer").Significant)
}

func TestMillisecondsThatNobodyNoticesAreNoShift(t *testing.T) {
	w := newWorld(5, 0.02)
	past, tonight := w.nights(14), w.night(2)
	require.True(t, tonight.Against(past, "answer").Significant)
	tonight.Phases[0].P50 = 8 * time.Millisecond // 4 ms more
	assert.False(t, tonight.Against(past, "answer").Significant)
}

func TestWhatCannotBeComparedSaysWhy(t *testing.T) {
	w := newWorld(9, 0)
	past, tonight := w.nights(14), w.night(9)
	for name, c := range map[string]struct {
		night  nights.Night
		before []nights.Night
		says   string
	}{
		"no night":          {tonight, nil, "of the nights before, 0 met this target"},
		"too few":           {tonight, past[:11], "11 met this target: at least 12"},
		"other targets":     {tonight, elsewhere(past), "0 met this target"},
		"nobody saw it":     {tonight, unseen(past), "0 of the last 14 nights saw it"},
		"only new stories":  {renamed(tonight), past, "it has 0 samples"},
		"not seen tonight":  {unseen([]nights.Night{tonight})[0], past, "it has 0 samples"},
		"only nights after": {past[0], append(past[1:], tonight), "0 met this target"},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.night.Against(c.before, "answer")
			assert.Contains(t, s.Why, c.says)
			assert.False(t, s.Significant)
		})
	}
}

func TestTheLastFourteenCount(t *testing.T) {
	w := newWorld(11, 0.02)
	old := w.nights(40)
	for range 14 {
		old = append(old, w.night(3))
	}
	s := w.night(3).Against(old, "answer")
	assert.Equal(t, nights.Window, s.Nights)
	assert.False(t, s.Significant, "three times is what is usual now")
}

// The order in which nights were added means nothing, and time has no unit.
func TestAgainstIsInvariant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(t, "seed"), 0.1)
		past, tonight := w.nights(rapid.IntRange(12, 20).Draw(t, "nights")), w.night(rapid.Float64Range(0.5, 2).Draw(t, "times"))
		s := tonight.Against(past, "answer")
		assert.Equal(t, s, tonight.Against(rapid.Permutation(past).Draw(t, "shuffled"), "answer"))
		if s.Significant {
			assert.True(t, s.Ratio < s.Within[0] || s.Ratio > s.Within[1], "%+v", s)
			assert.Less(t, s.P, 0.001)
		}
	})
}

func elsewhere(all []nights.Night) (moved []nights.Night) {
	for _, n := range all {
		n.Target.API = "https://other.example"
		moved = append(moved, n)
	}
	return moved
}

func unseen(all []nights.Night) (blind []nights.Night) {
	for _, n := range all {
		n.Stories = nil
		blind = append(blind, n)
	}
	return blind
}

func renamed(n nights.Night) nights.Night {
	n.Stories = slices.Clone(n.Stories)
	for i := range n.Stories {
		n.Stories[i].Name += "New"
	}
	return n
}
