package stat

import (
	"math"
	"slices"
)

// exactTrend is up to how many values the distribution of S is computed; beyond, it is as good as normal
// (Gilbert 1987, 16.4.2, from 10 on).
const exactTrend = 20

// A Trend is what the Mann–Kendall test says of a sequence.
type Trend struct {
	S        int     // pairs of which the later value is the greater, less those of which it is the smaller
	Variance float64 // of S if there is no trend
	Rise     float64 // probability of this S or a greater one if there is no trend
}

// MannKendall tests whether the values tend to grow, whatever the distances between them. Without two
// different values Rise is 1.
func MannKendall(values []float64) Trend {
	s := 0
	for i, a := range values {
		for _, b := range values[i+1:] {
			switch {
			case b > a:
				s++
			case b < a:
				s--
			}
		}
	}
	groups := ties(slices.Sorted(slices.Values(values)))
	t := Trend{S: s, Variance: varianceOf(groups), Rise: 1}
	switch {
	case len(groups) < 2:
	case len(values) <= exactTrend:
		t.Rise = riseOf(s, groups)
	default:
		correction := 0.0
		if s != 0 {
			correction = math.Copysign(1, float64(s))
		}
		t.Rise = above((float64(s) - correction) / math.Sqrt(t.Variance))
	}
	return t
}

// varianceOf is the variance of S for values that tie in groups (Kendall 1975).
func varianceOf(groups []int) float64 {
	n, less := 0, 0
	for _, t := range groups {
		n += t
		less += t * (t - 1) * (2*t + 5)
	}
	return float64(n*(n-1)*(2*n+5)-less) / 18
}

// riseOf is the probability of S or more among all orders of values that tie in groups. Of every order, S is
// the number of pairs that differ less twice the number of inversions. How many orders have how many
// inversions is found group by group: greater values are put among those that are there.
func riseOf(s int, groups []int) float64 {
	orders := []float64{1}
	n, pairs := 0, 0
	for _, t := range groups {
		orders = product(orders, inversions(n, t))
		pairs += n * t
		n += t
	}
	some, all := 0.0, 0.0
	for inverted, ways := range orders {
		all += ways
		if pairs-2*inverted >= s {
			some += ways
		}
	}
	return some / all
}

// inversions returns in how many ways t values can be put among n smaller ones with 0, 1, 2 … pairs inverted:
// the coefficients of the Gaussian binomial.
func inversions(n, t int) []float64 {
	ways := make([]float64, n*t+1)
	ways[0] = 1
	for i := 1; i <= t; i++ {
		for k := len(ways) - 1; k >= n+i; k-- {
			ways[k] -= ways[k-n-i]
		}
		for k := i; k < len(ways); k++ {
			ways[k] += ways[k-i]
		}
	}
	return ways
}

// product multiplies polynomials, or distributions of what is added up.
func product(a, b []float64) []float64 {
	c := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		for k, y := range b {
			c[i+k] += x * y
		}
	}
	return c
}

// TheilSen returns the median slope between any two points, and 0 if no two of them differ in x. It pairs
// x[i] with y[i].
func TheilSen(x, y []float64) float64 {
	var slopes []float64
	for i := range x {
		for k := range i {
			if x[i] != x[k] {
				slopes = append(slopes, (y[i]-y[k])/(x[i]-x[k]))
			}
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	return Median(slopes)
}
