package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// An Interval is what is known of a probability, from 0 to 1.
type Interval struct{ Low, High float64 }

// ClopperPearson returns the exact two-sided interval of a probability of which so many hits were seen in so many
// trials: at either side it leaves out what would give a result so far off with less than half of what is missing
// from the confidence. It holds the probability with the confidence at least, whatever the probability is. Hits
// are from 0 to of; the confidence is between 0 and 1, both excluded. Nothing is known without trials.
func ClopperPearson(hits, of int, confidence float64) Interval {
	beyond := (1 - confidence) / 2 // at either side
	return Interval{Low: lowerBound(hits, of, 1-beyond), High: UpperBound(hits, of, 1-beyond)}
}

// UpperBound is the one-sided bound of Clopper and Pearson: the probability is not above it, with the confidence.
// After n trials without a hit it is 1-(1-confidence)^(1/n).
func UpperBound(hits, of int, confidence float64) float64 {
	if hits == of {
		return 1
	}
	return distuv.Beta{Alpha: float64(hits + 1), Beta: float64(of - hits)}.Quantile(confidence)
}

// lowerBound is the other one: the probability is not below it.
func lowerBound(hits, of int, confidence float64) float64 {
	if hits == 0 {
		return 0
	}
	return distuv.Beta{Alpha: float64(hits), Beta: float64(of - hits + 1)}.Quantile(1 - confidence)
}

// CleanTrials is how many trials without a hit show, with the confidence, that the probability of one is not above
// the rate: the fewest for which UpperBound is not. Both are between 0 and 1, both excluded. It is never more than
// math.MaxInt32, which stands for any number that nobody can make.
func CleanTrials(rate, confidence float64) int {
	n := math.Ceil(math.Log1p(-confidence) / math.Log1p(-rate))
	return int(max(1, min(n, math.MaxInt32)))
}
