package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

func asked(purpose, body string) func(*story) {
	return func(s *story) {
		x := get("/x", body)
		x.Purpose = purpose
		s.user().http(x, nil)
	}
}

var healthTrials = []trial{
	{name: "degraded", hard: []string{"health/status"}, tell: asked(history.PurposeHealth, `{"status":"degraded"}`)},
	{name: "unhealthy with 200", hard: []string{"health/status"}, tell: asked(history.PurposeWarmUp, `{"status":"unhealthy"}`)},
	{name: "no status", hard: []string{"health/status"}, tell: asked(history.PurposeHealth, `{}`)},
	{name: "ready", tell: asked(history.PurposeHealth, `{"status":"ready"}`)},
	{name: "no agents", hard: []string{"health/agents"}, tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":[]}`)},
	{name: "no registry", hard: []string{"health/agents"}, tell: asked(history.PurposeAgents, `{"available":false,"supported_agents":["data"]}`)},
	{name: "six agents", tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":["data"]}`)},
}
