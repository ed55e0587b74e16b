package variants

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// object is a JSON object.
type object = map[string]any

// shapes are the variants of the five events (websocket.md 5.2) and of what may differ within one.
var shapes = map[string]variant{
	"e1":         shaped("e1", "manager form: facts in data, naive ISO times, attempt (websocket.md 5.2, E1)", e1),
	"e1-factory": shaped("e1", "factory form: user_context instead of attempt (websocket.md 5.2, E1)", e1Factory),
	"e2":         shaped("e2", "facts at the root, float times, metadata (websocket.md 5.2, E2)", e2),
	"e2-iso":     shaped("e2", "the same with ISO times and what beta-17 adds (websocket.md 5.2, E2)", e2ISO),
	"e3":         directly("e3", "wrapped in system_message, agent_progress and agent_response_complete, without a run_id (websocket.md 5.2, E3)", e3),
	"e4":         shaped("e4", "ids at the root, the rest in data, ISO times (websocket.md 5.2, E4)", e4),
	"e5":         directly("e5", "flat, agent instead of agent_name, tools without results, the answer in message (websocket.md 5.2, E5)", e5),
	"e6":         directly("e6", "flat, event equal to type, no run_id, agents named at start and end only (websocket.md 5.2, E6)", e6),
	"e7":         shaped("e7", "facts in payload only (websocket.md 5.2, E7)", e7),
	"e8":         shaped("e8", "the canonical members at the root and nothing else (websocket.md 5.2, E8)", e8),
}

// shaped lets events travel in a shape that the target declares.
func shaped(shape, says string, build func(refstaging.Event) object) variant {
	return variant{
		says: says, declares: Declaration{Dialect: "september", Shape: shape},
		apply: encoding(func(refstaging.Encode) refstaging.Encode {
			return func(e refstaging.Event) ([]byte, error) {
				text, err := json.Marshal(build(e))
				if err != nil {
					return nil, fmt.Errorf("encode %s of run %s: %w", e.Type, e.RunID, err)
				}
				return text, nil
			}
		}),
	}
}

// directly is such a shape whose events are direct replies.
func directly(shape, says string, build func(refstaging.Event) object) variant {
	v := shaped(shape, says+", to the session that asked", build)
	encode := v.apply
	v.apply = func(c *refstaging.Config) {
		encode(c)
		direct(c)
	}
	return v
}

// The forms of a time (websocket.md 5.1).
const (
	naiveISO = "2006-01-02T15:04:05.000"
	zoneISO  = "2006-01-02T15:04:05.000-07:00"
)

