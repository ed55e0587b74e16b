package judge

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func asked(purpose, body string) func(*story) {
	return func(s *story) {
		x := get("/x", body)
		x.Purpose = purpose
		s.user().http(x, nil)
	}
}

// goodHealth are the answers of a healthy deployment (http.md 3.3, 5.1, 5.3, 5.5).
var goodHealth = map[endpoint]string{
	{fixtures.Auth, "/health"}:                     `{"status":"healthy","service":"auth-service","version":"1.0.0","timestamp":"t","uptime_seconds":1.5,"database_status":"connected","environment":"staging"}`,
	{fixtures.Auth, "/health/ready"}:               `{"status":"ready","service":"auth-service","version":"1.0.0","timestamp":"t","environment":"staging","database_status":"connected"}`,
	{fixtures.Auth, "/readiness"}:                  `{"status":"ready","service":"auth-service","version":"1.0.0","timestamp":"t","environment":"staging","database_status":"connected"}`,
	{fixtures.Auth, "/health/auth"}:                `{"status":"healthy","service":"auth-service","version":"1.0.0","timestamp":"t","environment":"staging","capabilities":{"jwt_validation":true,"session_management":true,"oauth_configured":true,"database_connected":true},"golden_path_ready":true,"warnings":[]}`,
	{fixtures.Auth, "/auth/health"}:                `{"status":"healthy","database_status":"connected"}`,
	{fixtures.Auth, "/auth/status"}:                `{"status":"running","service":"auth-service","version":"1.0.0"}`,
	{fixtures.Backend, "/health"}:                  `{"status":"ok"}`,
	{fixtures.Backend, "/health/"}:                 `{"status":"ok"}`,
	{fixtures.Backend, "/health/ready"}:            `{"status":"ready"}`,
	{fixtures.Backend, "/health/live"}:             `{"status":"ok"}`,
	{fixtures.Backend, "/health/startup"}:          `{"status":"ok"}`,
	{fixtures.Backend, "/health/backend"}:          `{"status":"ok"}`,
	{fixtures.Backend, "/api/health/health"}:       `{"status":"ok"}`,
	{fixtures.Backend, "/api/health/ready"}:        `{"status":"ok"}`,
	{fixtures.Backend, "/api/monitoring/ping"}:     `{"status":"ok","timestamp":"t","response_time_ms":0.5}`,
	{fixtures.Backend, "/health/database"}:         `{"status":"healthy","connected":true,"pool_status":"healthy","database_stats":{"active_connections":1,"last_activity":null},"timestamp":"t"}`,
	{fixtures.Backend, "/health/system"}:           `{"status":"healthy","system":{"cpu_percent":1,"memory":{"total":1,"available":1,"percent":1},"disk":{"total":1,"free":1,"percent":1}},"process":{"memory_rss":1,"memory_vms":1,"cpu_percent":1,"num_threads":1,"connections":1},"timestamp":"t"}`,
	{fixtures.Backend, "/health/pool-metrics"}:     `{"pool_configuration":{"pool_size":20,"max_overflow":30,"pool_timeout":30,"pool_recycle":1800,"max_connections":100},"current_status":{"sync_pool":null},"timestamp":"t"}`,
	{fixtures.Backend, "/health/infrastructure"}:   `{"status":"ok","infrastructure":{"store":"ok"},"circuit_breakers":{},"chat_functionality_impact":"none"}`,
	{fixtures.Backend, "/health/circuit-breakers"}: `{"health_summary":{"overall_health":"healthy","total_circuit_breakers":1,"closed_breakers":1,"open_breakers":0,"half_open_breakers":0,"open_breaker_names":[],"half_open_breaker_names":[],"timestamp":"t"},"all_statuses":{}}`,
	{fixtures.Backend, "/ws/health"}:               `{"status":"healthy","timestamp":"t","mode":"ssot_consolidated","components":{"manager":true,"message_router":true,"connection_monitor":true},"consolidation":{}}`,
	{fixtures.Backend, "/ws/beacon"}:               `{"service":"websocket_ssot","status":"operational","modes":["main"],"timestamp":"t"}`,
	{fixtures.Backend, "/ws/auth/permissiveness"}:  `{"validation_stats":{"auth_permissiveness_stats":{"total_attempts":3,"by_level":{"strict":3,"relaxed":0,"demo":0,"emergency":0},"successes":2,"failures":1}},"timestamp":"t"}`,
}

