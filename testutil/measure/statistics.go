package measure

import (
	"fmt"
	"slices"
	"time"
)

// A spread is how a few measurements of one thing lie.
type spread[T ~int64 | ~float64] struct{ min, median, max T }

// spreadOf panics without values: there is nothing to say then. The median of an even number is the mean
// of the two in the middle.
func spreadOf[T ~int64 | ~float64](values []T) spread[T] {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread[T]{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1]}
}

// inSeconds renders "min / median / max".
func inSeconds(s spread[time.Duration]) string {
	return fmt.Sprintf("%s / %s / %s", seconds(s.min), seconds(s.median), seconds(s.max))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
