package diagnosis

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Suspect is a symptom class that looks like a failure: entries that nobody can tell apart from
// outside, of which ID fits best.
type Suspect struct {
	ID    string `json:"id"`
	Class string `json:"class"`
	Title string `json:"title"`
	// Alike are the other entries of the class, the likelier ones first.
	Alike []string `json:"alike,omitempty"`
	// Score is from 0 to 1: 1 is a failure that shows all that the entry shows, and nothing else.
	Score float64 `json:"score"`
	// Reasons say what speaks for it, the most telling first.
	Reasons []string `json:"reasons"`
}

// How much what does not fit speaks against an entry, beside what fits (Tversky's index): something that
// it shows and the history had the occasion to show, and something that the history shows and it does
// not explain. The latter is less, since one failure leads to others.
const (
	ofMissing = 0.5
	ofOther   = 0.2 // also of what it explains beside its signs and its most telling rule
	// ofUntried is for what it shows and the history had no occasion to: of two entries that explain all,
	// the simpler one is likelier.
	ofUntried = 0.2
	// misplaced is what is left of an entry whose circumstances the story does not have.
	misplaced = 0.5
	// ofFirst is for the rule that was the first to be broken, if it is not explained: it is no consequence.
	ofFirst = 1
	// ofPattern is for what says which attempts failed, and not how.
	ofPattern = 0.5
)

// Rank returns the classes of the entries that have anything in common with the signs and the hard
// findings, the best first: none where the target was not reached, as every entry is of one that was.
func Rank(entries []regressions.Entry, signs Signs, findings []judge.Finding) []Suspect {
	if signs.Unreached {
		return nil
	}
	seen, first := clues(signs, findings)
	weights := weigh(entries)
	classes := map[string][]Suspect{}
	for _, e := range entries {
		if s := compare(e, seen, first, signs, weights); s.Score > 0 {
			classes[e.Class] = append(classes[e.Class], s)
		}
	}
	var all []Suspect
	for _, members := range classes {
		slices.SortStableFunc(members, likelier)
		best := members[0]
		for _, other := range members[1:] {
			best.Alike = append(best.Alike, other.ID)
		}
		all = append(all, best)
	}
	slices.SortFunc(all, likelier)
	return all
}

func likelier(a, b Suspect) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
}

// clues are the signs and the broken rules, each with why it is one, and the rule that was broken first.
func clues(signs Signs, findings []judge.Finding) (seen map[string]string, first string) {
	seen = map[string]string{}
	for _, s := range signs.Seen {
		seen[s.Name] = s.Because
	}
	for _, f := range findings {
		if f.Hard {
			seen[f.Rule] = f.Rule + " is broken"
			first = cmp.Or(first, f.Rule)
		}
	}
	return seen, first
}

// weigh says how telling a clue is: the fewer classes show it, the more.
func weigh(entries []regressions.Entry) map[string]float64 {
	classes := map[string]bool{}
	of := map[string]map[string]bool{}
	for _, e := range entries {
		classes[e.Class] = true
		for _, clue := range slices.Concat(e.Signs, e.Rules) {
			if of[clue] == nil {
				of[clue] = map[string]bool{}
			}
			of[clue][e.Class] = true
		}
	}
	weights := map[string]float64{}
	for clue, in := range of {
		weights[clue] = math.Log(1 + float64(len(classes))/float64(len(in)))
		if isPattern(clue) {
			weights[clue] *= ofPattern
		}
	}
	return weights
}

// compare says how well an entry fits.
func compare(e regressions.Entry, seen map[string]string, first string, signs Signs, weights map[string]float64) Suspect {
	fits, missing, unexplained := 0.0, 0.0, 0.0
	var reasons []string
	explain := func(clue string) {
		fits += weights[clue]
		reasons = append(reasons, clue)
	}
	for _, sign := range e.Signs {
		if _, ok := seen[sign]; ok {
			explain(sign)
		} else if signs.Tried[subject(sign)] {
			missing += weights[sign]
		} else {
			missing += ofUntried * weights[sign]
		}
	}
	rule := broken(e.Rules, seen, weights)
	if rule != "" {
		explain(rule)
	} else if len(e.Rules) > 0 {
		missing += least(e.Rules, weights)
	}
	for _, clue := range slices.Sorted(maps.Keys(seen)) { // in one order, for sums of fractions depend on it
		switch {
		case clue == rule, slices.Contains(e.Signs, clue):
		case slices.Contains(e.Rules, clue):
			fits += ofOther * weights[clue]
		case clue == first:
			unexplained += ofFirst * weights[clue]
		default:
			unexplained += ofOther * weights[clue]
		}
	}
	if fits == 0 {
		return Suspect{}
	}
	score := fits / (fits + ofMissing*missing + unexplained)
	if !signs.Shape.allows(e.Needs) {
		score *= misplaced
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return cmp.Compare(weights[b], weights[a]) })
	for i, clue := range reasons {
		reasons[i] = seen[clue]
	}
	return Suspect{ID: e.ID, Class: e.Class, Title: e.Title, Score: math.Round(score*1000) / 1000, Reasons: reasons}
}
