package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// To merge two distributions is to have added all values to one.
func TestDistributionMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]layout{latencyLayout, memoryLayout}).Draw(t, "layout")
		values := rapid.SliceOf(rapid.Float64Range(0, 1e6)).Draw(t, "values")
		at := rapid.IntRange(0, len(values)).Draw(t, "at")
		var all, first, second distribution
		for i, v := range values {
			all.add(l, v)
			if i < at {
				first.add(l, v)
			} else {
				second.add(l, v)
			}
		}
		first.merge(second)
		assert.Equal(t, all.count, first.count)
		assert.Equal(t, all.counts, first.counts)
		assert.InDelta(t, all.mean, first.mean, 1e-3)
		assert.InEpsilon(t, all.square+1, first.square+1, 1e-6)
	})
}

func TestPercentile(t *testing.T) {
	var d distribution
	assert.Zero(t, d.percentile(memoryLayout, 50))
	for _, v := range []float64{-1, 0.005, 0.015, 0.015, 0.995, 7} {
		d.add(memoryLayout, v)
	}
	for percent, want := range map[float64]float64{1: 0, 33: 0.01, 50: 0.02, 66: 0.02, 83: 1, 99: 1} {
		assert.InDelta(t, want, d.percentile(memoryLayout, percent), 1e-9, percent)
	}
}
