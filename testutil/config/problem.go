package config

import (
	"errors"
	"fmt"
)

// A Problem is one reason to refuse a configuration.
type Problem struct {
	Variable string // the variable to change
	Reason   string // what is wrong with it; never holds a secret
	Remedy   string // what to do
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s %s: %s", p.Variable, p.Reason, p.Remedy)
}

// problems collects them in the order in which they are found, which is always the same.
type problems []error

func (ps *problems) add(variable, reason, remedy string) {
	*ps = append(*ps, Problem{variable, reason, remedy})
}

// err joins all problems into one error, nil if there is none.
func (ps problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return fmt.Errorf("configuration refused, nothing was sent to any target:\n%w", errors.Join(ps...))
}

// nearest returns the name that takes the fewest edits to reach from s, the first of equals.
func nearest(s string, names []string) string {
	best, distance := "", -1
	for _, name := range names {
		if d := edits(s, name); distance < 0 || d < distance {
			best, distance = name, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two ASCII strings.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
