package judge

import (
	"net/http"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

var healthRules = []Rule{
	{
		ID: "health/endpoint", Hard: true, Criterion: "D3", Source: "issue #3, Health family; http.md 3.3, 5.1, 5.3, 5.5",
		Says:  "Every health endpoint says what the reference has it say: its status is ok, healthy or ready, and degraded with 200 is not; no circuit breaker is open; no credentials were let in unchecked. Other members are advice, unless the target declares its shape.",
		Hooks: Hooks{Exchange: endpointSays},
	},
	{
		ID: "health/agree", Hard: true, Criterion: "D3", Source: "issue #3, Health family; deployment.md 7, D3",
		Says:  "The health endpoints of one service do not contradict each other.",
		State: agreement,
	},
	{
		ID: "health/agents", Hard: true, Source: "http.md 5.4",
		Says:  "The agent registry is available and lists at least the six documented agents.",
		Hooks: Hooks{Exchange: agentsListed},
	},
}

func isHealth(x *history.Exchange) bool {
	return x.Purpose == history.PurposeHealth || x.Purpose == history.PurposeWarmUp
}

// endpointsAt returns the health endpoints that a URL is one of: none, or one, or one of each service
// where both have the same address.
func (v *View) endpointsAt(url string) []fixtures.HealthEndpoint {
	path, _, _ := strings.Cut(url, "?")
	base := map[fixtures.Service]string{fixtures.Auth: v.Header.Target.Auth, fixtures.Backend: v.Header.Target.API}
	var found []fixtures.HealthEndpoint
	for _, e := range fixtures.HealthEndpoints {
		if strings.TrimSuffix(base[e.Service], "/")+e.Path == path {
			found = append(found, e)
		}
	}
	return found
}

// endpointSays is content with an answer that is right for one of the endpoints that it may be of.
func endpointSays(v *View) {
	x := v.Record.Exchange
	if !isHealth(x) || !succeeded(x) {
		return
	}
	fields := object(x)
	if fields == nil {
		noObject(v)
		return
	}
	flaws := anyHealth.flaws(fields)
	for i, e := range v.endpointsAt(x.URL) {
		if said := expectations[endpoint{e.Service, e.Path}].flaws(fields); i == 0 || len(said) < len(flaws) {
			flaws = said
		}
	}
	for _, f := range flaws {
		v.ReportAs(f.always || v.Declared(), v.Here(), "%s %s: %s", what(x), f.text, quote(x.Body))
	}
}

// agreement keeps what each endpoint said last, so that a service which became healthy contradicts nobody.
// A restart makes all of it void.
func agreement() Hooks {
	type word struct {
		fixtures.HealthEndpoint
		seq     uint64
		healthy bool
	}
	var last []word // one for each endpoint at most
	return Hooks{
		Exchange: func(v *View) {
			if !isHealth(v.Record.Exchange) {
				return
			}
			for _, e := range v.endpointsAt(v.Record.Exchange.URL) {
				if healthy, said := verdictAt(v, e); said {
					last = slices.DeleteFunc(last, func(w word) bool { return w.HealthEndpoint == e })
					last = append(last, word{e, v.Record.Seq, healthy})
				}
			}
		},
		Note: func(v *View) {
			if n := v.Record.Note; n != nil && n.Topic == history.TopicRestart {
				last = nil
			}
		},
		End: func(v *View) {
			for _, service := range []fixtures.Service{fixtures.Auth, fixtures.Backend} {
				var good, bad []string
				var proof []uint64
				for _, w := range last {
					switch {
					case w.Service != service:
						continue
					case w.healthy:
						good = append(good, w.Path)
					default:
						bad = append(bad, w.Path)
					}
					proof = append(proof, w.seq)
				}
				if len(good) > 0 && len(bad) > 0 {
					v.Report(proof, "the %s service is not healthy according to %s, and healthy according to %s", service, strings.Join(bad, ", "), strings.Join(good, ", "))
				}
			}
		},
	}
}

// verdictAt tells whether the answer at hand calls the service healthy, if it says anything about that.
func verdictAt(v *View, e fixtures.HealthEndpoint) (healthy, said bool) {
	x, asked := v.Record.Exchange, expectations[endpoint{e.Service, e.Path}]
	fields := object(x)
	switch {
	case x.Broken != nil || asked.status == "" || fields == nil:
		return false, false
	case x.Status/100 == 2:
		return !slices.ContainsFunc(asked.flaws(fields), func(f flaw) bool { return f.always }), true
	}
	return false, x.Status == http.StatusServiceUnavailable
}

func agentsListed(v *View) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeAgents || !succeeded(x) {
		return
	}
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	available, _ := fields["available"].(bool)
	list, _ := fields["supported_agents"].([]any)
	missing := slices.DeleteFunc(slices.Clone(fixtures.AgentNames), func(name string) bool { return slices.Contains(list, any(name)) })
	switch {
	case !available:
		v.Report(v.Here(), "the registry is not available, and lists %d agents: %s", len(list), quote(x.Body))
	case len(missing) > 0:
		v.Report(v.Here(), "the registry does not list %s: %s", strings.Join(missing, ", "), quote(x.Body))
	}
}
