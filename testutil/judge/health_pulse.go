package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// pulses count how each service was asked for its health.
type pulses map[fixtures.Service]*pulse

// A pulse is how often a service was asked, and answered 200, and how long its slowest answer of any kind took.
type pulse struct {
	asked, well int
	slowest     time.Duration
}

func (p pulses) take(at []fixtures.HealthEndpoint, x *history.Exchange) {
	for _, e := range at {
		if p[e.Service] == nil {
			p[e.Service] = &pulse{}
		}
		of := p[e.Service]
		of.asked++
		if x.Broken != nil {
			continue
		}
		of.slowest = max(of.slowest, x.Took)
		if x.Status == 200 {
			of.well++
		}
	}
}

func (p pulses) show(v *View) {
	for _, s := range []fixtures.Service{fixtures.Auth, fixtures.Backend} {
		if of := p[s]; of != nil {
			v.Shows("D3", "the %s service was asked %d times and answered 200 %d times, the slowest answer took %s", s, of.asked, of.well, of.slowest)
		}
	}
}
