package refstaging

import (
	"net/http"
	"time"
)

func (a *authService) addHealth(t routes) {
	t.on("GET HEAD", "/{$}", a.banner)
	t.on("GET HEAD", "/health", a.health)
	t.on("GET HEAD", "/health/ready", a.ready)
	t.on("GET HEAD", "/readiness", a.ready)
	t.on("GET HEAD", "/health/auth", a.capabilities)
	t.on("GET", "/auth/health", a.health)
	t.on("GET HEAD", "/auth/status", a.status)
}

// about is what every health answer of the auth service begins with.
type about struct {
	Status    string `json:"status"`
	Service   string `json:"service"`
	Version   string `json:"version"`
	Timestamp string `json:"timestamp,omitzero"`
}

func (a *authService) about(r *http.Request, status string) about {
	return about{status, authName, a.version("auth", served(r).Revision()), a.clock.now().Format(zoneMicros)}
}

func (a *authService) banner(w http.ResponseWriter, r *http.Request) {
	shown := a.about(r, "running")
	shown.Timestamp = ""
	answer(w, http.StatusOK, shown)
}

func (a *authService) status(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, a.about(r, "running"))
}

func (a *authService) health(w http.ResponseWriter, r *http.Request) {
	shown := struct {
		about
		Uptime      float64 `json:"uptime_seconds"`
		Database    string  `json:"database_status"`
		Reason      string  `json:"reason,omitzero"`
		Environment string  `json:"environment"`
	}{a.about(r, "healthy"), time.Since(served(r).Began).Seconds(), "connected", "", environment}
	status := http.StatusOK
	if err := a.check("auth"); err != nil {
		status, shown.Status, shown.Database, shown.Reason = http.StatusServiceUnavailable, "unhealthy", "error", err.Error()
	}
	answer(w, status, shown)
}

func (a *authService) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.check("auth"); err != nil {
		answer(w, http.StatusServiceUnavailable, struct {
			Status      string `json:"status"`
			Service     string `json:"service"`
			Reason      string `json:"reason"`
			Environment string `json:"environment"`
			Timestamp   string `json:"timestamp"`
		}{"not_ready", authName, err.Error(), environment, a.clock.now().Format(zoneMicros)})
		return
	}
	answer(w, http.StatusOK, struct {
		about
		Environment string `json:"environment"`
		Database    string `json:"database_status"`
	}{a.about(r, "ready"), environment, "connected"})
}

type authCapabilities struct {
	JWT      bool `json:"jwt_validation"`
	Sessions bool `json:"session_management"`
	OAuth    bool `json:"oauth_configured"`
	Database bool `json:"database_connected"`
}

// capabilities says oauth_configured because logins work: simulated and by password.
func (a *authService) capabilities(w http.ResponseWriter, r *http.Request) {
	err := a.check("auth")
	status, state, reason := http.StatusOK, "healthy", ""
	if err != nil {
		status, state, reason = http.StatusServiceUnavailable, "unhealthy", err.Error()
	}
	working := err == nil
	answer(w, status, struct {
		about
		Environment  string           `json:"environment"`
		Capabilities authCapabilities `json:"capabilities"`
		Ready        bool             `json:"golden_path_ready"`
		Warnings     []string         `json:"warnings"`
		Error        string           `json:"error,omitzero"`
	}{a.about(r, state), environment, authCapabilities{working, working, working, working}, working, []string{}, reason})
}
