package judge

import (
	"fmt"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// New is the revision of a service that is to serve: the one that was created last. Only its name is known
// if the revisions were not read. It is false if the state of the service was not.
func (c *Cloud) New(s history.Service) (gcp.Revision, bool) {
	state := c.State(s.Name)
	if len(state.Items) == 0 || state.Items[0].LatestCreated == "" {
		return gcp.Revision{}, false
	}
	return gcp.Named(c.Revisions(s.Name).Items, s.Name, state.Items[0].LatestCreated), true
}

// Baseline is the revision that the deployment replaces: the one that the configuration names, else the
// newest that was ready of those created before the deployment began. It is false if there is none.
func (c *Cloud) Baseline(s history.Service) (gcp.Revision, bool) {
	if c.deployment == nil {
		return gcp.Revision{}, false
	}
	return gcp.Baseline(c.Revisions(s.Name).Items, s.Name, s.Baseline, c.deployment.Began)
}

// misnamed says what is wrong with the baseline that the configuration names, empty if it is one of the
// service's revisions.
func (c *Cloud) misnamed(s history.Service) string {
	list := c.Revisions(s.Name)
	baseline, _ := c.Baseline(s)
	if s.Baseline == "" || len(list.Items) == 0 || !baseline.Created.IsZero() {
		return ""
	}
	return fmt.Sprintf("STAGING_BASELINE_REVISION names %s, which is none of the %d revisions of %s%s", line(baseline.Name), len(list.Items), s.Name, because(list.Lacks))
}

// Replaced tells whether the deployment is known to concern a service: its baseline is given, or it was
// created since the deployment began. Without either, only the backend has to be new (deployment.md 2:
// each service is deployed by itself).
func (c *Cloud) Replaced(s history.Service) bool {
	if s.Role == history.Backend || s.Baseline != "" {
		return true
	}
	fresh, ok := c.New(s)
	return ok && c.deployment != nil && !c.deployment.Began.IsZero() && !fresh.Created.Before(c.deployment.Began)
}
