package judge

import (
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var platformRules = []Rule{{
	ID: "accumulation/platform-memory", Hard: true, Criterion: "P3", Source: "deployment.md 6; 7, P3; issue #891",
	Says: "Over at least 6 rounds of use, the part of its memory that a service's revision uses does not grow (Mann–Kendall, p < 0.01) by a twentieth " +
		"and a hundredth of the limit, while its instances stay as many. Of the backend it is asked only where samples do not tell.",
	Hooks: Hooks{End: platformMemory},
}}

// processMemory is the figure that the platform knows as well.
const processMemory = "process.memory_rss"

func platformMemory(v *View) {
	if v.Use.Round == 0 {
		return
	}
	for _, s := range v.Cloud.Services() {
		if s.Role == history.Backend && v.samplesTell() {
			continue
		}
		g, readings := v.platformGrowth(s)
		if !g.known() {
			continue
		}
		v.Measured("P3")
		v.Shows("P3", "the part of its memory that %s uses %s", s.Name, g.course(percent))
		how := fmt.Sprintf("the part of its memory that %s uses went from %s to %s in %d rounds of %s cycles, by chance p = %.2g",
			s.Name, percent(g.first), percent(g.last), len(g.least), count(v.Use.cycles()), g.chance)
		switch g.by(max(g.first/20, 0.01)) {
		case hasGrown:
			v.Report(readings, "%s: a leak", how)
		case mayGrow:
			v.Unmeasured("P3", readings, "%s: perhaps a leak; use the target for more rounds", how)
		}
	}
}

func percent(part float64) string { return fmt.Sprintf("%.1f %%", 100*part) }

// samplesTell tells whether the memory of the backend's instances is known from samples.
func (v *View) samplesTell() bool {
	i := slices.IndexFunc(figures, func(f figure) bool { return f.member == processMemory })
	all, _ := v.growths(figures[i])
	return slices.ContainsFunc(all, func(g growth) bool { return g.known() })
}

// platformGrowth is that of the memory of a service's revision, by the least of each round that counts; empty
// if the number of its instances changed or is not known.
func (v *View) platformGrowth(s history.Service) (growth, []uint64) {
	fresh, _ := v.Cloud.New(s)
	l := v.Cloud.Series(history.ReadMemory, s.Name, fresh.Name)
	if _, constant := v.instances(s.Name, fresh.Name); !constant || !l.Whole() {
		return growth{}, nil
	}
	rounds := map[int][]float64{}
	for _, series := range l.Items {
		for _, p := range series.Points {
			n := v.Use.roundOf(p)
			rounds[n] = append(rounds[n], p.Value)
		}
	}
	var g growth
	for n := uncounted + 1; n <= v.Use.Round; n++ {
		if values := rounds[n]; len(values) > 0 {
			g.add(float64(n), slices.Min(values), 0)
		}
	}
	if len(g.least) == 0 {
		return g, nil
	}
	return g.measure(v.Use.cycles(), 1), l.Readings
}
