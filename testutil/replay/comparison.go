package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Breach is a rule that was broken hard, and the user to whom it happened.
type Breach struct{ Rule, User string }

// A Comparison is one history, told again.
type Comparison struct {
	Fault          string // that it was recorded with; empty: it is of no proof
	Story, History string
	// Recorded is what was broken in the recording, Again what in each replay of it in the same circumstances: the
	// last is the same, or none is.
	Recorded []Breach
	Again    [][]Breach
	// Where says for each of these replays in which sessions each rule was broken.
	Where []string
	// Healthy is what was broken without the fault.
	Healthy []Breach
	// Missing says what could not be told again, or went wrong although no rule is broken.
	Missing []string
	// Left are the histories of replays that left threads at their target.
	Left []string

	alike func(a, b string) bool // whether two users play the same part
}

// An Outcome is whether a history holds when told again.
type Outcome int

// The outcomes, the best first.
const (
	Held         Outcome = iota // the same rules are broken, for the same users
	HeldByChance                // the same rules, but for others that play the same part, or more besides, and that is chance
	NotHeld
)

// Outcome tells whether what was broken is broken again, and nothing is without the fault.
func (c Comparison) Outcome() Outcome {
	switch {
	case len(c.Healthy) > 0 || len(c.Missing) > 0 || c.Fault == "" && len(c.beyond(c.Recorded)) > 0:
		return NotHeld
	case c.Same():
		return Held
	case c.byChance() && c.alikeAgain():
		return HeldByChance
	}
	return NotHeld
}

// Same tells whether the same rules were broken for the same users.
func (c Comparison) Same() bool { return len(c.Lost()) == 0 && len(c.Gained()) == 0 }

// Lost are the breaches that no replay showed, Gained those that it alone showed; of several replays the one
// that is most like the recording.
func (c Comparison) Lost() []Breach   { return less(c.Recorded, c.nearest()) }
func (c Comparison) Gained() []Breach { return less(c.nearest(), c.Recorded) }

// beyond are the rules that any replay broke, and that are not among the known. Only a fault that strikes by chance
// excuses those that the recording does not break.
func (c Comparison) beyond(known []Breach) (rules []string) {
	all := slices.DeleteFunc(slices.Concat(c.Again...), func(b Breach) bool {
		return slices.ContainsFunc(known, func(k Breach) bool { return k.Rule == b.Rule })
	})
	return slices.Compact(slices.Sorted(slices.Values(rulesOf(all))))
}

func (c Comparison) nearest() []Breach {
	if len(c.Again) == 0 {
		return nil
	}
	return slices.MinFunc(c.Again, func(a, b []Breach) int { return cmp.Compare(distance(c.Recorded, a), distance(c.Recorded, b)) })
}

// byChance tells whether the replays themselves do not agree on where it happens, on users or sessions: then it is
// chance, and no replay can be held to one of its results.
func (c Comparison) byChance() bool {
	return slices.ContainsFunc(c.Again, func(one []Breach) bool { return !slices.Equal(one, c.Again[0]) }) ||
		slices.ContainsFunc(c.Where, func(one string) bool { return one != c.Where[0] })
}

// alikeAgain tells whether every rule is broken again, for users that play the same part as those of the recording;
// and if another rule is broken besides, by what happened elsewhere now, then for such users too.
func (c Comparison) alikeAgain() bool {
	was, is := usersOf(c.Recorded), usersOf(c.nearest())
	var struck []string
	for rule, users := range was {
		if len(is[rule]) == 0 || !c.covers(users, is[rule]) || !c.covers(is[rule], users) {
			return false
		}
		struck = append(struck, users...)
	}
	for _, users := range is {
		if !c.covers(struck, users) {
			return false
		}
	}
	return true
}

// covers tells whether each of the others plays the part of one of the users.
func (c Comparison) covers(users, others []string) bool {
	return !slices.ContainsFunc(others, func(other string) bool {
		return !slices.ContainsFunc(users, func(u string) bool { return u == other || c.alike != nil && c.alike(u, other) })
	})
}

// usersOf are the users to whom the breaches happened, by rule.
func usersOf(all []Breach) map[string][]string {
	users := map[string][]string{}
	for _, b := range all {
		users[b.Rule] = append(users[b.Rule], b.User)
	}
	return users
}

// String is the comparison on one line.
func (c Comparison) String() string {
	var why []string
	switch c.Outcome() {
	case Held:
		why = []string{"the same"}
	case HeldByChance:
		why = []string{fmt.Sprintf("the same but for chance: %d replays do not agree either on where it happens", len(c.Again))}
	}
	for _, of := range []struct {
		what string
		all  []Breach
	}{{"lost", c.Lost()}, {"new", c.Gained()}, {"red without the fault", c.Healthy}} {
		if len(of.all) > 0 {
			why = append(why, fmt.Sprintf("%s: %s", of.what, written(of.all)))
		}
	}
	if rules := c.beyond(slices.Concat(c.Recorded, c.nearest())); len(rules) > 0 {
		why = append(why, "in another replay alone: "+strings.Join(rules, ", "))
	}
	if len(c.Missing) > 0 {
		why = append(why, "not told again: "+c.Missing[0])
	}
	of := c.Story
	if c.Fault != "" {
		of = c.Fault + ", " + of
	}
	return of + ": " + strings.Join(why, "; ")
}

// written are the first few, and how many more there are.
func written(all []Breach) string {
	var words []string
	for i, b := range all {
		if i == shown {
			return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), len(all)-shown)
		}
		words = append(words, strings.TrimSpace(b.Rule+" "+b.User))
	}
	return strings.Join(words, ", ")
}

// distance is how many breaches there are in one alone. A rule counts more than whom it happened to.
func distance(a, b []Breach) int {
	d := len(less(a, b)) + len(less(b, a))
	if !slices.Equal(rulesOf(a), rulesOf(b)) {
		d += len(a) + len(b)
	}
	return d
}

func rulesOf(all []Breach) (rules []string) {
	for _, b := range all {
		rules = append(rules, b.Rule)
	}
	return slices.Compact(rules) // breaches are in the order of their rules
}

func less(all, others []Breach) (rest []Breach) {
	for _, b := range all {
		if !slices.Contains(others, b) {
			rest = append(rest, b)
		}
	}
	return rest
}

// where says in which sessions each rule was broken hard.
func where(found []judge.Finding) string {
	var all []string
	for _, f := range found {
		if at := strings.TrimSpace(f.Rule + " " + cmp.Or(f.Session, f.User)); f.Hard && !slices.Contains(all, at) {
			all = append(all, at)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// breaches are the hard findings, each once.
func breaches(found []judge.Finding) (all []Breach) {
	for _, f := range found {
		if b := (Breach{f.Rule, f.User}); f.Hard && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Breach) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.User, b.User)) })
	return all
}
