package html

import (
	"cmp"
	"slices"
)

// An issue is a rule that was broken, in however many stories.
type issue struct {
	Rule, Message     string
	First             string // id of its first finding that is listed, or of its story
	Findings, Stories int
}

// issues are the broken rules, first those that most stories break, in the order in which they were broken.
func (p *page) issues() (found []*issue) {
	byRule := map[string]*issue{}
	for _, v := range p.RedViews() {
		seen := map[string]bool{}
		for i, f := range v.Hard() {
			known := byRule[f.Rule]
			if known == nil {
				known = &issue{Rule: f.Rule, Message: f.Message, First: v.ID + "-red"}
				if i < len(v.Proven) {
					known.First = f.ID
				}
				byRule[f.Rule], found = known, append(found, known)
			}
			known.Findings++
			if !seen[f.Rule] {
				seen[f.Rule] = true
				known.Stories++
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *issue) int { return cmp.Compare(b.Stories, a.Stories) })
	return found
}
