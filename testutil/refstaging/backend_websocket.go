package refstaging

import (
	"net/http"
	"sync/atomic"

	"github.com/gorilla/websocket"
)

// modes are advertised; main is the only one that is served, for every mode asked for.
var modes = []string{"main", "factory", "isolated", "legacy"}

func (b *backend) addWebSocket(t routes) {
	t.on("GET", "/ws", b.upgrade)
	t.on("GET", "/api/v1/websocket", b.upgradeOrDescribe)
	t.on("POST", "/api/v1/websocket", b.prepareSession)
	t.on("GET", "/api/v1/websocket/protected", b.authenticated(b.protected))
	t.on("GET HEAD OPTIONS", "/ws/health", b.socketHealth)
	t.on("GET HEAD OPTIONS", "/ws/beacon", b.beacon)
	t.on("GET", "/ws/config", b.socketConfig)
	t.on("GET", "/ws/stats", b.socketStats)
	t.on("GET", "/ws/factory/status", b.factory)
	t.on("GET", "/ws/factory/health", b.factory)
	t.on("GET", "/ws/auth/permissiveness", b.permissiveness)
}

// upgrade answers 426 to a request that is no upgrade (websocket.md 3.2).
func (b *backend) upgrade(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		answer(w, http.StatusUpgradeRequired, detail{"This is a WebSocket: send an upgrade"})
		return
	}
	b.gateway.ServeHTTP(w, r)
}

func (b *backend) upgradeOrDescribe(w http.ResponseWriter, r *http.Request) {
	if websocket.IsWebSocketUpgrade(r) {
		b.gateway.ServeHTTP(w, r)
		return
	}
	type endpoints struct {
		WebSocket string `json:"websocket"`
		Health    string `json:"health"`
		Config    string `json:"config"`
	}
	type data struct {
		Service    string    `json:"service"`
		Status     string    `json:"status"`
		Modes      []string  `json:"modes"`
		Endpoints  endpoints `json:"endpoints"`
		Compliance bool      `json:"ssot_compliance"`
	}
	answer(w, http.StatusOK, struct {
		Data      data   `json:"data"`
		Timestamp string `json:"timestamp"`
	}{data{"websocket_ssot", "operational", modes, endpoints{"/ws", "/ws/health", "/ws/config"}, true}, b.clock.now().Format(zoneMicros)})
}

// prepareSession asks for no authentication: the session that follows does (http.md 5.3).
func (b *backend) prepareSession(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusCreated, struct {
		ID      string `json:"session_id"`
		URL     string `json:"websocket_url"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}{"ws_session_" + hex8(), "/ws", "WebSocket session prepared successfully", "ready"})
}

func (b *backend) protected(w http.ResponseWriter, _ *http.Request, user Identity) {
	answer(w, http.StatusOK, struct {
		Message string `json:"message"`
		UserID  string `json:"user_id"`
		Level   string `json:"access_level"`
	}{"Access granted", abbreviated(user.UserID), "protected"})
}

func (b *backend) socketHealth(w http.ResponseWriter, _ *http.Request) {
	type components struct {
		Manager bool `json:"manager"`
		Router  bool `json:"message_router"`
		Monitor bool `json:"connection_monitor"`
	}
	state, working := "healthy", true
	if b.check("backend") != nil {
		state, working = "unhealthy", false
	}
	answer(w, http.StatusOK, struct {
		Status        string         `json:"status"`
		Timestamp     string         `json:"timestamp"`
		Mode          string         `json:"mode"`
		Components    components     `json:"components"`
		Consolidation map[string]any `json:"consolidation"`
	}{state, b.clock.now().Format(zoneMicros), "ssot_consolidated", components{working, working, working}, map[string]any{}})
}

func (b *backend) beacon(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, struct {
		Service       string   `json:"service"`
		Status        string   `json:"status"`
		Consolidation string   `json:"consolidation"`
		Modes         []string `json:"modes"`
		Compliance    bool     `json:"ssot_compliance"`
		Timestamp     string   `json:"timestamp"`
	}{"websocket_ssot", "operational", "complete", modes, true, b.clock.now().Format(zoneMicros)})
}

// socketConfig advertises what the platform advertises, enforced or not (websocket.md 3.2).
func (b *backend) socketConfig(w http.ResponseWriter, _ *http.Request) {
	type config struct {
		Heartbeat   int  `json:"heartbeat_interval"`
		Timeout     int  `json:"connection_timeout"`
		Size        int  `json:"max_message_size"`
		Compression bool `json:"compression_enabled"`
	}
	answer(w, http.StatusOK, struct {
		Config    config         `json:"websocket_config"`
		Features  map[string]any `json:"ssot_features"`
		Manager   bool           `json:"manager_available"`
		Timestamp string         `json:"timestamp"`
	}{config{30, 300, 1 << 20, true}, map[string]any{}, true, b.clock.now().Format(zoneMicros)})
}

func (b *backend) socketStats(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, struct {
		Stats      map[string]any `json:"ssot_stats"`
		Components map[string]any `json:"active_components"`
		Modes      []string       `json:"modes_available"`
		Timestamp  string         `json:"timestamp"`
	}{map[string]any{}, map[string]any{}, modes, b.clock.now().Format(zoneMicros)})
}

func (b *backend) factory(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, struct {
		Mode      string   `json:"mode"`
		Status    string   `json:"status"`
		Features  []string `json:"features"`
		Timestamp string   `json:"timestamp"`
	}{"factory", "operational", []string{"user_isolation", "pre_auth", "per_user_emitters"}, b.clock.now().Format(zoneMicros)})
}

// authStats counts upgrades; every one of them was judged strictly.
type authStats struct{ successes, failures atomic.Int64 }

func (s *authStats) count(success bool) {
	if success {
		s.successes.Add(1)
	} else {
		s.failures.Add(1)
	}
}

func (b *backend) permissiveness(w http.ResponseWriter, _ *http.Request) {
	type levels struct {
		Strict    int64 `json:"strict"`
		Relaxed   int64 `json:"relaxed"`
		Demo      int64 `json:"demo"`
		Emergency int64 `json:"emergency"`
	}
	type stats struct {
		Total     int64  `json:"total_attempts"`
		Levels    levels `json:"by_level"`
		Successes int64  `json:"successes"`
		Failures  int64  `json:"failures"`
	}
	won, lost := b.gateway.stats.successes.Load(), b.gateway.stats.failures.Load()
	answer(w, http.StatusOK, map[string]any{
		"validation_stats": map[string]any{
			"auth_permissiveness_stats": stats{won + lost, levels{Strict: won + lost}, won, lost},
		},
		"timestamp": b.clock.now().Format(zoneMicros),
	})
}
