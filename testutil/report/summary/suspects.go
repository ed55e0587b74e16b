package summary

import (
	"cmp"
	"slices"
)

// A Likely is a regression of the catalogue that the run as a whole looks like.
type Likely struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// First counts the red stories that look like it more than like any other, Among those that look like it at all.
	First int `json:"first"`
	Among int `json:"among"`
}

// likely ranks what the red stories look like: each votes for its suspects, for the first more than for the others.
func likely(stories []*Story) []Likely {
	all := []Likely{}
	votes := map[string]float64{}
	for _, s := range stories {
		if !s.Red {
			continue
		}
		for rank, suspect := range s.Suspects {
			i := slices.IndexFunc(all, func(l Likely) bool { return l.ID == suspect.ID })
			if i < 0 {
				i, all = len(all), append(all, Likely{ID: suspect.ID, Title: suspect.Title})
			}
			all[i].Among++
			if rank == 0 {
				all[i].First++
			}
			votes[suspect.ID] += 1 / float64(rank+1)
		}
	}
	slices.SortStableFunc(all, func(a, b Likely) int { return cmp.Compare(votes[b.ID], votes[a.ID]) })
	return all[:min(Suspects, len(all))]
}
