package diagnosis

import "strings"

// subject is what a sign is about.
func subject(sign string) string {
	about, _, _ := strings.Cut(sign, ":")
	return about
}

// isPattern tells whether a sign says which attempts failed (pattern.go).
func isPattern(sign string) bool {
	_, what, _ := strings.Cut(sign, ":")
	switch what {
	case "never", "sometimes", "at-first", "later":
		return true
	}
	return strings.HasPrefix(what, "some-")
}

// broken is the most telling of the rules that is broken; empty if none is.
func broken(rules []string, seen map[string]string, weights map[string]float64) (most string) {
	for _, rule := range rules {
		if _, is := seen[rule]; is && (most == "" || weights[rule] > weights[most]) {
			most = rule
		}
	}
	return most
}

// least is the weight of the least telling rule: that none is broken says no more than that.
func least(rules []string, weights map[string]float64) float64 {
	weight := weights[rules[0]]
	for _, rule := range rules {
		weight = min(weight, weights[rule])
	}
	return weight
}

// allows tells whether a story of this shape has what a regression needs to be seen at all.
func (s Shape) allows(needs []string) bool {
	for _, need := range needs {
		missing := map[string]bool{
			"two-users":      s.Sessions < 2,
			"two-turns":      s.Runs < 2,
			"several-agents": s.Agents < 2 && s.Runs < 2,
			"reconnect":      !s.Returned,
			"negative-auth":  !s.Provoked,
		}
		if missing[need] {
			return false
		}
	}
	return true
}
