package evidence

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
)

func TestBarsHoldEveryValueOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.SliceOfN(rapid.Int64Range(0, int64(2*time.Hour)), 1, 50).Draw(t, "took")
		l := newLatencies()
		for _, d := range took {
			l.add(HTTP, time.Duration(d))
		}
		bars := l.Bars(HTTP)
		var n int64
		for i, b := range bars {
			n += b.Count
			require.Less(t, b.From, b.Until)
			if i > 0 {
				require.Equal(t, bars[i-1].Until, b.From)
			}
		}
		require.Equal(t, int64(len(took)), n)
		require.Positive(t, bars[0].Count)
		require.Positive(t, bars[len(bars)-1].Count)
	})
}

func TestADistributionIsExactToAThousandth(t *testing.T) {
	l, other := newLatencies(), newLatencies()
	for ms := range 60 {
		l.add(Answer, time.Duration(ms+1)*time.Millisecond)
	}
	for ms := 60; ms < 100; ms++ {
		other.add(Answer, time.Duration(ms+1)*time.Millisecond)
	}
	l.Join(other)
	d := l.Of(Answer)
	assert.Equal(t, int64(100), d.Count)
	assert.InEpsilon(t, 50*time.Millisecond, d.P50, 0.001)
	assert.InEpsilon(t, 99*time.Millisecond, d.P99, 0.001)
	assert.InEpsilon(t, 100*time.Millisecond, d.Max, 0.001)
	assert.Equal(t, int64(10), l.Over(Answer, 90*time.Millisecond))
	assert.Zero(t, l.Over(Answer, 0))
	assert.Zero(t, l.Over(Connect, time.Second))
	assert.Zero(t, l.Of(Connect))
}

func TestEveryPhaseHasItsBudget(t *testing.T) {
	b := fixtures.Budgets{HTTP: 1, Connect: 2, FirstEvent: 3, Gap: 4, Answer: 5, Reply: 6}
	var budgets []time.Duration
	for _, p := range Phases() {
		budgets = append(budgets, p.Budget(b))
	}
	assert.Equal(t, []time.Duration{2, 3, 4, 5, 6, 1}, budgets)
}
