package html

import (
	"slices"
	"sort"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// An axis places moments. What happens at once must be told apart, and long silences must be seen to be long: so
// a quarter of the width is given to time, and the rest to what happened, in equal parts.
type axis struct {
	from, until time.Duration
	moments     []time.Duration // of marks, ascending, each once
	width       float64
}

// timeShare is the part of the width that goes by time.
const timeShare = 0.25

// What a mark needs, in pixels, beside others of its lane and of others; and the bounds of a picture's width.
const (
	besideOwn   = 15
	besideOther = 4
	narrowest   = 960
	widest      = 16_000
)

func newAxis(p *evidence.Picture) axis {
	a := axis{from: p.From, until: max(p.Took, p.From)}
	busiest, all := 0, 0
	for _, l := range p.Lanes {
		for _, m := range l.Marks {
			a.moments = append(a.moments, m.At)
		}
		busiest, all = max(busiest, len(l.Marks)), all+len(l.Marks)
	}
	slices.Sort(a.moments)
	a.moments = slices.Compact(a.moments)
	a.width = float64(min(max(narrowest, busiest*besideOwn, all*besideOther), widest))
	return a
}

// at is the place of a moment, from 0 to the width.
func (a axis) at(t time.Duration) float64 {
	t = min(max(t, a.from), a.until)
	if a.until == a.from {
		return a.width / 2
	}
	byTime := float64(t-a.from) / float64(a.until-a.from)
	if len(a.moments) < 2 {
		return a.width * byTime
	}
	return a.width * (timeShare*byTime + (1-timeShare)*a.happened(t))
}

// happened is how much of what happens has happened, from 0 to 1, as if it went on evenly between two marks.
func (a axis) happened(t time.Duration) float64 {
	next := sort.Search(len(a.moments), func(i int) bool { return a.moments[i] > t })
	last := len(a.moments) - 1
	switch next {
	case 0:
		return 0
	case last + 1:
		return 1
	}
	before, after := a.moments[next-1], a.moments[next]
	return (float64(next-1) + float64(t-before)/float64(after-before)) / float64(last)
}

// between is how far apart two labels of the axis are, in pixels.
const between = 120

// A tick is a moment that is labelled.
type tick struct {
	x float64
	t time.Duration
}

// ticks are evenly spaced places with the moments that are there.
func (a axis) ticks() (all []tick) {
	if a.until == a.from {
		return []tick{{a.at(a.from), a.from}}
	}
	n := int(a.width / between)
	for i := range n + 1 {
		x := a.width * float64(i) / float64(n)
		// at ascends, so that the moment of a place can be searched for.
		t := time.Duration(sort.Search(int(a.until-a.from), func(d int) bool { return a.at(a.from+time.Duration(d)) >= x }))
		all = append(all, tick{x, a.from + t})
	}
	return all
}
