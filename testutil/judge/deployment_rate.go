package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/stat"
)

var rateRules = []Rule{{
	ID: "deployment/error-rate", Hard: true, Criterion: "D4", Source: "deployment.md 5; 7, D4; issue #891",
	Says: "Of the answers at routes that both served, no greater part of the new revision's is 5xx than of the revision's before. " +
		"A rise that chance explains (p ≥ 0.01, given the routes), or of fewer than 3 answers, is within tolerance, and advice; where it is doubtful (p < 0.1, " +
		"and a twentieth more at some route), nothing is measured.",
	Hooks: Hooks{End: errorRates},
}}

// A rise of the error rate is a finding if chance explains it less often than mostByChance. A single failed
// answer among thousands of good ones before would be one too: a rate it is from fewestFailed on.
const (
	mostByChance = 0.01
	fewestFailed = 3
	// doubtful is a rise that chance explains hardly, of a route that fails as much more often: of few answers
	// even one in ten is not significant, and no pass either.
	rateDoubt = 0.1
	routeMore = 0.05
)

func errorRates(v *View) {
	for _, c := range v.changes(func(proof []uint64, reason string, args ...any) { v.Unmeasured("D4", proof, reason, args...) }) {
		fresh, base := v.requests(c)
		r := rateOf(usageOf(fresh.Items), usageOf(base.Items))
		proof := slices.Concat(fresh.Readings, base.Readings)
		whole := sampled(fresh) && sampled(base)
		if whole && r.Of > 0 {
			v.Shows("D4", "%s answered %s with 5xx, %s before it %s, at %d routes", c.fresh, share(r.Hits, r.Of), c.base, share(r.BaseHits, r.BaseOf), r.routes)
		}
		enough := min(r.Of, r.BaseOf) >= fixtures.MinimumSample
		if enough && r.rose() {
			v.ReportAs(whole && r.significant(), proof, "%s", r.describe(c))
		}
		switch empty := c.emptied(fresh, base); {
		case empty != "":
			v.countsInstead(c, empty)
		case whole && enough && r.doubtful():
			v.Unmeasured("D4", proof, "%s: perhaps a rise; use the new revision more", r.describe(c))
		case whole && enough:
			v.Measured("D4")
		case whole:
			v.Unmeasured("D4", proof, "of the routes that both served, %s answered %d requests and %s %d, fewer than %d: %s",
				c.fresh, r.Of, c.base, r.BaseOf, fixtures.MinimumSample, remedy(r.BaseOf))
		default:
			v.countsInstead(c, cmp.Or(fresh.Lacks, base.Lacks))
		}
	}
}

// remedy says what to do about too few answers, of which that many are of the revision before: that one has
// none any more.
func remedy(before int) string {
	if before < fixtures.MinimumSample {
		return "let this story, or users, use a revision before it is replaced"
	}
	return "use the new revision more"
}

// emptied names a request log that says nothing at all, as that of a project which does not keep it.
func (c change) emptied(fresh, base *Listing[gcp.Entry]) string {
	const as = "the request log of %s is empty: it was not used, or the project keeps no log run.googleapis.com/requests"
	switch {
	case fresh.Whole() && len(fresh.Items) == 0:
		return fmt.Sprintf(as, c.fresh)
	case base.Whole() && len(base.Items) == 0:
		return fmt.Sprintf(as, c.base)
	}
	return ""
}

// sampled tells whether a request log is all there is, or its latest entries: a sample of
// fixtures.LargestSample. One of which pages could not be read is neither.
func sampled(log *Listing[gcp.Entry]) bool { return log.Whole() || log.More }

// A rate is how two revisions failed at the routes that both served.
type rate struct {
	stat.Stratum // of all routes together
	routes       int
	expected     float64 // failures of the new one, if it had failed at each route as the one before
	chance       float64
	worst        []erring
}

// An erring route is one that fails more than before.
type erring struct {
	route string
	stat.Stratum
}

// more is how many failures more there are than the rate before lets expect.
func (f erring) more() float64 { return float64(f.Hits) - expected(f.Stratum) }

func expected(s stat.Stratum) float64 { return float64(s.Of) * float64(s.BaseHits) / float64(s.BaseOf) }

// rateOf compares route by route: a revision that was asked more at a route that always fails more often is
// no worse for it.
func rateOf(fresh, base usage) rate {
	var r rate
	var strata []stat.Stratum
	for _, at := range fresh.shared(base) {
		s := stat.Stratum{Hits: fresh[at].failed, Of: fresh[at].answers, BaseHits: base[at].failed, BaseOf: base[at].answers}
		strata = append(strata, s)
		r.routes++
		r.Hits, r.Of, r.BaseHits, r.BaseOf = r.Hits+s.Hits, r.Of+s.Of, r.BaseHits+s.BaseHits, r.BaseOf+s.BaseOf
		r.expected += expected(s)
		if f := (erring{at, s}); f.more() > 0 {
			r.worst = append(r.worst, f)
		}
	}
	r.chance = stat.Fisher(strata...)
	slices.SortStableFunc(r.worst, func(a, b erring) int { return cmp.Compare(b.more(), a.more()) })
	return r
}

func (r rate) rose() bool        { return float64(r.Hits) > r.expected }
func (r rate) significant() bool { return r.chance < mostByChance && r.Hits >= fewestFailed }

func (r rate) doubtful() bool {
	return !r.significant() && r.chance < rateDoubt && r.Hits >= fewestFailed && slices.ContainsFunc(r.worst, func(f erring) bool {
		return f.more() >= routeMore*float64(f.Of)
	})
}

func (r rate) describe(c change) string {
	var at []string
	for _, f := range r.worst[:min(len(r.worst), 3)] {
		at = append(at, fmt.Sprintf("%s (%d of %d, before %d of %d)", f.route, f.Hits, f.Of, f.BaseHits, f.BaseOf))
	}
	return fmt.Sprintf("%s answered %s with 5xx, %s %s; at the rate before, route by route, it would be %.1f, and by chance p = %.2g; most at %s",
		c.fresh, share(r.Hits, r.Of), c.base, share(r.BaseHits, r.BaseOf), r.expected, r.chance, strings.Join(at, ", "))
}

// share names a part of a whole: "3 of 60 (5.0 %)".
func share(some, all int) string {
	return fmt.Sprintf("%d of %d (%.1f %%)", some, all, 100*float64(some)/float64(max(all, 1)))
}
