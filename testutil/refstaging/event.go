package refstaging

import (
	"time"
	"unicode/utf8"
)

// Event types of a run (websocket.md 1 and 5.3). The clean-up is October's alone.
const (
	AgentStarted   = "agent_started"
	AgentThinking  = "agent_thinking"
	ToolExecuting  = "tool_executing"
	ToolCompleted  = "tool_completed"
	AgentCompleted = "agent_completed"
	AgentError     = "agent_error"

	CleanupStarted  = "cleanup_started"
	CleanupEstimate = "cleanup_duration_estimate"
	CleanupComplete = "cleanup_complete"
)

// Event is one step of a run on its way to the user's sessions. The fields after Agent are set where
// the type has them.
type Event struct {
	Type      string
	UserID    string // whose sessions receive it
	ThreadID  string // in October only those of this thread
	SessionID string // of all these only this one; empty, as it correctly is: all
	RunID     string
	RequestID string
	Agent     string

	Task       string         // agent_started
	Thought    string         // agent_thinking
	Step       int            // agent_thinking, from 1 for each agent
	Tool       string         // tool events
	Parameters map[string]any // tool_executing
	Results    map[string]any // tool_completed
	Failed     bool           // tool_completed: the tool has failed, and Results say why
	Elapsed    time.Duration  // tool_completed: the tool's; agent_completed: the agent's
	Answer     string         // agent_completed
	Error      string         // agent_error
	TimedOut   bool           // agent_error: the run exceeded its limit

	At time.Time // set by the end of the Emit chain
	ID string    // event_id, likewise
}

// cut keeps a long prompt from being sent back whole three times over; the platform cuts strings of
// 500 characters too (websocket.md 5.2, E4).
func cut(text string) string {
	const most = 500
	if len(text) <= most {
		return text
	}
	end := most
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}

// millis rounds as [seconds] does, so that both members of a frame name the same time.
func millis(d time.Duration) *int64 { return new(d.Round(time.Millisecond).Milliseconds()) }
