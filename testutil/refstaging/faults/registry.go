package faults

import (
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var registryFaults = map[string]fault{
	"registry-async-lookup-missing": func(s *seams) { s.failing(every, "Agent triage not found in registry") },
	"registry-empty": func(s *seams) {
		around(&s.Hooks.Registry.Lookup, func(refstaging.Lookup) refstaging.Lookup {
			return func(string) (refstaging.Agent, bool) { return nil, false }
		})
		s.app(at("GET /api/agents/stream", altered(func(_ *http.Request, all map[string]any) {
			if all["supported_agents"] != nil {
				all["supported_agents"] = []string{}
			}
		})))
	},
	"registry-class-used-as-instance": func(s *seams) {
		s.failing(every, "'AgentClassRegistry' object has no attribute 'get'")
	},
	"registry-agent-service-missing": func(s *seams) {
		s.app(at("/api/agents/*", status(http.StatusUnprocessableEntity,
			`{"detail":[{"type":"missing","loc":["query","agent_service"],"msg":"Field required","input":null}]}`)))
		s.emitting(func(func(refstaging.Event), refstaging.Event) {})
	},
	// The supervisor is found in one registry, agents that are asked for by name in the other.
	"registry-duplicate-classes": func(s *seams) {
		s.failing(func(name string) bool { return name != "supervisor" }, "'AgentRegistry' object has no attribute 'get_agent'")
	},
}
