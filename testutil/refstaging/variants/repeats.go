package variants

import (
	"encoding/json"
	"slices"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// repeats are what may come twice, or under other ids (websocket.md 3.3, 5.4 and 7).
var repeats = map[string]variant{
	"e2-retried": {
		says:     "every event in E2 comes again with attempt 2 (websocket.md 5.4: at least once on retry)",
		declares: Declaration{Dialect: "september", Shape: "e2"}, apply: both(shaped("e2", "", e2).apply, reframed(retried)),
	},
	"failed-completion": {
		says:     "the agent_error of a run that started is followed by agent_completed with success:false (websocket.md 2.4, and 8, V2)",
		declares: Declaration{Dialect: "september"}, apply: perConnection(completedFailure),
	},
	"own-runs": {
		says:     "runs have ids of the target's own, whatever the client sends (websocket.md 7)",
		declares: Declaration{Shape: "auto"}, apply: ownRuns,
	},
	"subprotocol-plain": {
		says:     "jwt-auth is chosen where it is offered, and otherwise none (websocket.md 3.3, beta-10)",
		declares: Declaration{Dialect: "september", Shape: "auto"}, apply: plainSubprotocol,
	},
}

func retried(f frame) []frame {
	var o object
	if !f.isText() || json.Unmarshal(f.payload, &o) != nil || o["run_id"] == nil {
		return []frame{f}
	}
	o["attempt"] = 2
	return []frame{f, marshalled(o)}
}

// completedFailure completes what failed, unless it never started.
func completedFailure() func(frame) []frame {
	started := map[any]bool{} // run ids
	return func(f frame) []frame {
		var o object
		if !f.isText() || json.Unmarshal(f.payload, &o) != nil {
			return []frame{f}
		}
		switch run := o["run_id"]; {
		case o["type"] == refstaging.AgentStarted:
			started[run] = true
		case o["type"] == refstaging.AgentCompleted:
			delete(started, run)
		case o["type"] == refstaging.AgentError && started[run]:
			delete(started, run)
			return []frame{f, marshalled(failure(o, f.eventID()+"f"))}
		}
		return []frame{f}
	}
}

// failure is the completion that follows an error.
func failure(err object, id string) object {
	agent := err["agent_name"]
	after := with(err, object{
		"type": refstaging.AgentCompleted, "event_id": id, "status": "failed", "success": false,
		"payload": object{"agent_name": agent, "success": false},
		"data":    object{"agent": agent, "status": "failed", "execution_time_ms": 1},
	})
	delete(after, "error_message")
	return after
}

// eventID is that of an event; empty if it has none.
func (f frame) eventID() string {
	var s struct {
		ID string `json:"event_id"`
	}
	if json.Unmarshal(f.payload, &s) != nil {
		return ""
	}
	return s.ID
}

// ownRuns forgets the run ids of prompts, so that they are minted.
func ownRuns(c *refstaging.Config) {
	c.Hooks.Router.Receive = chained(c.Hooks.Router.Receive, func(next refstaging.Receive) refstaging.Receive {
		return func(s *refstaging.Session, kind int, text []byte) {
			var o object
			if kind == websocket.TextMessage && json.Unmarshal(text, &o) == nil {
				payload, _ := o["payload"].(object)
				if o["run_id"] != nil || payload["run_id"] != nil {
					delete(o, "run_id")
					delete(payload, "run_id")
					if other, err := json.Marshal(o); err == nil {
						text = other
					}
				}
			}
			next(s, kind, text)
		}
	})
}

func plainSubprotocol(c *refstaging.Config) {
	c.Hooks.Handshake.Negotiate = chained(c.Hooks.Handshake.Negotiate, func(next refstaging.Negotiate) refstaging.Negotiate {
		return func(offered []string) (string, bool) {
			if _, ok := next(offered); !ok {
				return "", false
			}
			if slices.Contains(offered, "jwt-auth") {
				return "jwt-auth", true
			}
			return "", true
		}
	})
}
