package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestSpread(t *testing.T) {
	for name, row := range map[string]struct {
		values []float64
		want   spread[float64]
	}{
		"one":            {[]float64{7}, spread[float64]{7, 7, 7}},
		"odd, unordered": {[]float64{9, 1, 2}, spread[float64]{1, 2, 9}},
		"even":           {[]float64{4, 1, 2, 9}, spread[float64]{1, 3, 9}},
		"equal":          {[]float64{2, 2}, spread[float64]{2, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, row.want, spreadOf(row.values)) })
	}
	assert.Panics(t, func() { spreadOf([]float64{}) })
}

func TestSpreadOfAnyValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e9), 1, 50).Draw(t, "values")
		before := slices.Clone(values)
		s := spreadOf(values)
		assert.Equal(t, before, values, "the values stay as they were")
		assert.LessOrEqual(t, s.min, s.median)
		assert.LessOrEqual(t, s.median, s.max)
		below, above := 0, 0
		for _, v := range values {
			if v <= s.median {
				below++
			}
			if v >= s.median {
				above++
			}
		}
		assert.GreaterOrEqual(t, 2*below, len(values))
		assert.GreaterOrEqual(t, 2*above, len(values))
		rand.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		assert.Equal(t, s, spreadOf(values))
	})
}

func TestInSeconds(t *testing.T) {
	assert.Equal(t, "0.1 s / 1.2 s / 61.0 s", inSeconds(spread[time.Duration]{90 * time.Millisecond, 1234 * time.Millisecond, 61 * time.Second}))
}
