package refstaging

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

func (b *backend) addInfo(t routes) {
	t.on("GET", "/{$}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"message": "Welcome to Netra API"})
	})
	t.on("GET", "/api/config/public", b.publicConfig)
	t.on("GET", "/api/discovery/services", b.discovery)
	t.on("GET", "/api/discovery/services/{name}", b.discoverOne)
	t.on("GET", "/api/circuit-breakers/status", b.breakers)
}

func (b *backend) publicConfig(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, struct {
		Environment string          `json:"environment"`
		Name        string          `json:"app_name"`
		Version     string          `json:"version"`
		Features    map[string]bool `json:"features"`
	}{environment, "netra", b.version("backend", served(r).Revision()), map[string]bool{"websocket": true, "multi_agent": true}})
}

// discovered is where a service is reached.
type discovered struct {
	Port      int     `json:"port"`
	URL       string  `json:"url"`
	APIURL    *string `json:"api_url"`
	SocketURL *string `json:"ws_url"`
	Timestamp string  `json:"timestamp"`
	CORS      *string `json:"cors_metadata"`
}

func (b *backend) services() map[string]discovered {
	now := b.clock.now().Format(naiveMicros)
	return map[string]discovered{
		"backend":  {portOf(b.urls.api), b.urls.api, &b.urls.api, &b.urls.websocket, now, nil},
		"frontend": {portOf(b.urls.app), b.urls.app, nil, nil, now, nil},
		"auth":     {portOf(b.urls.auth), b.urls.auth, &b.urls.auth, nil, now, nil},
	}
}

// portOf is 443 or 80 for a URL that names none.
func portOf(address string) int {
	parsed, err := url.Parse(address)
	if err != nil {
		return 0
	}
	if port, err := strconv.Atoi(parsed.Port()); err == nil {
		return port
	}
	if parsed.Scheme == "https" {
		return 443
	}
	return 80
}

func (b *backend) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, struct {
		Services  map[string]discovered `json:"services"`
		Timestamp string                `json:"timestamp"`
		Available bool                  `json:"available"`
	}{b.services(), b.clock.now().Format(naiveMicros), false})
}

func (b *backend) discoverOne(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	found, ok := b.services()[name]
	if !ok {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, fmt.Sprintf("Service '%s' not found in discovery", name))
		return
	}
	answer(w, http.StatusOK, found)
}

// breakers has one to report, the one around the auth service.
func (b *backend) breakers(w http.ResponseWriter, _ *http.Request) {
	type summary struct {
		Total  int `json:"total_breakers"`
		Open   int `json:"open_breakers"`
		Half   int `json:"half_open_breakers"`
		Closed int `json:"closed_breakers"`
	}
	answer(w, http.StatusOK, struct {
		Status   string         `json:"status"`
		Summary  summary        `json:"summary"`
		Breakers map[string]any `json:"circuit_breakers"`
	}{"ok", summary{Total: 1, Closed: 1}, map[string]any{"auth_service": b.breaker.view()}})
}
