package summary

import (
	"cmp"
	"slices"
)

// order puts red stories before green ones, and of the red ones those first that fail a line of the checklist, in
// its order: who reads from the top reads what decides.
func (s *Summary) order() {
	slices.SortStableFunc(s.Stories, func(a, b *Story) int { return cmp.Compare(s.weight(a), s.weight(b)) })
}

// weight is smaller, the earlier a story is to be read.
func (s *Summary) weight(story *Story) int {
	decided := slices.IndexFunc(s.Verdict.Criteria, func(c Criterion) bool {
		return c.Verdict == Fail && slices.Contains(c.Stories, story.Name)
	})
	switch {
	case !story.Red:
		return len(checklist) + 1
	case decided < 0:
		return len(checklist)
	}
	return decided
}
