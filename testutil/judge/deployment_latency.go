package judge

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

var slowerRules = []Rule{{
	ID: "deployment/latency", Source: "issue #4, Error rate and latency",
	Says:  "At no route are the new revision's answers slower than those of the revision before: p < 0.001 (Mann–Whitney), half as long again, and 100 ms more.",
	Hooks: Hooks{End: slower},
}}

// What is slower (issue #4; nothing upstream says). Fewer than leastTimed answers of a revision at a route
// are no evidence.
const (
	leastTimed   = 10
	slowByChance = 0.001
	slowFactor   = 1.5
	slowSeconds  = 0.1
)

func slower(v *View) {
	for _, c := range v.changes(func([]uint64, string, ...any) {}) {
		fresh, base := v.requests(c)
		now, before := usageOf(fresh.Items), usageOf(base.Items)
		proof := slices.Concat(fresh.Readings, base.Readings)
		for _, at := range now.shared(before) {
			a, b := now[at].took, before[at].took
			if min(len(a), len(b)) < leastTimed {
				continue
			}
			took, was := stat.Median(a), stat.Median(b)
			if _, p := stat.MannWhitney(a, b); took > slowFactor*was && took > was+slowSeconds && p < slowByChance {
				v.Report(proof, "%s takes %.3g s with %s (median of %d answers), %.3g s with %s (of %d), by chance p = %.2g",
					at, took, c.fresh, len(a), was, c.base, len(b), p)
			}
		}
	}
}
