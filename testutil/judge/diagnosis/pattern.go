package diagnosis

// An attempt is something that should have succeeded, and whether it did. User, kind and agent are what may
// make the difference: who tried, with what, and with whose help.
type attempt struct {
	seq               uint64
	user, kind, agent string
	good              bool
}

// pattern notes what tells the attempts that failed from the others, as signs of a subject: "never",
// "at-first", "later", "some-users", "some-agents", "some-<kinds>"; "sometimes" where nothing does.
func (w *Witness) pattern(subject, kinds string, all []attempt) {
	var bad []attempt
	for _, a := range all {
		if !a.good {
			bad = append(bad, a)
		}
	}
	if len(all) < 2 {
		return // one attempt makes no pattern
	}
	w.tried[subject] = true
	if len(bad) == 0 {
		return
	}
	first := bad[0].seq
	note := func(what, format string, args ...any) { w.see(first, subject+":"+what, format, args...) }
	if len(bad) == len(all) {
		note("never", "all of %d failed", len(all))
		return
	}
	told := false
	tell := func(applies bool, what, words string) {
		if applies {
			note(what, "%d of %d failed: %s", len(bad), len(all), words)
			told = true
		}
	}
	tell(divides(all, func(a attempt) string { return a.user }), "some-users", "those of some users")
	tell(divides(all, func(a attempt) string { return a.agent }), "some-agents", "those of some agents")
	tell(divides(all, func(a attempt) string { return a.kind }), kinds, "those of some kinds")
	tell(early(all), "at-first", "the first ones")
	tell(late(all), "later", "the last ones")
	if !told {
		note("sometimes", "%d of %d failed, with nothing in common", len(bad), len(all))
	}
}

// divides tells whether some values of a feature always fail and the others never do.
func divides(all []attempt, feature func(attempt) string) bool {
	good, bad := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		if a.good {
			good[feature(a)] = true
		} else {
			bad[feature(a)] = true
		}
	}
	for value := range bad {
		if good[value] {
			return false
		}
	}
	return true
}

// early tells whether for everybody what failed came before all that did not, and late the reverse; both only
// where somebody met both.
func early(all []attempt) bool { return turns(all, false) }
func late(all []attempt) bool  { return turns(all, true) }

// turns tells whether the attempts of everybody were all like before, and then all otherwise.
func turns(all []attempt, before bool) bool {
	turned, met := map[string]bool{}, map[string]bool{}
	both := false
	for _, a := range all {
		switch {
		case a.good != before:
			turned[a.user] = true
			both = both || met[a.user]
		case turned[a.user]:
			return false
		default:
			met[a.user] = true
		}
	}
	return both
}
