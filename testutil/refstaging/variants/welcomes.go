package variants

import (
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// welcomes are the forms of connection set-up (websocket.md 2.1, 2.5 and 3.3).
var welcomes = map[string]variant{
	"welcome-s0": {
		says:     "the welcome is a system_message, after a ping, a degraded_mode and a heartbeat (websocket.md 2.1)",
		declares: Declaration{Dialect: "september"}, apply: both(welcoming(welcomeS0), preceded),
	},
	"welcome-legacy":     {says: "the legacy welcome (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeLegacy)},
	"welcome-documented": {says: "the flat welcome of the documents (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeDocumented)},
	"welcome-demo":       {says: "the flat welcome of the demo, without a time or a user (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: welcoming(welcomeDemo)},
	"welcome-renamed":    {says: "a type that ends in _connection_established (websocket.md 2.1)", declares: Declaration{Dialect: "september"}, apply: rewelcomed("type", "main_connection_established")},
	"october":            {says: "the dialect of October (websocket.md 2.5)", declares: Declaration{Dialect: "october"}, apply: func(*refstaging.Config) {}},
	"october-swapped": {
		says:     "the handshake_response comes after the welcome, twice (websocket.md 2.5: either order, repeats are ignored)",
		declares: Declaration{Dialect: "october"}, apply: perConnection(swapped),
	},
	"october-unconfirmed": {
		says:     "no handshake_complete (websocket.md 2.5: a client continues without it)",
		declares: Declaration{Dialect: "october"}, apply: reframed(unconfirmed),
	},
	"october-validated": {
		says:     "events with retry_info and llm_validation (websocket.md 2.5)",
		declares: Declaration{Dialect: "october"}, apply: retold(validated),
	},
	"october-warned": {
		says:     "logs and warnings of a timeout within runs (websocket.md 5.3)",
		declares: Declaration{Dialect: "october"}, apply: reframed(surrounded(warned)),
	},
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

// swapped holds the handshake_response back until the welcome is through, and then repeats it.
func swapped() func(frame) []frame {
	var held *frame
	return func(f frame) []frame {
		kind := read(f).Type
		switch {
		case kind == "handshake_response" && held == nil:
			kept := frame{f.head, append([]byte(nil), f.payload...)}
			held = &kept
			return nil
		case kind == "connection_established" && held != nil:
			return []frame{f, *held, *held}
		}
		return []frame{f}
	}
}

func unconfirmed(f frame) []frame {
	if read(f).Type == "handshake_complete" {
		return nil
	}
	return []frame{f}
}

func validated(o object) object {
	if data, ok := o["data"].(object); ok && data["run_id"] != nil {
		data["retry_info"] = object{"is_retry": false, "attempt_number": 1, "max_attempts": 3, "reason": nil}
		data["llm_validation"] = object{"is_valid": true, "validation_result": "ok", "violations_count": 0}
	}
	return o
}

func warned(s seen) []object {
	if s.Data.RunID == "" || s.Data.Agent == "" {
		return nil
	}
	return []object{
		{"type": "backend_log", "timestamp": s.Timestamp, "messages": []string{"still at it"}, "total_count": 1, "sink_stats": object{}},
		{"type": "agent_timeout_warning", "timestamp": s.Timestamp, "run_id": s.Data.RunID, "agent_name": s.Data.Agent, "elapsed_seconds": 1.5,
			"total_timeout_seconds": 30, "remaining_seconds": 28.5, "warning_threshold_percent": 5},
	}
}

// endings are how sessions and refusals end (websocket.md 3.6 and 3.8).
var endings = map[string]variant{
	"refusals-s0": {
		says:     "bad tokens are refused as by S0: another error code, and close 1008 SSOT Auth failed (websocket.md 3.6)",
		declares: Declaration{Dialect: "september", Shape: "auto"}, apply: refusing,
	},
	"close-bare":  {says: "a close without a code is answered to one of a client, a reason is left out (RFC 6455, section 5.5.1)", apply: reframed(bareClose)},
	"close-other": {says: "normal closes for other documented reasons (websocket.md 3.8)", apply: reframed(otherClose)},
}

func refusing(c *refstaging.Config) {
	c.Hooks.Sessions.Refuse = chained(c.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
		return func(user refstaging.Identity, why error) *refstaging.Refusal {
			refusal := next(user, why)
			if refusal.Code != websocket.ClosePolicyViolation {
				return refusal
			}
			return &refstaging.Refusal{Code: refusal.Code, Reason: "SSOT Auth failed", Frame: object{
				"type": "error_message", "error_code": "VALIDATION_FAILED", "error_message": "The token could not be validated",
				"details": object{"environment": "staging"}, "timestamp": float(time.Now()), "recovery_suggestions": []string{"Log in again"},
			}}
		}
	})
}

func bareClose(f frame) []frame {
	if f.head == final|websocket.CloseMessage && len(f.payload) >= 2 && closeCode(f) == websocket.CloseNormalClosure {
		return []frame{whole(websocket.CloseMessage, nil)}
	}
	return []frame{f}
}

func otherClose(f frame) []frame {
	if f.head == final|websocket.CloseMessage && len(f.payload) >= 2 && closeCode(f) == websocket.CloseNormalClosure {
		return []frame{whole(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "legacy cleanup"))}
	}
	return []frame{f}
}

func closeCode(f frame) int { return int(f.payload[0])<<8 | int(f.payload[1]) }
