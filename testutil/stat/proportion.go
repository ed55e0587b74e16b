package stat

import "math"

// A Stratum is what happened to two groups under the same circumstances.
type Stratum struct {
	Hits, Of         int // of the group in question
	BaseHits, BaseOf int // of the one that it is compared with
}

// Fisher is the one-sided exact test of two proportions, given the circumstances: the probability that
// chance alone puts this many hits or more into the group in question, if within each stratum every hit is
// as likely in one group as in the other. With one stratum it is Fisher's exact test, with several the exact
// form of the Cochran–Mantel–Haenszel test. A stratum that only one group has says nothing. Hits are from 0
// to Of.
func Fisher(strata ...Stratum) float64 {
	chance, hits := []float64{1}, 0 // how likely 0, 1, 2 … hits are, beyond those that are certain
	for _, s := range strata {
		certain, likely := s.hypergeometric()
		chance = product(chance, likely)
		hits += s.Hits - certain
	}
	p := 0.0
	for k := len(chance) - 1; k >= hits; k-- { // the least likely first: it is the more exact
		p += chance[k]
	}
	return min(p, 1)
}

// hypergeometric returns how many hits the group in question has for certain, and how likely it is that it
// has 0, 1, 2 … more.
func (s Stratum) hypergeometric() (certain int, likely []float64) {
	hits := s.Hits + s.BaseHits
	certain = max(0, hits-s.BaseOf)
	for k := certain; k <= min(hits, s.Of); k++ {
		likely = append(likely, math.Exp(choose(s.Of, k)+choose(s.BaseOf, hits-k)-choose(s.Of+s.BaseOf, hits)))
	}
	return certain, likely
}

// choose is the logarithm of a binomial coefficient.
func choose(n, k int) float64 {
	of := func(i int) float64 { value, _ := math.Lgamma(float64(i + 1)); return value }
	return of(n) - of(k) - of(n-k)
}
