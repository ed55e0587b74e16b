package evidence

import (
	"cmp"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// About is the part of the picture that shows one finding, the i-th of the story: the lanes of its session, of
// the records that prove it, and of the sessions of whose secret was leaked, with at most so many other marks, those that came next to the proof. A finding that
// no record proves and that is about no session has no part: nil.
func (p *Picture) About(i int, f judge.Finding, most int) *Picture {
	var lanes []*Lane
	var marks []Mark
	for _, l := range p.Lanes {
		if l.Session != "" && (l.Session == f.Session || l.User == f.Owner) || slices.ContainsFunc(l.Marks, func(m Mark) bool { return m.proves(i) }) {
			lanes = append(lanes, l)
			marks = append(marks, l.Marks...)
		}
	}
	if len(marks) == 0 {
		return nil
	}
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Seq, b.Seq) })
	kept := nearest(marks, i, most)
	part := &Picture{From: p.Took, Left: len(marks) - len(kept)}
	for _, m := range marks {
		if kept[m.Seq] {
			part.From, part.Took = min(part.From, m.At), max(part.Took, m.At)
		}
	}
	for _, l := range lanes {
		part.Lanes = append(part.Lanes, l.within(kept, part.From, part.Took))
	}
	return part
}

func (m Mark) proves(finding int) bool { return slices.Contains(m.Findings, finding) }

// nearest are the marks that prove the finding, and so many others that have the fewest marks between them and
// one that does; the last ones where nothing proves it.
func nearest(marks []Mark, finding, most int) map[uint64]bool {
	var proofs []int
	for at, m := range marks {
		if m.proves(finding) {
			proofs = append(proofs, at)
		}
	}
	if proofs == nil {
		proofs = []int{len(marks) - 1}
	}
	kept := map[uint64]bool{}
	for _, at := range proofs {
		kept[marks[at].Seq] = true
	}
	for step := 1; step < len(marks) && most > 0; step++ {
		for _, at := range proofs {
			for _, near := range []int{at - step, at + step} {
				if near >= 0 && near < len(marks) && !kept[marks[near].Seq] && most > 0 {
					kept[marks[near].Seq] = true
					most--
				}
			}
		}
	}
	return kept
}

// within is the lane with the marks that are kept, and the phases that reach into the time.
func (l *Lane) within(kept map[uint64]bool, from, until time.Duration) *Lane {
	part := &Lane{Session: l.Session, User: l.User}
	for _, m := range l.Marks {
		if kept[m.Seq] {
			part.Marks = append(part.Marks, m)
		}
	}
	for _, s := range l.Spans {
		if s.Until >= from && s.From <= until {
			part.Spans = append(part.Spans, s)
		}
	}
	return part
}
