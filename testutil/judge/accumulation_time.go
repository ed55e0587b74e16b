package judge

import "time"

var slowingRules = []Rule{{
	ID: "accumulation/latency", Criterion: "P3", Source: "deployment.md 6; issue #4, Rules",
	Says: "Over at least 6 rounds of use, the shortest connect and the shortest answer of each round do not grow (Mann–Kendall, p < 0.01) by half, and by 100 ms. " +
		"Hard where they double, and by a twentieth of their budget.",
	State: slowing,
}}

// A phase is something that takes its time in each round.
type phase struct {
	name   string
	growth growth
	budget time.Duration
}

func (p *phase) took(v *View, d time.Duration) {
	if v.Use.Round > uncounted {
		p.growth.add(float64(v.Use.Round), d.Seconds(), v.Record.Seq)
	}
}

func slowing() Hooks {
	connect, answer := phase{name: "the shortest connect"}, phase{name: "the shortest answer"}
	return Hooks{
		Frame: func(v *View) {
			if s := v.Session; s.WelcomeSeq == v.Record.Seq {
				connect.took(v, s.WelcomeAt-s.DialAt)
			}
		},
		Outcome: func(v *View) {
			if st := v.Stream; v.Record != nil && st.Session == v.Run.Session && !v.Run.ExpectsFailure() {
				answer.took(v, st.EndAt-v.Run.SentAt)
			}
		},
		End: func(v *View) {
			connect.budget, answer.budget = v.Header.Budgets.Connect, v.Header.Budgets.Answer
			connect.judge(v)
			answer.judge(v)
		},
	}
}

func duration(seconds float64) string {
	return rounded(time.Duration(seconds * float64(time.Second))).String()
}

func (p *phase) judge(v *View) {
	if !p.growth.known() {
		return
	}
	g := p.growth.measure(v.Use.cycles(), 1)
	v.Shows("P3", "%s %s", p.name, g.course(duration))
	if g.by(max(g.first/2, slowSeconds)) == hasGrown {
		doubled := g.total() >= max(g.first, p.budget.Seconds()/20)
		v.ReportAs(doubled, g.proof(), "%s of a round went from %.3g s to %.3g s in %d rounds of %s cycles, by chance p = %.2g",
			p.name, g.first, g.last, len(g.least), count(v.Use.cycles()), g.chance)
	}
}
