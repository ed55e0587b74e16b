package judge

import (
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A change is a revision of a service and the one that it replaces.
type change struct {
	service     history.Service
	fresh, base string
}

// changes are those of the deployment. What keeps one from being known is told to lacks.
func (v *View) changes(lacks func(proof []uint64, reason string, args ...any)) (all []change) {
	if v.Header.Deployment == nil {
		lacks(nil, noProject)
	}
	for _, s := range v.Cloud.Services() {
		if !v.Cloud.Replaced(s) {
			continue
		}
		fresh, known := v.Cloud.New(s)
		base, given := v.Cloud.Baseline(s)
		state := v.Cloud.State(s.Name)
		switch {
		case !known:
			lacks(state.Readings, "the new revision of %s is not known: %s", s.Name, state.Lacks)
		case !given:
			lacks(state.Readings, "the revision before %s is not known: set STAGING_BASELINE_REVISION or STAGING_DEPLOYMENT_BEGAN", fresh.Name)
		case v.Cloud.misnamed(s) != "":
			lacks(v.Cloud.Revisions(s.Name).Readings, "%s", v.Cloud.misnamed(s))
		case fresh.Name == base.Name:
			lacks(state.Readings, "%s is the baseline itself: there is nothing to compare it with", fresh.Name)
		default:
			all = append(all, change{s, fresh.Name, base.Name})
		}
	}
	return all
}

// requests are the request logs of both revisions.
func (v *View) requests(c change) (fresh, base *Listing[gcp.Entry]) {
	return v.Cloud.Requests(c.service.Name, c.fresh), v.Cloud.Requests(c.service.Name, c.base)
}
