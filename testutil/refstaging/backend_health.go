package refstaging

import (
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/process"
)

func (b *backend) addHealth(t routes) {
	t.on("GET HEAD OPTIONS", "/health", b.probe("ok"))
	t.on("GET HEAD OPTIONS", "/health/{$}", b.probe("ok"))
	t.on("GET HEAD", "/health/ready", b.probe("ready"))
	for _, path := range []string{"/health/live", "/health/startup", "/health/backend", "/api/health/health", "/api/health/ready"} {
		t.on("GET HEAD", path, b.probe("ok"))
	}
	t.on("GET", "/health/database", b.database)
	t.on("GET", "/health/system", b.system)
	t.on("GET", "/health/pool-metrics", b.pool)
	t.on("GET", "/health/infrastructure", b.infrastructure)
	t.on("GET", "/health/circuit-breakers", b.breakerHealth)
	t.on("GET", "/api/monitoring/ping", b.ping)
	t.on("GET", "/api/system/debug/async_tasks", b.asyncTasks)
	t.on("GET", "/api/monitoring/isolation/metrics", b.authenticated(b.isolation))
}

func (b *backend) probe(status string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := b.check("backend"); err != nil {
			answer(w, http.StatusServiceUnavailable, map[string]string{"status": "unhealthy", "message": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]string{"status": status})
	}
}

// ping is the honest probe of what the backend depends on.
func (b *backend) ping(w http.ResponseWriter, _ *http.Request) {
	begin := b.clock.now()
	if b.check("backend") != nil {
		b.fail(w, http.StatusServiceUnavailable, http.StatusServiceUnavailable, "Database connectivity test failed")
		return
	}
	now := b.clock.now()
	answer(w, http.StatusOK, struct {
		Status    string  `json:"status"`
		Timestamp string  `json:"timestamp"`
		Elapsed   float64 `json:"response_time_ms"`
	}{"ok", now.Format(naiveMicros), float64(now.Sub(begin)) / float64(time.Millisecond)})
}

// database counts what holds the store, as the platform's connections to its database would: the runs at
// work, and this question.
func (b *backend) database(w http.ResponseWriter, _ *http.Request) {
	type stats struct {
		Active int    `json:"active_connections"`
		Last   string `json:"last_activity"`
	}
	now := b.clock.now().Format(zoneMicros)
	state, connected, status := "healthy", true, http.StatusOK
	if b.check("backend") != nil {
		state, connected, status = "unhealthy", false, http.StatusServiceUnavailable
	}
	answer(w, status, struct {
		Status    string `json:"status"`
		Connected bool   `json:"connected"`
		Pool      string `json:"pool_status"`
		Stats     stats  `json:"database_stats"`
		Timestamp string `json:"timestamp"`
	}{state, connected, state, stats{1 + int(b.runs.working.Load()), now}, now})
}

// system answers 200 even when it fails (http.md 5.5).
func (b *backend) system(w http.ResponseWriter, _ *http.Request) {
	if err := b.check("backend"); err != nil {
		answer(w, http.StatusOK, map[string]string{"status": "error", "error": err.Error(), "timestamp": b.clock.now().Format(zoneMicros)})
		return
	}
	own, machine := process.Read(b.started)
	own.Connections = int(b.connections.Load())
	answer(w, http.StatusOK, struct {
		Status    string          `json:"status"`
		System    process.Machine `json:"system"`
		Process   process.Figures `json:"process"`
		Timestamp string          `json:"timestamp"`
	}{"healthy", machine, own, b.clock.now().Format(zoneMicros)})
}

// pool reports the store's limits; it is in memory and has no pool, hence the nulls.
func (b *backend) pool(w http.ResponseWriter, _ *http.Request) {
	type configuration struct {
		Size        int `json:"pool_size"`
		Overflow    int `json:"max_overflow"`
		Timeout     int `json:"pool_timeout"`
		Recycle     int `json:"pool_recycle"`
		Connections int `json:"max_connections"`
	}
	type current struct {
		Timestamp string  `json:"timestamp"`
		Sync      *string `json:"sync_pool"`
		Async     *string `json:"async_pool"`
		Health    string  `json:"health"`
	}
	now := b.clock.now().Format(zoneMicros)
	answer(w, http.StatusOK, struct {
		Configuration configuration `json:"pool_configuration"`
		Current       current       `json:"current_status"`
		Timestamp     string        `json:"timestamp"`
	}{configuration{20, 30, 30, 1800, 100}, current{now, nil, nil, "healthy"}, now})
}

func (b *backend) infrastructure(w http.ResponseWriter, _ *http.Request) {
	state, impact, status := "ok", "none", http.StatusOK
	if b.check("backend") != nil {
		state, impact, status = "critical", "chat is not available", http.StatusServiceUnavailable
	}
	answer(w, status, struct {
		Status   string         `json:"status"`
		Parts    map[string]any `json:"infrastructure"`
		Breakers map[string]any `json:"circuit_breakers"`
		Impact   string         `json:"chat_functionality_impact"`
	}{state, map[string]any{"store": state}, map[string]any{}, impact})
}

func (b *backend) breakerHealth(w http.ResponseWriter, _ *http.Request) {
	type summary struct {
		Overall   string   `json:"overall_health"`
		Total     int      `json:"total_circuit_breakers"`
		Closed    int      `json:"closed_breakers"`
		Open      int      `json:"open_breakers"`
		Half      int      `json:"half_open_breakers"`
		OpenNames []string `json:"open_breaker_names"`
		HalfNames []string `json:"half_open_breaker_names"`
		Timestamp string   `json:"timestamp"`
	}
	answer(w, http.StatusOK, struct {
		Summary  summary        `json:"health_summary"`
		Statuses map[string]any `json:"all_statuses"`
	}{summary{"healthy", 0, 0, 0, 0, []string{}, []string{}, b.clock.now().Format(naiveMicros)}, map[string]any{}})
}

// asyncTasks lists the goroutines of connections and runs: a leak shows as growth.
func (b *backend) asyncTasks(w http.ResponseWriter, _ *http.Request) {
	type task struct {
		Name      string `json:"name"`
		Done      bool   `json:"done"`
		Cancelled bool   `json:"cancelled"`
	}
	shown := []task{}
	for _, name := range b.tasks.running() {
		shown = append(shown, task{Name: name})
	}
	answer(w, http.StatusOK, struct {
		Total int    `json:"total_tasks"`
		Tasks []task `json:"tasks"`
	}{len(shown), shown})
}

func (b *backend) isolation(w http.ResponseWriter, _ *http.Request, _ Identity) {
	users, sessions := b.hub.census()
	answer(w, http.StatusOK, struct {
		Leaks    int `json:"session_leak_count"`
		Users    int `json:"concurrent_users"`
		Sessions int `json:"active_sessions"`
	}{0, users, sessions})
}