func float(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// statuses are those of E4, by type.
var statuses = map[string]string{
	refstaging.AgentStarted: "started", refstaging.AgentThinking: "thinking", refstaging.ToolExecuting: "executing",
	refstaging.ToolCompleted: "completed", refstaging.AgentCompleted: "completed", refstaging.AgentError: "error",
}

// with is an object with the members of another.
func with(o, more object) object {
	maps.Copy(o, more)
	return o
}

// facts are what an event says, by the names of E2.
func facts(e refstaging.Event) object {
	switch e.Type {
	case refstaging.AgentStarted:
		return object{"task_description": firstOf(e.Task, 200)}
	case refstaging.AgentThinking:
		return object{"reasoning": e.Thought}
	case refstaging.ToolExecuting:
		return object{"tool_name": e.Tool, "parameters": e.Parameters}
	case refstaging.ToolCompleted:
		return object{"tool_name": e.Tool, "results": e.Results, "duration": e.Elapsed.Seconds(), "success": !e.Failed}
	case refstaging.AgentCompleted:
		return object{"final_response": e.Answer}
	case refstaging.AgentError:
		return object{"error_message": e.Error, "error_context": object{}, "message": e.Agent + " could not finish"}
	}
	return object{}
}

// firstOf are the first characters of a text.
func firstOf(text string, most int) string {
	letters := []rune(text)
	return string(letters[:min(most, len(letters))])
}

// ids are whose event it is.
func ids(e refstaging.Event) object {
	return object{"run_id": e.RunID, "thread_id": e.ThreadID, "user_id": e.UserID, "agent_name": e.Agent}
}

func e1(e refstaging.Event) object {
	data := with(with(ids(e), facts(e)), object{"status": statuses[e.Type]})
	return object{"type": e.Type, "data": data, "timestamp": e.At.UTC().Format(naiveISO), "critical": true, "attempt": nil}
}

func e1Factory(e refstaging.Event) object {
	frame := e1(e)
	delete(frame, "attempt")
	frame["user_context"] = object{"user_id": e.UserID, "request_id": e.RequestID}
	return frame
}

func e2(e refstaging.Event) object {
	if e.Type == refstaging.AgentError {
		return e4(e)
	}
	return with(with(ids(e), facts(e)), object{
		"type": e.Type, "request_id": e.RequestID, "timestamp": float(e.At), "critical": true,
		"status": statuses[e.Type], "metadata": object{"user_tier": "free", "is_priority_queue": false},
	})
}

func e2ISO(e refstaging.Event) object {
	frame := e2(e)
	frame["timestamp"] = e.At.UTC().Format(zoneISO)
	switch e.Type {
	case refstaging.ToolExecuting:
		frame["tool_args"], frame["execution_id"] = e.Parameters, "execution_"+e.ID
	case refstaging.ToolCompleted:
		frame["execution_time"], frame["execution_id"] = e.Elapsed.Seconds(), "execution_"+e.ID
	}
	return frame
}

func e3(e refstaging.Event) object {
	inner := object{"agent_name": e.Agent}
	switch e.Type {
	case refstaging.AgentStarted:
		return serverMessage("system_message", e.At, object{
			"event": e.Type, "type": e.Type, "status": "started", "user_id": e.UserID, "turn_id": "turn_" + e.RequestID, "timestamp": float(e.At),
		})
	case refstaging.AgentCompleted:
		return serverMessage("agent_response_complete", e.At, object{
			"event": e.Type, "status": "success", "content": e.Answer, "message": e.Answer, "agents_involved": []string{e.Agent},
			"orchestration_time": e.Elapsed.Seconds(), "response_time": e.Elapsed.Seconds(), "turn_id": "turn_" + e.RequestID,
			"user_id": e.UserID, "real_llm_used": false, "timestamp": float(e.At),
		})
	case refstaging.AgentThinking:
		inner["thought"] = e.Thought
	case refstaging.ToolExecuting:
		inner["tool_name"] = e.Tool
	case refstaging.ToolCompleted:
		inner["tool_name"], inner["result"] = e.Tool, e.Results
	case refstaging.AgentError:
		frame := e4(e)
		frame["timestamp"] = float(e.At)
		return frame
	}
	return serverMessage("agent_progress", e.At, object{"event": e.Type, "type": e.Type, "payload": inner})
}

// serverMessage is the envelope of websocket.md 2.2.
func serverMessage(kind string, at time.Time, data any) object {
	return object{"type": kind, "data": data, "timestamp": float(at), "server_id": nil, "correlation_id": nil}
}

func e4(e refstaging.Event) object {
	data, millis := object{"status": statuses[e.Type]}, e.Elapsed.Milliseconds()
	frame := object{
		"type": e.Type, "run_id": e.RunID, "user_id": e.UserID, "agent_name": e.Agent,
		"timestamp": e.At.UTC().Format(zoneISO), "data": data,
	}
	switch e.Type {
	case refstaging.AgentStarted:
		with(data, object{"context": object{}, "message": e.Agent + " has started processing your request"})
	case refstaging.AgentThinking:
		with(data, object{"reasoning": e.Thought, "step_number": e.Step, "progress_percentage": 50, "business_progress": object{"phase": "analysis"}})
	case refstaging.ToolCompleted:
		frame["results"] = e.Results
		with(data, object{"tool_name": e.Tool, "result": e.Results, "execution_time_ms": millis, "message": e.Tool + " is done"})
	case refstaging.AgentCompleted:
		with(data, object{"result": e.Answer, "execution_time_ms": millis, "message": e.Agent + " has completed its work"})
	default:
		with(data, facts(e))
	}
	return frame
}

func e5(e refstaging.Event) object {
	frame := object{"type": e.Type, "timestamp": e.At.UTC().Format(naiveISO), "agent": e.Agent, "run_id": e.RunID}
	switch e.Type {
	case refstaging.AgentStarted:
		frame["message"] = "Beginning with " + firstOf(e.Task, 40)
	case refstaging.AgentThinking:
		frame["message"] = e.Thought
	case refstaging.ToolExecuting:
		frame["tool"], frame["message"] = e.Tool, "Running "+e.Tool
	case refstaging.ToolCompleted:
		frame["tool"], frame["message"] = e.Tool, e.Tool+" is ready"
	case refstaging.AgentCompleted:
		frame["message"] = e.Answer
	case refstaging.AgentError:
		return object{"type": e.Type, "timestamp": frame["timestamp"], "error": e.Error, "message": e.Error}
	}
	return frame
}

func e6(e refstaging.Event) object {
	frame := object{"type": e.Type, "event": e.Type, "user_id": e.UserID, "thread_id": e.ThreadID, "timestamp": float(e.At)}
	switch e.Type {
	case refstaging.AgentStarted:
		frame["agent_name"], frame["message"] = e.Agent, "Working on your message"
	case refstaging.AgentCompleted:
		frame["agent_name"], frame["final_response"] = e.Agent, e.Answer
	case refstaging.ToolCompleted:
		frame["tool_name"], frame["result"] = e.Tool, e.Results
	default:
		with(frame, facts(e))
	}
	return frame
}

func e7(e refstaging.Event) object {
	return object{"type": e.Type, "payload": with(ids(e), facts(e)), "timestamp": float(e.At)}
}

func e8(e refstaging.Event) object {
	frame := with(ids(e), object{"type": e.Type, "timestamp": float(e.At), "event_id": e.ID})
	switch e.Type {
	case refstaging.AgentThinking:
		frame["thought"], frame["step"] = e.Thought, e.Step
	case refstaging.AgentCompleted:
		frame["final_response"], frame["duration_ms"] = e.Answer, e.Elapsed.Milliseconds()
	case refstaging.AgentStarted:
	case refstaging.ToolExecuting:
		frame["tool_name"] = e.Tool
	case refstaging.ToolCompleted:
		frame["tool_name"], frame["results"] = e.Tool, e.Results
	default:
		with(frame, facts(e))
	}
	return frame
}
