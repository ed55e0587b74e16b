package summary

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// A Phase is how long something took, in all stories together.
type Phase struct {
	Name string `json:"name"`
	// Budget is the lowest of the stories', 0 if they have none.
	Budget time.Duration `json:"budget_ns"`
	Count  int64         `json:"count"` // 0: not measured
	P50    time.Duration `json:"p50_ns"`
	P95    time.Duration `json:"p95_ns"`
	P99    time.Duration `json:"p99_ns"`
	Max    time.Duration `json:"max_ns"`
	// Over counts what took longer than the budget of its own story.
	Over int64 `json:"over"`
	Bars []Bar `json:"bars"`
}

// A Bar counts what took from From up to Until; each is about a quarter longer than the one before.
type Bar struct {
	From  time.Duration `json:"from_ns"`
	Until time.Duration `json:"until_ns"`
	Count int64         `json:"count"`
}

func phases(e *evidence.Evidence) []Phase {
	joined := evidence.Latencies{}
	for _, s := range e.Stories {
		joined.Join(s.Latencies)
	}
	all := []Phase{}
	for _, name := range evidence.Phases() {
		d := joined.Of(name)
		p := Phase{Name: string(name), Count: d.Count, P50: d.P50, P95: d.P95, P99: d.P99, Max: d.Max, Bars: []Bar{}}
		for _, s := range e.Stories {
			budget := name.Budget(s.Header.Budgets)
			p.Over += s.Latencies.Over(name, budget)
			if budget > 0 && (p.Budget == 0 || budget < p.Budget) {
				p.Budget = budget
			}
		}
		for _, b := range joined.Bars(name) {
			p.Bars = append(p.Bars, Bar(b))
		}
		all = append(all, p)
	}
	return all
}

// Phase is the one with the name, not measured if there is none.
func (s *Summary) Phase(name evidence.Phase) Phase {
	for _, p := range s.Phases {
		if p.Name == string(name) {
			return p
		}
	}
	return Phase{Name: string(name)}
}
