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
	{name: "one agent of six", hard: []string{"health/agents"}, about: "does not list supervisor, triage, optimization, actions, reporting:",
		tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":["data"]}`)},
	{name: "five agents and a stranger", hard: []string{"health/agents"}, about: "does not list triage:",
		tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":["supervisor","Triage","data","optimization","actions","reporting"]}`)},
	{name: "names that are no texts", hard: []string{"health/agents"}, tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":[1,{"name":"data"},["triage"],null]}`)},
	{name: "six agents", tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":["supervisor","triage","data","optimization","actions","reporting"]}`)},
	{name: "more than the six, in another order", tell: asked(history.PurposeAgents, `{"available":true,"supported_agents":["reporting","corpus","actions","data","triage","optimization","supervisor"]}`)},
}
