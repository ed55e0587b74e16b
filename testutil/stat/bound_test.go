package stat_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

func TestClopperPearsonAgreesWithWhatWasPublished(t *testing.T) {
	for name, row := range map[string]struct {
		hits, of   int
		confidence float64
		low, high  float64
	}{
		"R, ?binom.test: Mendel's peas":             {682, 925, 0.95, 0.7076683, 0.7654066},
		"Newcombe 1998, table I: 81 of 263":         {81, 263, 0.95, 0.2527, 0.3676},
		"Newcombe 1998, table I: 15 of 148":         {15, 148, 0.95, 0.0578, 0.1617},
		"Newcombe 1998, table I: 0 of 20":           {0, 20, 0.95, 0, 0.1684},
		"Newcombe 1998, table I: 1 of 29":           {1, 29, 0.95, 0.0009, 0.1776},
		"the rule of three, two-sided: 0 of 99":     {0, 99, 0.95, 0, 1 - math.Pow(0.025, 1.0/99)},
		"every trial":                               {20, 20, 0.95, 1 - 0.1684, 1},
		"one trial, which says next to nothing":     {0, 1, 0.95, 0, 0.975},
		"no trial, which says nothing":              {0, 0, 0.95, 0, 1},
		"half of what is missing, at either side":   {1, 2, 0.5, 1 - math.Sqrt(0.75), math.Sqrt(0.75)},
		"one of as many as a remote run may make":   {1, 200, 0.95, 0.000127, 0.0275},
		"as many as a remote run may make, no hits": {0, 200, 0.95, 0, 1 - math.Pow(0.025, 1.0/200)},
	} {
		t.Run(name, func(t *testing.T) {
			got := stat.ClopperPearson(row.hits, row.of, row.confidence)
			assert.InDelta(t, row.low, got.Low, 0.00006)
			assert.InDelta(t, row.high, got.High, 0.00006)
		})
	}
}

// What is meant by the name: whatever the probability is, the interval holds it with the confidence at least.
func TestClopperPearsonHoldsTheProbability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 120).Draw(t, "of")
		p := rapid.Float64Range(0.0001, 0.9999).Draw(t, "probability")
		confidence := rapid.Float64Range(0.5, 0.999).Draw(t, "confidence")
		within, below := 0.0, 0.0
		for hits := range of + 1 {
			both := stat.ClopperPearson(hits, of, confidence)
			if both.Low <= p && p <= both.High {
				within += binomial(hits, of, p)
			}
			if p <= stat.UpperBound(hits, of, confidence) {
				below += binomial(hits, of, p)
			}
		}
		require.GreaterOrEqual(t, within, confidence-1e-9)
		require.GreaterOrEqual(t, below, confidence-1e-9)
	})
}

// binomial is the probability of exactly so many hits.
func binomial(hits, of int, p float64) float64 {
	of1, _ := math.Lgamma(float64(of + 1))
	hits1, _ := math.Lgamma(float64(hits + 1))
	rest1, _ := math.Lgamma(float64(of - hits + 1))
	return math.Exp(of1 - hits1 - rest1 + float64(hits)*math.Log(p) + float64(of-hits)*math.Log1p(-p))
}

func TestAnIntervalIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 2000).Draw(t, "of")
		hits := rapid.IntRange(0, of).Draw(t, "hits")
		confidence := rapid.Float64Range(0.01, 0.99).Draw(t, "confidence")
		got := stat.ClopperPearson(hits, of, confidence)
		seen := float64(hits) / float64(of)
		require.LessOrEqual(t, 0.0, got.Low)
		require.LessOrEqual(t, got.High, 1.0)
		require.LessOrEqual(t, got.Low, got.High)
		if confidence > 0.5 {
			require.LessOrEqual(t, got.Low, seen)
			require.GreaterOrEqual(t, got.High, seen)
			require.LessOrEqual(t, stat.UpperBound(hits, of, confidence), got.High+1e-9, "one side needs less than two")
		}
		if hits < of {
			more := stat.ClopperPearson(hits+1, of, confidence)
			require.Greater(t, more.Low, got.Low)
			require.Greater(t, more.High, got.High-1e-9)
		}
		longer := stat.ClopperPearson(hits, of+1, confidence)
		require.LessOrEqual(t, longer.High, got.High+1e-9, "one more trial without a hit")
		surer := stat.ClopperPearson(hits, of, confidence+0.005)
		require.LessOrEqual(t, surer.Low, got.Low+1e-9)
		require.GreaterOrEqual(t, surer.High, got.High-1e-9)
	})
}

func TestCleanTrials(t *testing.T) {
	for _, row := range []struct {
		rate, confidence float64
		want             int
	}{
		{0.03, 0.95, 99}, {0.05, 0.95, 59}, {0.01, 0.95, 299}, {0.03, 0.99, 152}, {0.02, 0.98, 194},
		{0.5, 0.1, 1}, {0.999, 0.001, 1}, {1e-300, 0.95, math.MaxInt32},
	} {
		assert.Equal(t, row.want, stat.CleanTrials(row.rate, row.confidence), "%v with %v", row.rate, row.confidence)
	}
}

func TestCleanTrialsAreEnoughAndNotTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, confidence := rapid.Float64Range(0.0005, 0.9).Draw(t, "rate"), rapid.Float64Range(0.01, 0.999).Draw(t, "confidence")
		n := stat.CleanTrials(rate, confidence)
		require.InDelta(t, 1-math.Pow(1-confidence, 1/float64(n)), stat.UpperBound(0, n, confidence), 1e-9, "the closed form")
		require.LessOrEqual(t, stat.UpperBound(0, n, confidence), rate+1e-9)
		if n > 1 {
			require.Greater(t, stat.UpperBound(0, n-1, confidence), rate-1e-9)
		}
	})
}
