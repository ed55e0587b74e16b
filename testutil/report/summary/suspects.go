package summary

import (
	"cmp"
	"slices"
)

// A Likely is a regression of the catalogue that the run as a whole looks like.
type Likely struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Alike are others that cannot be told apart from it.
	Alike []string `json:"alike,omitempty"`
	// First counts the red stories that look like it more than like any other, Among those that look like it at all.
	First int `json:"first"`
	Among int `json:"among"`
}

// telling is the part of the red stories that have to agree on their likeliest suspect before it is the run's.
const telling = 0.25

// likely are what the red stories look like, as far as enough of them agree.
func likely(red []*Story) []Likely {
	all := []Likely{}
	for _, s := range red {
		for rank, suspect := range s.Suspects {
			i := slices.IndexFunc(all, func(l Likely) bool { return l.ID == suspect.ID })
			if i < 0 {
				i, all = len(all), append(all, Likely{ID: suspect.ID, Title: suspect.Title, Alike: suspect.Alike})
			}
			all[i].Among++
			if rank == 0 {
				all[i].First++
			}
		}
	}
	all = slices.DeleteFunc(all, func(l Likely) bool { return float64(l.First) < telling*float64(len(red)) })
	slices.SortStableFunc(all, func(a, b Likely) int { return cmp.Or(cmp.Compare(b.First, a.First), cmp.Compare(b.Among, a.Among)) })
	return all[:min(Suspects, len(all))]
}
