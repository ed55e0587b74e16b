package refstaging

import (
	"encoding/json"
	"fmt"
)

// eventFrame is an event as websocket.md 2.4 demands it, members in that order.
type eventFrame struct {
	Type      string  `json:"type"`
	EventID   string  `json:"event_id"`
	UserID    string  `json:"user_id"`
	ThreadID  string  `json:"thread_id"`
	RunID     string  `json:"run_id"`
	RequestID string  `json:"request_id"`
	AgentName string  `json:"agent_name"`
	Timestamp float64 `json:"timestamp"`
	Critical  bool    `json:"critical"`
	Status    string  `json:"status"`
	facts
	Payload facts     `json:"payload"`
	Data    eventData `json:"data"`
}

// facts are what an event says, at the root and again in its payload.
type facts struct {
	AgentName       string         `json:"agent_name,omitzero"` // payload only: the root has its own
	TaskDescription string         `json:"task_description,omitzero"`
	Thought         string         `json:"thought,omitzero"`
	Reasoning       string         `json:"reasoning,omitzero"`
	ToolName        string         `json:"tool_name,omitzero"`
	Parameters      map[string]any `json:"parameters,omitzero"`
	Results         map[string]any `json:"results,omitzero"`
	Success         *bool          `json:"success,omitzero"`
	Duration        *float64       `json:"duration,omitzero"`
	FinalResponse   string         `json:"final_response,omitzero"`
	ErrorMessage    string         `json:"error_message,omitzero"`
	StepNumber      int            `json:"step_number,omitzero"`
}

type eventData struct {
	Agent           string         `json:"agent"`
	Status          string         `json:"status"`
	Reasoning       string         `json:"reasoning,omitzero"`
	StepNumber      int            `json:"step_number,omitzero"`
	ToolName        string         `json:"tool_name,omitzero"`
	Parameters      map[string]any `json:"parameters,omitzero"`
	Results         map[string]any `json:"results,omitzero"`
	Result          string         `json:"result,omitzero"`
	ErrorMessage    string         `json:"error_message,omitzero"`
	ErrorContext    map[string]any `json:"error_context,omitzero"`
	Message         string         `json:"message,omitzero"`
	ExecutionTimeMS *int64         `json:"execution_time_ms,omitzero"`
}

// encodeSeptember is the correct end of the Encode chain.
func encodeSeptember(e Event) ([]byte, error) {
	f := eventFrame{
		Type: e.Type, EventID: e.ID, UserID: e.UserID, ThreadID: e.ThreadID, RunID: e.RunID,
		RequestID: e.RequestID, AgentName: e.Agent, Timestamp: unixFloat(e.At), Critical: true,
		Payload: facts{AgentName: e.Agent}, Data: eventData{Agent: e.Agent},
	}
	if err := f.fill(e); err != nil {
		return nil, err
	}
	return marshalEvent(e, f)
}

func marshalEvent(e Event, frame any) ([]byte, error) {
	text, err := json.Marshal(frame)
	if err != nil {
		return nil, fmt.Errorf("encode %s of run %s: %w", e.Type, e.RunID, err)
	}
	return text, nil
}

// fill writes what an event says, in all the places where September has it.
func (f *eventFrame) fill(e Event) error {
	fill, ok := fillers[e.Type]
	if !ok {
		return fmt.Errorf("encode an event: there is no type %q", e.Type)
	}
	fill(e, f)
	f.Data.Status = f.Status
	return nil
}

// fillers write what one type of event has beyond the others. The root says more than the payload
// only where section 2.4 does.
var fillers = map[string]func(Event, *eventFrame){
	AgentStarted: func(e Event, f *eventFrame) {
		f.Status = "started"
		f.TaskDescription = cut(e.Task)
		f.Payload.TaskDescription = f.TaskDescription
		f.Data.Message = e.Agent + " has started processing your request"
	},
	AgentThinking: func(e Event, f *eventFrame) {
		f.Status = "thinking"
		f.Thought, f.Reasoning = e.Thought, e.Thought
		f.Payload.Thought, f.Payload.StepNumber = e.Thought, e.Step
		f.Data.Reasoning, f.Data.StepNumber = e.Thought, e.Step
	},
	ToolExecuting: func(e Event, f *eventFrame) {
		f.Status = "executing"
		f.ToolName, f.Parameters = e.Tool, e.Parameters
		f.Payload.ToolName, f.Payload.Parameters = e.Tool, e.Parameters
		f.Data.ToolName, f.Data.Parameters = e.Tool, e.Parameters
	},
	ToolCompleted: func(e Event, f *eventFrame) {
		f.Status = "completed"
		if e.Failed {
			f.Status = "failed"
		}
		f.ToolName, f.Results, f.Success, f.Duration = e.Tool, e.Results, new(!e.Failed), new(seconds(e.Elapsed))
		f.Payload.ToolName, f.Payload.Results, f.Payload.Success = e.Tool, e.Results, new(!e.Failed)
		f.Data.ToolName, f.Data.Results, f.Data.ExecutionTimeMS = e.Tool, e.Results, millis(e.Elapsed)
	},
	AgentCompleted: func(e Event, f *eventFrame) {
		f.Status = "completed"
		f.Success, f.FinalResponse = new(true), e.Answer
		f.Payload.FinalResponse = e.Answer
		f.Data.Result, f.Data.ExecutionTimeMS = e.Answer, millis(e.Elapsed)
	},
	AgentError: func(e Event, f *eventFrame) {
		f.Status = "error"
		f.ErrorMessage, f.Payload.ErrorMessage, f.Data.ErrorMessage = e.Error, e.Error, e.Error
		f.Data.ErrorContext = map[string]any{}
		f.Data.Message = e.Agent + " could not finish"
	},
}
