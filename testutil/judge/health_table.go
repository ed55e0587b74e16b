package judge

import "github.com/netra-systems/staging-e2e/fixtures"

// An endpoint is where a service is asked.
type endpoint struct {
	service fixtures.Service
	path    string
}

var (
	well      = []string{"ok", "healthy", "ready"} // http.md 5.1, Client
	anyHealth = expectation{status: "status", well: well}
	ofAuth    = texts("service", "version", "timestamp", "environment") // http.md 3.3
)

// expectations are those of fixtures.HealthEndpoints, row by row of http.md 3.3, 5.1, 5.3 and 5.5.
var expectations = map[endpoint]expectation{
	{fixtures.Auth, "/health"}: {
		status: "status", well: well, also: connected,
		has: []members{ofAuth, texts("database_status"), numbers("uptime_seconds")},
	},
	{fixtures.Auth, "/health/ready"}: {status: "status", well: well, also: connected, has: []members{ofAuth, texts("database_status")}},
	{fixtures.Auth, "/readiness"}:    {status: "status", well: well, also: connected, has: []members{ofAuth, texts("database_status")}},
	{fixtures.Auth, "/health/auth"}: {
		status: "status", well: append([]string{"degraded"}, well...), also: goldenPath,
		has: []members{
			ofAuth, truths("golden_path_ready"),
			truths("jwt_validation", "session_management", "oauth_configured", "database_connected").under("capabilities"),
		},
	},
	{fixtures.Auth, "/auth/health"}: {status: "status", well: well, also: connected, has: []members{texts("database_status")}},
	{fixtures.Auth, "/auth/status"}: {status: "status", well: []string{"running"}, has: []members{texts("service", "version")}},

	{fixtures.Backend, "/health"}:            anyHealth,
	{fixtures.Backend, "/health/"}:           anyHealth,
	{fixtures.Backend, "/health/ready"}:      anyHealth,
	{fixtures.Backend, "/health/live"}:       anyHealth,
	{fixtures.Backend, "/health/startup"}:    anyHealth,
	{fixtures.Backend, "/health/backend"}:    anyHealth,
	{fixtures.Backend, "/api/health/health"}: anyHealth,
	{fixtures.Backend, "/api/health/ready"}:  anyHealth,
	{fixtures.Backend, "/api/monitoring/ping"}: {
		status: "status", well: well,
		has: []members{texts("timestamp"), numbers("response_time_ms")},
	},
	{fixtures.Backend, "/health/database"}: {
		status: "status", well: well,
		has:  []members{truths("connected"), texts("pool_status", "timestamp"), numbers("database_stats.active_connections")},
		also: func(fields map[string]any) []flaw { return untrue(fields, true, "connected") },
	},
	{fixtures.Backend, "/health/system"}: {
		status: "status", well: well,
		has: []members{
			texts("timestamp"),
			numbers("cpu_percent", "memory.total", "memory.available", "memory.percent", "disk.total", "disk.free", "disk.percent").under("system"),
			numbers("memory_rss", "memory_vms", "cpu_percent", "num_threads", "connections").under("process"),
		},
	},
	{fixtures.Backend, "/health/pool-metrics"}: {
		has: []members{
			numbers("pool_size", "max_overflow", "pool_timeout", "pool_recycle", "max_connections").under("pool_configuration"),
			objects("current_status"), texts("timestamp"),
		},
	},
	{fixtures.Backend, "/health/infrastructure"}: {
		// One whose parts fail says ok and a note instead of these.
		status: "status", well: well,
		has: []members{objects("infrastructure", "circuit_breakers")},
	},
	{fixtures.Backend, "/health/circuit-breakers"}: {
		status: "health_summary.overall_health", well: well,
		has: []members{
			objects("all_statuses"), lists("health_summary.open_breaker_names"),
			numbers("total_circuit_breakers", "closed_breakers", "open_breakers", "half_open_breakers").under("health_summary"),
		},
		also: func(fields map[string]any) []flaw { return counted(fields, "health_summary.open_breakers") },
	},
	{fixtures.Backend, "/ws/health"}: {
		status: "status", well: well, also: components,
		has: []members{texts("timestamp", "mode"), truths("components.manager", "components.message_router", "components.connection_monitor")},
	},
	{fixtures.Backend, "/ws/beacon"}: {
		status: "status", well: []string{"operational"},
		has: []members{texts("service", "timestamp"), lists("modes")},
	},
	{fixtures.Backend, "/ws/auth/permissiveness"}: {
		has: []members{
			numbers("total_attempts", "by_level.strict", "by_level.relaxed", "by_level.demo", "by_level.emergency", "successes", "failures").under(permissiveness),
		},
		// Who was let in otherwise was not checked: a bypass (http.md 5.3).
		also: func(fields map[string]any) []flaw {
			return counted(fields, permissiveness+".by_level.relaxed", permissiveness+".by_level.demo", permissiveness+".by_level.emergency")
		},
	},
}

const permissiveness = "validation_stats.auth_permissiveness_stats"

// connected wants the database that an auth service says it has (http.md 3.3).
func connected(fields map[string]any) []flaw {
	if said := text(fields, "database_status"); said != "" && said != "connected" {
		return []flaw{{"says database_status " + quote(said), false}}
	}
	return nil
}

// goldenPath forgives the historical service that is ready and yet calls itself degraded, since it never
// says session_management (http.md 3.3).
func goldenPath(fields map[string]any) []flaw {
	ready, _ := fields["golden_path_ready"].(bool)
	list := untrue(fields, true, "golden_path_ready", "capabilities.jwt_validation", "capabilities.database_connected")
	if text(fields, "status") == "degraded" {
		list = append(list, flaw{`says status "degraded"`, !ready})
	}
	return append(list, untrue(fields, false, "capabilities.session_management", "capabilities.oauth_configured")...)
}

func components(fields map[string]any) []flaw {
	return untrue(fields, false, "components.manager", "components.message_router", "components.connection_monitor")
}