// says is the exchange of an endpoint; edits are pairs of what is replaced and by what.
func (s *story) says(at endpoint, status int, edits ...string) {
	x := get(at.path, strings.NewReplacer(edits...).Replace(goodHealth[at]))
	if at.service == fixtures.Auth {
		x.URL = s.header.Target.Auth + at.path
	}
	x.Purpose, x.Bearer, x.Status = history.PurposeHealth, false, status
	s.http(x, nil)
}

func endpointSaid(service fixtures.Service, path string, edits ...string) func(*story) {
	return func(s *story) { s.says(endpoint{service, path}, 200, edits...) }
}

func TestEveryHealthEndpointHasAnExpectation(t *testing.T) {
	require.Len(t, expectations, len(fixtures.HealthEndpoints))
	for _, e := range fixtures.HealthEndpoints {
		assert.Contains(t, expectations, endpoint{e.Service, e.Path})
		assert.Contains(t, goodHealth, endpoint{e.Service, e.Path})
	}
}

// Every member that an endpoint has to have is missed where the target declares its shape, and advice
// where it does not.
func TestEveryMissingMemberIsFound(t *testing.T) {
	for at, e := range expectations {
		for _, m := range e.has {
			for _, path := range m.paths {
				_, name, _ := strings.Cut("."+path, ".")
				name = name[strings.LastIndex(name, ".")+1:]
				for _, declared := range []bool{true, false} {
					s := newStory()
					if !declared {
						s.auto()
					}
					s.says(at, 200, `"`+name+`":`, `"other":`)
					s.end()
					found := s.judged()
					require.Contains(t, ids(found, declared), "health/endpoint", "%s %s", at, path)
					require.Contains(t, s.listing(found), name+" ("+m.kind+")", at)
				}
			}
		}
	}
}

