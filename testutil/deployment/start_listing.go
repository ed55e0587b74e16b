package deployment

import (
	"slices"
	"time"
)

// A startListing is all that one instance logged while it started; without an instance, what was logged
// by none or by one that has no marker.
type startListing struct {
	instance string
	but      []boot // instances whose entries are not in it
	until    time.Time
}

// listings are what must be read to know all about the starts.
func listings(boots []boot, least int) []startListing {
	first := looked(boots)
	rest := startListing{but: first}
	var all []startListing
	for _, b := range first {
		one := startListing{instance: b.instance}
		if !b.started.IsZero() {
			one.until = b.started.Add(moment)
		}
		all = append(all, one)
		if one.until.After(rest.until) {
			rest.until = one.until
		}
	}
	if !over(first, least) || slices.ContainsFunc(first, func(b boot) bool { return b.failed }) {
		rest.until = time.Time{} // what went wrong may come later
	}
	if len(boots) > len(first) { // entries of these must not be taken for those of none
		next := boots[len(first)].began.Add(-moment)
		if rest.until.IsZero() || next.Before(rest.until) {
			rest.until = next
		}
	}
	return append(all, rest)
}
