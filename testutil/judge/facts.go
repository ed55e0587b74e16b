package judge

import "slices"

// maxFacts bounds what is told of one criterion: a few figures of each service.
const maxFacts = 24

// Shows says what the rule that runs measured of the criterion, in one short clause of numbers that it computed from
// records, whether they pass or fail it. It is made one harmless line, for names in it may be a server's.
func (v *View) Shows(criterion, fact string, args ...any) {
	m := v.criteria.of(criterion)
	if m == nil || len(m.facts) >= maxFacts {
		return
	}
	if clause := line(prose(fact, args...)); !slices.Contains(m.facts, clause) {
		m.facts = append(m.facts, clause)
	}
}
