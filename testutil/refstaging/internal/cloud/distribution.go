package cloud

import (
	"math"
	"slices"
)

// distribution is a histogram with its moments, as Cloud Monitoring keeps it.
type distribution struct {
	count  int64
	mean   float64
	square float64 // sum of the squared deviations from the mean
	counts []int64 // by bucket: below the first bound, the finite ones, above the last
}

// layout says where the buckets end.
type layout struct {
	finite        int
	growth, scale float64 // exponential: bound i is scale·growth^i
	width         float64 // linear, when not 0: bound i is i·width
}

// bucket is the place of a value: 0 is below the first bound.
func (l layout) bucket(v float64) int {
	at := math.Floor(v/l.width) + 1
	if l.width == 0 {
		at = math.Floor(math.Log(v/l.scale)/math.Log(l.growth)) + 1
	}
	if math.IsNaN(at) || at < 0 {
		return 0
	}
	return int(math.Min(at, float64(l.finite+1)))
}

// upper is where a bucket ends, for the last one where it begins.
func (l layout) upper(bucket int) float64 {
	i := float64(min(bucket, l.finite))
	if l.width != 0 {
		return i * l.width
	}
	return l.scale * math.Pow(l.growth, i)
}

// add takes one more value, by Welford's method.
func (d *distribution) add(l layout, v float64) {
	if d.counts == nil {
		d.counts = make([]int64, l.finite+2)
	}
	d.counts[l.bucket(v)]++
	d.count++
	before := v - d.mean
	d.mean += before / float64(d.count)
	d.square += before * (v - d.mean)
}

// merge takes all of another one of the same layout.
func (d *distribution) merge(other distribution) {
	if other.count == 0 {
		return
	}
	if d.counts == nil {
		d.counts = make([]int64, len(other.counts))
	}
	for i, n := range other.counts {
		d.counts[i] += n
	}
	all := float64(d.count + other.count)
	apart := other.mean - d.mean
	d.square += other.square + apart*apart*float64(d.count)*float64(other.count)/all
	d.mean += apart * float64(other.count) / all
	d.count += other.count
}

// clone shares nothing with the original.
func (d *distribution) clone() distribution {
	copied := *d
	copied.counts = slices.Clone(d.counts)
	return copied
}

// percentile is the upper bound of the bucket that holds it.
func (d *distribution) percentile(l layout, percent float64) float64 {
	rank := int64(math.Ceil(percent / 100 * float64(d.count)))
	for bucket, n := range d.counts {
		if rank -= n; rank <= 0 {
			return l.upper(bucket)
		}
	}
	return 0
}