var healthTrials = []trial{
	{name: "a list", hard: []string{"health/endpoint"}, about: "no JSON object", tell: asked(history.PurposeHealth, `[{"status":"unhealthy"}]`)},
	{name: "the whole family", tell: func(s *story) {
		for _, e := range fixtures.HealthEndpoints {
			s.says(endpoint{e.Service, e.Path}, 200)
		}
	}},
	{name: "the whole family at one address", tell: func(s *story) {
		s.header.Target.Auth = s.header.Target.API
		for _, e := range fixtures.HealthEndpoints {
			s.says(endpoint{e.Service, e.Path}, 200)
		}
	}},
	{name: "liveness alone", hard: []string{"health/endpoint"}, tell: endpointSaid(fixtures.Backend, "/health/live", "ok", "degraded")},
	{name: "a database that is away", hard: []string{"health/endpoint"}, tell: endpointSaid(fixtures.Auth, "/health", "connected", "error")},
	{name: "a database that is away, nothing declared", soft: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Auth, "/health", "connected", "error"))},
	{name: "not connected", hard: []string{"health/endpoint"}, about: "connected is false", tell: undeclared(endpointSaid(fixtures.Backend, "/health/database", `"connected":true`, `"connected":false`))},
	{name: "the historical auth service", hard: []string{"health/endpoint"}, tell: historical},
	{name: "the historical auth service, nothing declared", soft: []string{"health/endpoint"}, tell: undeclared(historical)},
	{name: "no golden path", hard: []string{"health/endpoint"}, about: "golden_path_ready is false", tell: undeclared(endpointSaid(fixtures.Auth, "/health/auth", `"golden_path_ready":true`, `"golden_path_ready":false`))},
	{name: "degraded, and no word of the golden path", hard: []string{"health/endpoint"}, soft: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Auth, "/health/auth", `"golden_path_ready":true,`, ``, "healthy", "degraded"))},
	{name: "tokens are not validated", hard: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Auth, "/health/auth", `"jwt_validation":true`, `"jwt_validation":false`))},
	{name: "not running", hard: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Auth, "/auth/status", "running", "stopping"))},
	{name: "figures of a process that cannot be read", hard: []string{"health/endpoint"}, tell: func(s *story) {
		x := get("/health/system", `{"status":"error","error":"no /proc/stat","timestamp":"t"}`)
		x.Purpose = history.PurposeHealth
		s.http(x, nil)
	}},
	{name: "a note instead of infrastructure", hard: []string{"health/endpoint"}, about: "lacks infrastructure", tell: func(s *story) {
		x := get("/health/infrastructure", `{"status":"ok","note":"not initialized"}`)
		x.Purpose = history.PurposeHealth
		s.http(x, nil)
	}},
	{name: "an open breaker", hard: []string{"health/endpoint"}, about: "open_breakers is 1", tell: undeclared(endpointSaid(fixtures.Backend, "/health/circuit-breakers", `"open_breakers":0`, `"open_breakers":1`))},
	{name: "breakers that are not healthy", hard: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Backend, "/health/circuit-breakers", `"healthy"`, `"degraded"`))},
	{name: "recursion", hard: []string{"health/endpoint"}, soft: []string{"health/endpoint"}, tell: undeclared(func(s *story) {
		x := get("/ws/health", `{"status":"unhealthy","error":"maximum recursion depth exceeded"}`)
		x.Purpose = history.PurposeHealth
		s.http(x, nil)
	})},
	{name: "no router, nothing declared", soft: []string{"health/endpoint"}, tell: undeclared(endpointSaid(fixtures.Backend, "/ws/health", `"message_router":true`, `"message_router":false`))},
	{name: "a bypass", hard: []string{"health/endpoint"}, about: "by_level.demo is 2", tell: undeclared(endpointSaid(fixtures.Backend, "/ws/auth/permissiveness", `"demo":0`, `"demo":2`))},

	{name: "one of two disagrees", hard: []string{"health/agree", "health/endpoint"}, about: "the backend service is not healthy according to /ws/health, and healthy according to /health, /health/ready", tell: func(s *story) {
		s.says(endpoint{fixtures.Backend, "/health"}, 200)
		s.says(endpoint{fixtures.Backend, "/ws/health"}, 200, "healthy", "unhealthy")
		s.says(endpoint{fixtures.Backend, "/health/ready"}, 200)
	}},
	{name: "one of two is unavailable", hard: []string{"health/agree", "infra/unavailable"}, tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Auth, "/auth/health"}, 503)
	}},
	{name: "two services disagree", hard: []string{"infra/unavailable"}, tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Backend, "/health"}, 503)
	}},
	{name: "one that became healthy", hard: []string{"infra/unavailable"}, tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 503)
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Auth, "/health/ready"}, 200)
	}},
	{name: "before and after a restart", hard: []string{"health/endpoint"}, tell: func(s *story) {
		s.says(endpoint{fixtures.Backend, "/health"}, 200)
		s.note(history.TopicRestart, "")
		s.says(endpoint{fixtures.Backend, "/health/live"}, 200, "ok", "starting")
	}},
	{name: "one that is missing", hard: []string{"infra/component-missing"}, tell: func(s *story) {
		s.says(endpoint{fixtures.Backend, "/health"}, 200)
		s.says(endpoint{fixtures.Backend, "/health/live"}, 404)
	}},
	{name: "one that may be missing, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(func(s *story) { s.says(endpoint{fixtures.Backend, "/health/live"}, 404) })},
	{name: "one that must be there, nothing declared", hard: []string{"infra/component-missing"}, tell: undeclared(func(s *story) { s.says(endpoint{fixtures.Backend, "/api/monitoring/ping"}, 404) })},

	{name: "degraded", hard: []string{"health/endpoint"}, tell: asked(history.PurposeHealth, `{"status":"degraded"}`)},
	{name: "unhealthy with 200", hard: []string{"health/endpoint"}, tell: asked(history.PurposeWarmUp, `{"status":"unhealthy"}`)},
	{name: "no status", hard: []string{"health/endpoint"}, tell: asked(history.PurposeHealth, `{}`)},
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

// historical is an auth service that is well and calls itself degraded (http.md 3.3).
func historical(s *story) {
	s.says(endpoint{fixtures.Auth, "/health"}, 200)
	s.says(endpoint{fixtures.Auth, "/health/auth"}, 200, `"healthy"`, `"degraded"`, `"session_management":true`, `"session_management":false`)
}
