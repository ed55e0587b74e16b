package terminal

import (
	"slices"
	"sort"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// A scale places moments in columns. What happens at once must be told apart, and long silences must be seen to be
// long: so a quarter of the width is given to time, and the rest to what happened, in equal parts.
type scale struct {
	from, until time.Duration
	moments     []time.Duration // of marks, ascending, each once
	width       int
}

const timeShare = 0.25

func newScale(p *evidence.Picture, width int) scale {
	s := scale{from: p.From, until: max(p.From, p.Took), width: width}
	for _, l := range p.Lanes {
		for _, m := range l.Marks {
			s.moments = append(s.moments, m.At)
		}
	}
	slices.Sort(s.moments)
	s.moments = slices.Compact(s.moments)
	if len(s.moments) > 0 {
		s.from, s.until = s.moments[0], s.moments[len(s.moments)-1]
	}
	return s
}

// column is that of a moment, from 0; one outside of the scale is at its end.
func (s scale) column(t time.Duration) int {
	t = min(max(t, s.from), s.until)
	if s.until == s.from {
		return 0
	}
	part := float64(t-s.from) / float64(s.until-s.from)
	if len(s.moments) > 1 {
		part = timeShare*part + (1-timeShare)*s.happened(t)
	}
	return int(part * float64(s.width-1))
}

// happened is how much of what happens has happened, from 0 to 1, as if it went on evenly between two marks.
func (s scale) happened(t time.Duration) float64 {
	next := sort.Search(len(s.moments), func(i int) bool { return s.moments[i] > t })
	if next == len(s.moments) {
		return 1
	}
	before := s.moments[next-1] // t is not before the first
	between := float64(t-before) / float64(s.moments[next]-before)
	return (float64(next-1) + between) / float64(len(s.moments)-1)
}

// when is the first moment in a column.
func (s scale) when(column int) time.Duration {
	return s.from + time.Duration(sort.Search(int(s.until-s.from), func(i int) bool {
		return s.column(s.from+time.Duration(i)) >= column
	}))
}
