package judge

import (
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// uncounted is how many rounds do not count.
var uncounted = fixtures.Accumulation.WarmUp

// A figure is what a sample says of a process.
type figure struct {
	name     string // of the rule
	path     string // of the endpoint that says it
	member   string // of its answer
	required bool   // P3 is not measured without it
	// effect is the growth from the first round to the last that is a finding; says says so.
	effect func(growth) float64
	says   string
	// counted is a figure that grows by whole things, of which a cycle may leave one.
	counted bool
	show    func(float64) string
}

const mebi = 1 << 20

// figures are those of the backend (deployment.md 6). The auth service says none of its own. The least memory of
// a round of the reference stays within 0.6 MiB, measured over ten rounds, with the race detector and without.
var figures = []figure{
	{
		name: "memory", path: "/health/system", member: processMemory, required: true, show: mebibytes,
		effect: func(g growth) float64 { return max(8*mebi, g.first/20) }, says: "8 MiB or a twentieth, whichever is more",
	},
	{
		name: "tasks", path: "/api/system/debug/async_tasks", member: "total_tasks", required: true, counted: true, show: count,
		effect: perCycle(3), says: "a third of one for each cycle, and at least 3",
	},
	{
		name: "connections", path: "/health/system", member: "process.connections", counted: true, show: count,
		effect: perCycle(3), says: "a third of one for each cycle, and at least 3",
	},
	{
		name: "database-connections", path: "/health/database", member: "database_stats.active_connections", counted: true, show: count,
		effect: perCycle(3), says: "a third of one for each cycle, and at least 3",
	},
	{
		name: "threads", path: "/health/system", member: "process.num_threads", counted: true, show: count,
		effect: perCycle(16), says: "a third of one for each cycle, and at least 16, as pools of threads fill up",
	},
}

// perCycle is a third of one for each cycle that the instance can have had, if every instance had as many: half
// of the cycles end cleanly and half abruptly, and what only one of the two leaves behind has to be seen.
func perCycle(least float64) func(growth) float64 {
	return func(g growth) float64 { return max(least, g.cycles/3) }
}

// shows tells whether a leak of one with each cycle would be seen: an instance among many has too few.
func (f figure) shows(g growth) bool { return !f.counted || g.cycles >= f.effect(g) }

func mebibytes(bytes float64) string { return fmt.Sprintf("%.1f MiB", bytes/mebi) }

func count(n float64) string { return fmt.Sprintf("%.3g", n) }

var growthRules = growthRulesOf(figures)

func growthRulesOf(figures []figure) (rules []Rule) {
	for _, f := range figures {
		rules = append(rules, Rule{
			ID: "accumulation/" + f.name, Hard: true, Criterion: "P3", Source: "deployment.md 6; 7, P3; issue #891",
			Says: fmt.Sprintf("Over at least %d rounds of use, in no instance does the least %s of each round grow (Mann–Kendall, p < %v) by %s. "+
				"Where that is doubtful (p < %v), nothing is measured; what is only left at the end is advice.", fewestRounds, f.member, trendByChance, f.says, doubtByChance),
			Hooks: Hooks{End: func(v *View) { v.grows(f) }},
		})
	}
	return rules
}

// ofSeveral says whose course it is if that is not clear; a finding names the instance.
func ofSeveral(instances int) string {
	if instances < 2 {
		return ""
	}
	return fmt.Sprintf(" (the steepest of %d instances)", instances)
}

// grows judges a figure.
func (v *View) grows(f figure) {
	if v.Use.Round == 0 {
		return
	}
	all, lack := v.growths(f)
	known := slices.DeleteFunc(slices.Clone(all), func(g growth) bool { return !g.known() })
	for _, g := range all {
		v.judgeGrowth(f, g)
	}
	if most, any := steepest(known); any {
		v.Shows("P3", "%s %s%s", f.member, most.course(f.show), ofSeveral(len(all)))
	}
	switch {
	case slices.ContainsFunc(known, f.shows):
		v.Measured("P3")
	case f.required && len(known) > 0:
		v.Unmeasured("P3", known[0].proof(), "each of %d instances had about %s cycles: too few to show in %s if each of them leaves something; let fewer instances serve",
			len(all), count(known[0].cycles), f.member)
	case f.required:
		v.Unmeasured("P3", []uint64{lack.Seq}, "%s", lack.Text)
	}
}

func (v *View) judgeGrowth(f figure, g growth) {
	effect := f.effect(g)
	how := fmt.Sprintf("%s of %s went from %s to %s in %d rounds of %s cycles, by %s a round, by chance p = %.2g",
		f.member, g.who(), f.show(g.first), f.show(g.last), len(g.least), count(v.Use.cycles()), f.show(g.slope), g.chance)
	switch g.by(effect) {
	case hasGrown:
		v.Report(g.proof(), "%s: a leak, as %s in all are", how, f.show(effect))
	case mayGrow:
		v.Unmeasured("P3", g.proof(), "%s: perhaps a leak; use the target for more rounds, or take more samples in each", how)
	case leftOver:
		v.ReportAs(false, g.proof(), "%s: it did not return to what it was, but does not grow either", how)
	}
}
