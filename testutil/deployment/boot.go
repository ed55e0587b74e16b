package deployment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// markers are what the start of a service says in its log (deployment.md 4).
type markers struct {
	started string
	failed  []string
	other   []string // that a start has begun, and how long it took
}

var markersOf = map[string]markers{
	history.Backend: {
		started: fixtures.BackendStarted,
		failed:  []string{fixtures.BackendFailed, fixtures.BackendFailure, fixtures.FailedToBoot},
		other:   []string{fixtures.BackendBegins, fixtures.StartupTotal},
	},
	history.Auth: {started: fixtures.AuthStarted, failed: []string{fixtures.FailedToBoot}, other: []string{fixtures.AuthBegins}},
}

func markersFor(role string) (markers, error) {
	m, ok := markersOf[role]
	if !ok {
		return m, fmt.Errorf("read the start of %q: only the start of %s and %s is known", role, history.Backend, history.Auth)
	}
	return m, nil
}

// filter matches the entries that are markers.
func (m markers) filter() gcp.Filter {
	return gcp.Saying(slices.Concat([]string{m.started}, m.failed, m.other)...)
}

// A boot is the start of one instance, as far as its markers tell.
type boot struct {
	instance string
	began    time.Time // its first marker
	started  time.Time // its first success; zero: none yet
	failed   bool      // and no success so far
}

// boots finds the starts in a list of markers, in the order in which they began.
func (m markers) boots(entries []gcp.Entry) []boot {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b gcp.Entry) int { return a.Time.Compare(b.Time) })
	var all []boot
	for _, e := range entries {
		if e.Instance == "" {
			continue
		}
		at := slices.IndexFunc(all, func(b boot) bool { return b.instance == e.Instance })
		if at < 0 {
			all = append(all, boot{instance: e.Instance, began: e.Time})
			at = len(all) - 1
		}
		switch b := &all[at]; {
		case !b.started.IsZero():
		case says(e, m.started):
			b.started, b.failed = e.Time, false
		default:
			b.failed = b.failed || says(e, m.failed...)
		}
	}
	return all
}

// says compares as the cloud's filters do.
func says(e gcp.Entry, any ...string) bool {
	text := strings.ToLower(e.Text)
	return slices.ContainsFunc(any, func(part string) bool { return strings.Contains(text, strings.ToLower(part)) })
}

// over tells whether all starts have ended, and as many as there must be.
func over(all []boot, least int) bool {
	return len(all) >= max(1, least) &&
		!slices.ContainsFunc(all, func(b boot) bool { return b.started.IsZero() && !b.failed })
}

// looked are the starts that are looked at, the first ones.
func looked(all []boot) []boot { return all[:min(len(all), fixtures.InstancesLooked)] }

// lastOf is when the last of them was over, as far as is known; zero if there is none.
func lastOf(all []boot) (last time.Time) {
	for _, b := range all {
		for _, at := range []time.Time{b.began, b.started} {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}
