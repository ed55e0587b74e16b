package judge

import (
	"cmp"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// startTimeRules are criterion P4.
var startTimeRules = []Rule{{
	ID: "deployment/startup-time", Hard: true, Criterion: "P4", Source: "deployment.md 3, Startup time; 7, P4",
	Says:  "A revision starts in at most one and a half times the time of the one before it, or two seconds more: the median over instances of what they say; else the time from its creation until they said that they started. One that was ready much later is found as well, but readiness alone is no measure.",
	Hooks: Hooks{End: startupTime},
}}

// A yardstick tells how long a revision took to start; the most exact comes first.
type yardstick struct {
	what string
	of   func(*View, history.Service, gcp.Revision) []time.Duration
	// weak is one by which a start may be found too long, and not be found normal: the platform may call a
	// revision ready before its application has started (deployment.md 3, Traps).
	weak bool
}

var yardsticks = []yardstick{
	{what: "by their own account", of: totals},
	{what: "from the creation of the revision to their markers", of: untilDone},
	{what: "from the creation of the revision until it was ready", of: untilReady, weak: true},
}

func startupTime(v *View) {
	if v.Cloud.Services() == nil {
		v.Unmeasured("P4", nil, noProject)
	}
	for _, s := range v.Cloud.Services() {
		if !v.Cloud.Replaced(s) {
			continue
		}
		fresh, known := v.Cloud.New(s)
		baseline, had := v.Cloud.Baseline(s)
		switch state := v.Cloud.State(s.Name); {
		case !known:
			v.Unmeasured("P4", state.Readings, "which revision of %s is to serve is not known: %s", s.Name, cmp.Or(state.Lacks, "it has none"))
		case !had || baseline.Name == fresh.Name:
			v.Unmeasured("P4", nil, "there is no revision of %s before %s to compare with: set STAGING_BASELINE_REVISION", s.Name, fresh.Name)
		case v.Cloud.misnamed(s) != "":
			v.Unmeasured("P4", v.Cloud.Revisions(s.Name).Readings, "%s", v.Cloud.misnamed(s))
		default:
			v.compareStarts(s, fresh, baseline)
		}
	}
}

// compareStarts compares like with like. What a baseline took longer than any rollout may is not believed:
// the condition of a revision that no longer serves may have changed since.
func (v *View) compareStarts(s history.Service, fresh, baseline gcp.Revision) {
	for _, yardstick := range yardsticks {
		now, before := yardstick.of(v, s, fresh), yardstick.of(v, s, baseline)
		before = slices.DeleteFunc(before, func(d time.Duration) bool { return d > v.Header.Budgets.Rollout })
		if len(now) == 0 || len(before) == 0 {
			continue
		}
		took, was := median(now), median(before)
		limit := max(time.Duration(float64(was)*fixtures.StartupFactor), was+fixtures.StartupSlack)
		v.Shows("P4", "%s took %s to start, %s before it %s, at most %s is normal (median of %d, %s)",
			fresh.Name, took, baseline.Name, was, limit, len(now), yardstick.what)
		if took > limit {
			v.Report(v.startProof(s, fresh, baseline), "%s took %s to start, the median over %d instances %s; %s before it took %s, and more than %s is not normal",
				fresh.Name, took, len(now), yardstick.what, baseline.Name, was, limit)
		}
		if !yardstick.weak {
			v.Measured("P4")
			return
		}
	}
	v.timeless(s, fresh, baseline)
}

// timeless says why the starts of two revisions cannot be compared.
func (v *View) timeless(s history.Service, fresh, baseline gcp.Revision) {
	both := true
	for _, r := range []gcp.Revision{fresh, baseline} {
		if len(untilDone(v, s, r)) == 0 {
			both = false
			v.Unmeasured("P4", v.startProof(s, r), "no instance of %s is known to have started: %s", r.Name, cmp.Or(v.Cloud.Markers(s.Name, r.Name).Lacks, "its log does not say so"))
		}
	}
	if both {
		v.Unmeasured("P4", v.startProof(s, fresh, baseline), "how long %s and %s took to start is not known by the same measure", fresh.Name, baseline.Name)
	}
}

func (v *View) startProof(s history.Service, revisions ...gcp.Revision) []uint64 {
	proof := slices.Clone(v.Cloud.Revisions(s.Name).Readings)
	for _, r := range revisions {
		proof = append(proof, v.Cloud.Markers(s.Name, r.Name).Readings...)
	}
	return proof
}

func totals(v *View, s history.Service, r gcp.Revision) (list []time.Duration) {
	for _, start := range v.Cloud.Starts(s, r.Name) {
		if start.Total > 0 {
			list = append(list, start.Total)
		}
	}
	return list
}

// untilDone leaves out instances beyond the minimum: those were started later than the revision was created.
func untilDone(v *View, s history.Service, r gcp.Revision) (list []time.Duration) {
	for _, start := range v.Cloud.Starts(s, r.Name) {
		if start.Up() && start.Done.Time.After(r.Created) && !r.Created.IsZero() {
			list = append(list, start.Done.Time.Sub(r.Created))
		}
	}
	slices.Sort(list)
	return list[:min(len(list), max(1, r.MinInstances))]
}

func untilReady(_ *View, _ history.Service, r gcp.Revision) []time.Duration {
	if c := r.Ready(); c.State == gcp.Succeeded && c.Since.After(r.Created) && !r.Created.IsZero() {
		return []time.Duration{c.Since.Sub(r.Created)}
	}
	return nil
}

// median is the middle one of at least one, or the mean of both in the middle.
func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}
