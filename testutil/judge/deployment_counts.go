package judge

import (
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// countsInstead judges the error rate where the request logs cannot: by Monitoring's counts. They know
// neither routes nor user agents, so that suites may have provoked any failure: of the new revision, and a
// rise is none; of the one before, and a fall is none. Only that there is none says something.
func (v *View) countsInstead(c change, why string) {
	fresh := v.Cloud.Series(history.ReadCounts, c.service.Name, c.fresh)
	base := v.Cloud.Series(history.ReadCounts, c.service.Name, c.base)
	failed, all := countsOf(fresh.Items)
	failedBefore, allBefore := countsOf(base.Items)
	proof := slices.Concat(fresh.Readings, base.Readings)
	if fresh.Whole() && base.Whole() {
		v.Shows("D4", "Monitoring counts %s answers 5xx of %s, %s of %s before it", share(int(failed), int(all)), c.fresh, share(int(failedBefore), int(allBefore)), c.base)
	}
	switch {
	case !fresh.Whole():
		v.Unmeasured("D4", proof, "%s; instead, %s", why, fresh.Lacks)
	case !base.Whole():
		v.Unmeasured("D4", proof, "%s; instead, %s", why, base.Lacks)
	case min(all, allBefore) < fixtures.MinimumSample:
		v.Unmeasured("D4", proof, "%s; Monitoring counts %.0f answers of %s and %.0f of %s, fewer than %d: %s",
			why, all, c.fresh, allBefore, c.base, fixtures.MinimumSample, remedy(int(allBefore)))
	case failed > 0:
		v.Unmeasured("D4", proof, "%s; Monitoring counts %s answers 5xx of %s and %s of %s, of which suites may have provoked any",
			why, share(int(failed), int(all)), c.fresh, share(int(failedBefore), int(allBefore)), c.base)
	default:
		v.Measured("D4")
	}
}

// countsOf adds up the answers of a revision, and those of class 5xx.
func countsOf(all []gcp.Series) (failed, answers float64) {
	for _, s := range all {
		for _, p := range s.Points {
			answers += p.Value
			if s.Labels["response_code_class"] == "5xx" {
				failed += p.Value
			}
		}
	}
	return failed, answers
}
