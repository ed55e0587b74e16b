package nights

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// What makes a shift.
const (
	// Window is how many nights a night is compared with, issue #6: the last 14 at its target.
	Window = 14
	// enough nights must have seen a phase: what nights differ by is not known from fewer. docs/nights.md has the
	// rates of false alarms.
	enough = 12
	// alpha bounds the probability that chance alone, on the samples, does this. A night has six phases and two
	// directions.
	alpha = 0.001
	// effect is the least relative shift that is worth a word.
	effect = 0.2
	// noticed is the least absolute one: an idle machine and a busy one differ by as much.
	noticed = 5 * time.Millisecond
	// beyond is by how many times their own spread nights may differ.
	beyond = 6
	// fewest is the smallest sample that says something of a night's median.
	fewest = 5
)

// A Shift is how a phase of a night compares with the nights before, story by story.
type Shift struct {
	Nights int `json:"nights"` // that were compared with
	// Ratio is by what the usual latency was multiplied, in the middle half of all samples, each seen against the
	// median of the same phase in the same story.
	Ratio float64 `json:"ratio"`
	// Within are the ratios between which nights usually lie, as far as the nights before show.
	Within [2]float64 `json:"within"`
	// P is Mann and Whitney's, of the samples, one-sided in the direction of the shift.
	P float64 `json:"p"`
	// Significant: P is below 0.001, Ratio is not within, and what it makes is a fifth and 5 ms at least.
	Significant bool `json:"significant"`
	// Why says why nothing was compared; empty if it was.
	Why string `json:"why,omitempty"`
}

// Against compares a phase of the night with the nights before it, of which it takes the last Window that met
// the same target. They are in the order of their beginnings.
func (n Night) Against(before []Night, phase string) Shift {
	before = n.comparable(before)
	usual := medians(before, phase)
	tonight := n.beside(usual, phase)
	var past []float64
	var nightly []float64
	for _, b := range before {
		if values := b.beside(usual, phase); len(values) >= fewest {
			past = append(past, values...)
			nightly = append(nightly, middle(values))
		}
	}
	s := Shift{Nights: len(nightly)}
	switch {
	case len(before) < enough:
		s.Why = fmt.Sprintf("of the nights before, %d met this target: at least %d are needed", len(before), enough)
	case len(nightly) < enough:
		s.Why = fmt.Sprintf("%d of the last %d nights saw it: at least %d are needed", len(nightly), len(before), enough)
	case len(tonight) < fewest:
		s.Why = fmt.Sprintf("it has %d samples in stories that the nights before told: at least %d are needed", len(tonight), fewest)
	default:
		s.judge(tonight, past, nightly, n.Phase(phase).P50)
	}
	return s
}

// judge takes logarithms of ratios.
func (s *Shift) judge(tonight, past, nightly []float64, median time.Duration) {
	by := middle(tonight) - stat.Median(nightly)
	bound := max(math.Log1p(effect), beyond*spread(nightly))
	s.Ratio, s.Within = math.Exp(by), [2]float64{math.Exp(-bound), math.Exp(bound)}
	if by > 0 {
		_, s.P = stat.MannWhitney(tonight, past)
	} else {
		_, s.P = stat.MannWhitney(past, tonight)
	}
	moved := time.Duration(math.Abs(float64(median) * (1 - 1/s.Ratio)))
	s.Significant = s.P < alpha && math.Abs(by) > bound && moved >= noticed
}

// middle is the mean of the middle half, which a few that are far away do not move, and which says more of a night
// than its median.
func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	quarter := len(sorted) / 4
	return mean(sorted[quarter : len(sorted)-quarter])
}

// spread is the standard deviation after the two highest and the two lowest became as the next: two nights that were
// unlike all others do not change it, such as the first two of a shift.
func spread(values []float64) float64 {
	const tamed = 2
	sorted := slices.Sorted(slices.Values(values))
	last := len(sorted) - 1
	for i := range tamed {
		sorted[i], sorted[last-i] = sorted[tamed], sorted[last-tamed]
	}
	away, center := 0.0, mean(sorted)
	for _, v := range sorted {
		away += (v - center) * (v - center)
	}
	return math.Sqrt(away / float64(last-2*tamed))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// comparable are the last nights before n that met its target.
func (n Night) comparable(nights []Night) []Night {
	var same []Night
	for _, other := range nights {
		if other.ID != n.ID && other.Target == n.Target && other.Began.Before(n.Began) {
			same = append(same, other)
		}
	}
	slices.SortFunc(same, func(a, b Night) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
	return same[max(0, len(same)-Window):]
}

// A stratum is what is like with like: stories differ in what they ask, so that one more of a slow kind would
// otherwise be a shift.
type stratum struct{ pkg, story string }

// medians are the usual logarithms of latencies in the phase, by story.
func medians(nights []Night, phase string) map[stratum]float64 {
	all := map[stratum][]float64{}
	for _, n := range nights {
		for _, s := range n.Stories {
			key := stratum{s.Package, s.Name}
			all[key] = append(all[key], logarithms(s.Samples[phase])...)
		}
	}
	usual := map[stratum]float64{}
	for key, values := range all {
		if len(values) > 0 {
			usual[key] = stat.Median(values)
		}
	}
	return usual
}

// beside are the night's samples against what is usual, as logarithms of ratios.
func (n Night) beside(usual map[stratum]float64, phase string) (ratios []float64) {
	for _, s := range n.Stories {
		middle, known := usual[stratum{s.Package, s.Name}]
		for _, value := range logarithms(s.Samples[phase]) {
			if known {
				ratios = append(ratios, value-middle)
			}
		}
	}
	return ratios
}

func logarithms(micros []int64) (logs []float64) {
	for _, v := range micros {
		logs = append(logs, math.Log(float64(max(v, 1))))
	}
	return logs
}
