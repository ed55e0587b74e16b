// Package stat holds the few tests that tell a trend or a difference from chance: Mann–Kendall with the
// Theil–Sen slope, Mann–Whitney, and Fisher's exact test over strata; and the bounds of Clopper and Pearson, which
// say how sure a probability is. All tests are one-sided, because the only question is whether something became
// worse. Small samples, which are the rule here, are computed exactly, with ties. Values are finite.
//
// The bounds are quantiles that gonum computes. The tests are code of our own because no maintained Go library has it: gonum has no such test (Mann–Whitney is
// its issue 320, open since 2017), and github.com/aclements/go-moremath has had no change since 2021, no
// release, no trend test, and counts ties as whole steps.
package stat

import (
	"math"
	"slices"
)

// Median returns the middle of the values, or the mean of the two in the middle. It panics without values.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// above is the probability that a standard normal variable is z or more.
func above(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// ties returns how many times each value stands in the list, in the order of the values.
func ties(sorted []float64) (times []int) {
	for i, value := range sorted {
		if i == 0 || value != sorted[i-1] {
			times = append(times, 0)
		}
		times[len(times)-1]++
	}
	return times
}
