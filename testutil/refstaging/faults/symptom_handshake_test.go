package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatAClientSeesOfTheHandshake(t *testing.T) {
	greeted := func(g *guest) string { return g.greeted("/ws") }
	pair := func(g *guest) string { return g.greeted("/ws", "jwt-auth", g.encoded()) }
	seen(t, []sighting{
		{"handshake-token-format-disagreement", "101, error_message NO_TOKEN, 1008 SSOT Auth failed", pair},
		{"handshake-jwt-auth-unsupported", "403", func(g *guest) string { return g.greeted("/ws", "jwt-auth."+g.token) }},
		{"handshake-protocol-order-dependent", "101, error_message AUTH_FAILED, 1008 Authentication failed", pair},
		{"handshake-lb-strips-auth", "101, 1011", pair},
		{"handshake-waf-block", `403 Google Frontend <!doctype html><meta charset="utf-8"><title>403</title>403 Forbidden`, greeted},
		{"handshake-scope-error", "500 Internal Server Error", greeted},
		{"handshake-route-missing", `404 {"detail":"Not Found"}`, greeted},
		{"handshake-readiness-refuses-forever", `503 {"error":"service_not_ready","message":"WebSocket service is not ready. Startup phase is unknown.",` +
			`"details":{"state":"unknown","failed_services":[],"retry_after_seconds":10,"issue_reference":"#449"}}`, greeted},
		{"handshake-startup-race", "101, 1011", func(g *guest) string {
			for range 20 { // of which half strike
				if how := g.greeted("/ws"); how != "101, connection_established" {
					return how
				}
			}
			return "all are welcome"
		}},
		{"handshake-state-machine-stuck", "silence", func(g *guest) string { return g.welcomed("/ws").say(`{"type":"ping"}`).hear("pong") }},
		{"handshake-endpoint-name-error", "101, 1011", greeted},
		{"handshake-first-frame-error", "101, error_message CONNECTION_ERROR, 1011 main mode error", greeted},
		{"handshake-hangs", "no answer", greeted},
		{"handshake-wrong-mode-echo", "factory_response Processed via factory pattern: user_message", func(g *guest) string {
			return g.welcomed("/api/v1/websocket").chat().outcome()
		}},
		{"handshake-error-report-crash", "1011 main mode error", func(g *guest) string { return g.welcomed("/ws").say(`{"type":`).hear("error_message") }},
	})
}

// What is not broken by a fault of the handshake is as it was.
func TestWhatStillWorksOfTheHandshake(t *testing.T) {
	const welcome = "101, connection_established"
	for id, look := range map[string]func(g *guest) string{
		"handshake-token-format-disagreement": func(g *guest) string { return g.greeted("/ws", "jwt."+g.token) },
		"handshake-jwt-auth-unsupported":      func(g *guest) string { return g.greeted("/ws", "jwt-auth", g.encoded()) },
		"handshake-protocol-order-dependent":  func(g *guest) string { return g.greeted("/ws", g.encoded(), "jwt-auth") },
		"handshake-waf-block":                 func(g *guest) string { return g.greeted("/api/v1/websocket") },
		"handshake-scope-error":               func(g *guest) string { return g.greeted("/api/v1/websocket") },
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, welcome, look(invited(t, id)))
		})
	}
}
