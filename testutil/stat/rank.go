package stat

import (
	"math"
	"slices"
)

// exactRanks is up to how many values of both samples the distribution of U is computed.
const exactRanks = 50

// MannWhitney tests whether values of a tend to be greater than those of b. U counts the pairs of which a's
// value is the greater, and half of those that tie. P is the probability of this U or a greater one if both
// are of one kind; it is 1 if a sample is empty or all values are equal.
func MannWhitney(a, b []float64) (u, p float64) {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	groups := ties(all)
	rank := ranks(groups)
	sum := 0 // of a's ranks, doubled
	for _, value := range a {
		at, _ := slices.BinarySearch(all, value)
		sum += rank[at]
	}
	n, m := len(a), len(b)
	u = float64(sum-n*(n+1)) / 2
	switch {
	case n == 0 || m == 0 || len(groups) == 1:
		return u, 1
	case n+m <= exactRanks:
		return u, sumOf(rank, n, sum)
	}
	return u, above((u - float64(n*m)/2 - 0.5) / math.Sqrt(rankVariance(n, m, groups)))
}

// ranks are twice the ranks of sorted values that tie in groups: those that tie share the mean of theirs.
func ranks(groups []int) (doubled []int) {
	for _, t := range groups {
		doubled = append(doubled, slices.Repeat([]int{2*len(doubled) + t + 1}, t)...)
	}
	return doubled
}

// sumOf is the probability that n of the ranks have that sum or a greater one.
func sumOf(rank []int, n, sum int) float64 {
	total := 0
	for _, r := range rank {
		total += r
	}
	ways := make([][]float64, n+1) // by how many were taken, and their sum
	for i := range ways {
		ways[i] = make([]float64, total+1)
	}
	ways[0][0] = 1
	for _, r := range rank {
		for taken := n; taken > 0; taken-- {
			for s := total; s >= r; s-- {
				ways[taken][s] += ways[taken-1][s-r]
			}
		}
	}
	some, all := 0.0, 0.0
	for s, w := range ways[n] {
		all += w
		if s >= sum {
			some += w
		}
	}
	return some / all
}

func rankVariance(n, m int, groups []int) float64 {
	size, tied := float64(n+m), 0.0
	for _, t := range groups {
		f := float64(t)
		tied += f*f*f - f
	}
	return float64(n*m) / 12 * (size + 1 - tied/(size*(size-1)))
}
