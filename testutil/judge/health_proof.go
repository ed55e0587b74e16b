package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// proofRules are criterion D3, together with healthRules: that what the endpoints say is no constant.
var proofRules = []Rule{
	{
		ID: "health/reached", Hard: true, Criterion: "D3", Source: "deployment.md 7, D3",
		Says:  "Where a story measures D3, the endpoints that it names answer 200 themselves, without a redirect, within 10 s. The auth service says that the golden path is ready, and not that its database is away.",
		State: reached,
	},
	{
		ID: "health/fresh", Hard: true, Criterion: "D3", Source: "issue #4, Rules; http.md 2.1 (11)",
		Says:  "What a health endpoint says was found out for the request: its time is not a minute old, and neither time nor uptime is the same a second later. A story that measures D3 sees that of each service.",
		State: freshAnswers,
	},
}

// healthLimit is deployment.md 7's, D3.
const healthLimit = 10 * time.Second

// criterionD3 are the endpoints that it names.
var criterionD3 = []endpoint{
	{fixtures.Auth, "/health"}, {fixtures.Auth, "/health/auth"}, {fixtures.Backend, "/health"}, {fixtures.Backend, "/api/monitoring/ping"},
}

// reached says more plainly, and once more, what rules infra/ say of any exchange: here it is about D3, of
// which not to be reached is a failure.
func reached() Hooks {
	asked := map[endpoint]bool{}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if x.Purpose != history.PurposeHealth || !v.Measuring("D3") || !slices.ContainsFunc(v.endpointsAt(x.URL), isOfD3) {
				return
			}
			if isBan(x.Broken) {
				return // the suite did not ask
			}
			for _, e := range v.endpointsAt(x.URL) {
				asked[endpoint{e.Service, e.Path}] = true
			}
			switch {
			case x.Broken != nil:
				v.Report(v.Here(), "%s was not answered: %s", what(x), quote(x.Broken.Error))
			case x.Status != 200:
				v.Report(v.Here(), "%s was answered %s", what(x), status(x.Status))
			case x.Took > healthLimit:
				v.Report(v.Here(), "%s was answered after %s, and within %s it has to be", what(x), x.Took, healthLimit)
			default:
				authIsReady(v)
			}
		},
		End: func(v *View) {
			for _, e := range criterionD3 {
				if !asked[e] {
					v.Unmeasured("D3", nil, "%s of the %s service was not asked", e.path, e.service)
				}
			}
		},
	}
}

// away are words for a database that is none, beside the one for which rule health/endpoint waits: on a target
// that declares no shape another word for a good one may be right.
var away = []string{"error", "failed", "disconnected", "not_connected", "unhealthy", "unavailable", "down"}

// authIsReady is what the criterion asks of the auth service whatever shape the target declares.
func authIsReady(v *View) {
	x := v.Record.Exchange
	fields := object(x)
	for _, e := range v.endpointsAt(x.URL) {
		switch (endpoint{e.Service, e.Path}) {
		case endpoint{fixtures.Auth, "/health"}:
			if word := text(fields, "database_status"); slices.Contains(away, strings.ToLower(word)) {
				v.Report(v.Here(), "%s says database_status %s", what(x), quote(word))
			}
		case endpoint{fixtures.Auth, "/health/auth"}:
			if _, said := fields["golden_path_ready"].(bool); !said { // that it is false is health/endpoint's to say
				v.Report(v.Here(), "%s does not say golden_path_ready: %s", what(x), quote(x.Body))
			}
		}
	}
}

func isOfD3(e fixtures.HealthEndpoint) bool {
	return slices.Contains(criterionD3, endpoint{e.Service, e.Path})
}
