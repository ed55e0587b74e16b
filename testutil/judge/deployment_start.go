package judge

import (
	"cmp"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// startupRules are criterion D2: they judge the log of each instance of the new revision, from its beginning
// to the entry that says that it started, so that nothing that a suite provokes can lie in it.
var startupRules = []Rule{
	{
		ID: "deployment/startup-marker", Hard: true, Criterion: "D2", Source: "deployment.md 4; issue #4, Rules",
		Says:  "Every instance of a new revision says that it started, within the rollout budget; there are as many as its minimum.",
		Hooks: Hooks{End: everyStart(startupMarker)},
	},
	{
		ID: "deployment/startup-logs", Hard: true, Criterion: "D2", Source: "deployment.md 4",
		Says:  "No entry of a start is of severity ERROR or above, but those that the allowlist excuses. What an entry quotes has no severity.",
		Hooks: Hooks{End: everyStart(startupLogs)},
	},
	{
		ID: "deployment/startup-text", Hard: true, Criterion: "D2", Source: "deployment.md 4, Procedure (4)",
		Says:  "No entry of a start, of whatever severity, is a traceback or says that a worker failed to boot, in its message or beside it, but those that the allowlist excuses.",
		Hooks: Hooks{End: everyStart(startupText)},
	},
	{
		ID: "deployment/startup-empty", Criterion: "D2", Source: "deployment.md 4, Traps",
		Says:  "The entries of a start say something.",
		Hooks: Hooks{End: everyStart(startupEmpty)},
	},
	{
		ID: "deployment/allowlist", Criterion: "D2", Source: "issue #4, Evidence",
		Says:  "The entries of the log allowlist can be read, which is hard, and have not expired.",
		Hooks: Hooks{End: allowlist},
	},
}

// A startup is the start of the new revision of a service.
type startup struct {
	history.Service
	revision gcp.Revision
	markers  *Listing[gcp.Entry]
	starts   []*Start
	// older tells whether the revision may have been there before: of its starts, only those are judged that
	// are still in the log as a whole; none if it is known that it was there.
	older bool
}

// everyStart judges the start of each service that was deployed, or whose start somebody read.
func everyStart(judge func(*View, startup)) func(*View) {
	return func(v *View) {
		if v.Cloud.Services() == nil {
			v.Unmeasured("D2", nil, noProject)
		}
		for _, s := range v.Cloud.Services() {
			fresh, known := v.Cloud.New(s)
			if state := v.Cloud.State(s.Name); !known {
				v.Unmeasured("D2", state.Readings, "which revision of %s is to serve is not known: %s", s.Name, cmp.Or(state.Lacks, "it has none"))
				continue
			}
			if all := v.startup(s, fresh); !all.older || len(all.starts) > 0 {
				v.Measured("D2")
				judge(v, all)
			}
		}
	}
}

func (v *View) startup(s history.Service, r gcp.Revision) startup {
	all := startup{Service: s, revision: r, markers: v.Cloud.Markers(s.Name, r.Name), starts: v.Cloud.Starts(s, r.Name), older: !v.Cloud.Replaced(s)}
	scaling := r.Created.Add(fixtures.Deploying)
	all.starts = slices.DeleteFunc(all.starts, func(one *Start) bool {
		if all.older && (v.Header.Deployment.Spares(s, r.Created) || !one.Up() && !one.Down()) {
			return true
		}
		return !r.Created.IsZero() && one.Begun.After(scaling) && !one.Log.Asked() // they are too many to look at
	})
	return all
}

// due tells whether an instance that began then should have said that it started when the markers were read;
// not if it is not known when it began. A tenth of the budget is for what the clocks differ.
func (v *View) due(markers *Listing[gcp.Entry], begun time.Time) bool {
	budget := v.Header.Budgets.Rollout
	return !begun.IsZero() && markers.Read.Sub(begun) >= budget-budget/10
}

func startupMarker(v *View, s startup) {
	if !s.markers.Whole() {
		v.Unmeasured("D2", s.markers.Readings, "%s", s.markers.Lacks)
	}
	for _, one := range s.starts {
		switch {
		case one.Down():
			v.Report(s.proof(one), "instance %s of %s did not start: %s", one, s.revision.Name, quote(one.Failed.Text))
		case !one.Failed.Time.IsZero():
			v.Report(s.proof(one), "instance %s of %s started only when it had failed to: %s", one, s.revision.Name, quote(one.Failed.Text))
		case one.Up():
		case s.markers.Whole() && v.due(s.markers, one.Begun):
			v.Report(s.proof(one), "instance %s of %s has not said within %s that it started", one, s.revision.Name, v.Header.Budgets.Rollout)
		default:
			v.Unmeasured("D2", s.proof(one), "instance %s of %s had not said that it started when its log was read", one, s.revision.Name)
		}
	}
	switch want := max(1, s.revision.MinInstances); {
	case s.older || !s.markers.Whole() || len(s.starts) >= want:
	case s.revision.Created.IsZero():
		v.Unmeasured("D2", s.markers.Readings, "how many instances of %s have to start is not known, for it is not listed%s", s.revision.Name, because(v.Cloud.Revisions(s.Name).Lacks))
	case v.due(s.markers, s.revision.Created):
		v.Report(s.markers.Readings, "%d of at least %d instances of %s are heard of in its log, %s after it was created",
			len(s.starts), want, s.revision.Name, s.markers.Read.Sub(s.revision.Created).Round(time.Second))
	default:
		v.Unmeasured("D2", s.markers.Readings, "%d of at least %d instances of %s were heard of when its log was read", len(s.starts), want, s.revision.Name)
	}
}

func (s startup) proof(one *Start) []uint64 {
	return slices.Concat(s.markers.Readings, one.Log.Readings)
}
