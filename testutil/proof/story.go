package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// A Story is one of the tests below e2e.
type Story struct {
	Package   string // folder below e2e
	Name      string // of its test function
	Exercises []string
}

// prefix begins the name of every story; the catalogue leaves it out.
const prefix = "TestStaging"

// short is the name that the catalogue uses.
func (s Story) short() string { return strings.TrimPrefix(s.Name, prefix) }

// Chosen returns the stories that are to find a regression, in the order in which they are told: those that
// its entry names or else those that exercise all that it needs, the ones that exercise least first.
func Chosen(e regressions.Entry, stories []Story) ([]Story, error) {
	if len(e.Stories) > 0 {
		return named(e.Stories, stories)
	}
	var able []Story
	for _, s := range stories {
		if s.does(e.Needs) {
			able = append(able, s)
		}
	}
	if len(able) == 0 {
		return nil, fmt.Errorf("no story exercises %s together: tell one, or name stories in the catalogue", strings.Join(e.Needs, ", "))
	}
	slices.SortStableFunc(able, func(a, b Story) int { return cmp.Compare(len(a.Exercises), len(b.Exercises)) })
	return able, nil
}

func named(names []string, stories []Story) ([]Story, error) {
	chosen := make([]Story, len(names))
	for i, name := range names {
		at := slices.IndexFunc(stories, func(s Story) bool { return s.short() == name })
		if at < 0 {
			return nil, fmt.Errorf("the story %s is named, which the plan (e2e/plan.go) does not have", name)
		}
		chosen[i] = stories[at]
	}
	return chosen, nil
}

func (s Story) does(needs []string) bool {
	return !slices.ContainsFunc(needs, func(need string) bool { return !slices.Contains(s.Exercises, need) })
}

// batches are the stories by package: what one process tells.
func batches(stories []Story) [][]Story {
	var all [][]Story
	for _, s := range stories {
		at := slices.IndexFunc(all, func(batch []Story) bool { return batch[0].Package == s.Package })
		if at < 0 {
			all = append(all, []Story{s})
		} else {
			all[at] = append(all[at], s)
		}
	}
	return all
}

// alone makes each story a batch of its own.
func alone(stories []Story) [][]Story {
	all := make([][]Story, len(stories))
	for i, s := range stories {
		all[i] = []Story{s}
	}
	return all
}

// pattern selects exactly these stories for go test's -run.
func pattern(stories []Story) string {
	names := make([]string, len(stories))
	for i, s := range stories {
		names[i] = s.Name
	}
	return "^(" + strings.Join(names, "|") + ")$"
}
