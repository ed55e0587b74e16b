package variants

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// welcomes are the forms of connection set-up (websocket.md 2.1).
var welcomes = map[string]variant{
	"welcome-s0": {
		says:     "the welcome is a system_message, after a ping, a degraded_mode and a heartbeat (websocket.md 2.1)",
		declares: Declaration{Dialect: "september"}, apply: both(welcoming(welcomeS0), preceded),
	},
	"welcome-legacy":     {says: "the legacy welcome (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeLegacy)},
	"welcome-documented": {says: "the flat welcome of the documents (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeDocumented)},
	"welcome-demo":       {says: "the flat welcome of the demo, without a time or a user (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeDemo)},
	"welcome-renamed":    {says: "a type that ends in _connection_established (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: rewelcomed("type", "main_connection_established")},
}

// both applies two.
func both(first, second func(*refstaging.Config)) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		first(c)
		second(c)
	}
}

// welcoming lets the welcome be another.
func welcoming(build func(s *refstaging.Session, now time.Time) object) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		c.Hooks.Sessions.Welcome = chained(c.Hooks.Sessions.Welcome, func(refstaging.WelcomeFrame) refstaging.WelcomeFrame {
			return func(s *refstaging.Session, now time.Time) any { return build(s, now) }
		})
	}
}

func welcomeS0(s *refstaging.Session, now time.Time) object {
	return serverMessage("system_message", now, object{
		"event": "connection_established", "connection_id": s.ID(), "user_id": s.UserID(),
		"server_time": now.UTC().Format(zoneISO), "connection_ready": true, "environment": "staging", "startup_complete": true,
		"config": object{"heartbeat_interval": 20, "max_message_size": 8192}, "factory_pattern_enabled": true,
	})
}

func welcomeLegacy(s *refstaging.Session, now time.Time) object {
	return serverMessage("connection_established", now, object{
		"mode": "legacy", "connection_id": s.ID(), "timestamp": now.UTC().Format(zoneISO),
		"features": object{"backward_compatibility": true, "simplified_auth": true, "basic_messaging": true},
	})
}

func welcomeDocumented(s *refstaging.Session, now time.Time) object {
	return object{"type": "connection_established", "connection_id": s.ID(), "timestamp": float(now), "system": true}
}

func welcomeDemo(s *refstaging.Session, _ time.Time) object {
	return object{"type": "connection_established", "connection_id": s.ID(), "message": "Welcome! Send a message to start."}
}

// rewelcomed changes a member at the root of the welcome.
func rewelcomed(name string, value any) func(*refstaging.Config) {
	return retold(func(o object) object {
		if o["type"] == "connection_established" {
			o[name] = value
		}
		return o
	})
}

// preceded puts before the welcome of S0 what it may send first.
var preceded = perConnection(func() func(frame) []frame {
	welcomed := false
	return func(f frame) []frame {
		if welcomed || !f.isText() {
			return []frame{f}
		}
		welcomed = true
		now := time.Now()
		return []frame{
			marshalled(serverMessage("ping", now, object{"timestamp": float(now)})),
			marshalled(serverMessage("system_message", now, object{"event": "degraded_mode", "message": "Some services are still starting"})),
			marshalled(serverMessage("heartbeat", now, object{"timestamp": float(now)})),
			f,
		}
	}
})
