package variants

import (
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// octobers are the freedoms of its dialect (websocket.md 2.5).
var octobers = map[string]variant{
	"october": {says: "the dialect of October (websocket.md 2.5)", declares: Declaration{Dialect: "october"}, apply: func(*refstaging.Config) {}},
	"october-swapped": {
		says:     "the handshake_response comes after the welcome, twice (websocket.md 2.5: either order, repeats are ignored)",
		declares: Declaration{Dialect: "october"}, apply: perConnection(swapped),
	},
	"october-unconfirmed": {
		says:     "every fourth session, from the first on, hears no handshake_complete (websocket.md 2.5: a client continues without it)",
		declares: Declaration{Dialect: "october", Shape: "auto"}, apply: func(c *refstaging.Config) { perConnection(unconfirmed())(c) },
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

// unconfirmed drops the handshake_complete of some sessions only: a client waits two seconds for it.
func unconfirmed() func() func(frame) []frame {
	var sessions atomic.Int64
	return func() func(frame) []frame {
		dropped := sessions.Add(1)%4 == 1
		return func(f frame) []frame {
			if dropped && read(f).Type == "handshake_complete" {
				return nil
			}
			return []frame{f}
		}
	}
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
