// Package agents holds the agents of the reference deployment: what they read from a prompt, the tools
// they run on it and the sentences they answer with. It knows nothing of sessions, frames or time; a
// [Reporter] carries what an agent does to whoever listens.
//
// The text contract that a caller may rely on is written down in docs/reference.md.
package agents

import "context"

// Task is what an agent is asked to do.
type Task struct {
	Prompt   string  // the user's words, not empty
	Previous *Number // the last result of the same thread; nil when there is none
}

// Answer is what an agent found.
type Answer struct {
	Text   string  // whole sentences, never empty
	Result *Number // the figure that a follow-up on the same thread may use; nil when nothing was calculated
}

// Reporter hears what an agent does while it does it. Every call may block to pace the run and returns
// an error when the run must end; the agent then stops at once and returns that error.
type Reporter interface {
	Started(agent, task string) error
	Thinking(agent, thought string, step int) error // step counts the thoughts of one agent from 1
	ToolExecuting(agent, tool string, parameters map[string]any) error
	ToolCompleted(agent, tool string, results map[string]any) error
	Completed(agent string, answer Answer) error
}

// Agent is one entry of the registry.
type Agent interface {
	// Name is the agent's name on the wire, such as "Supervisor".
	Name() string
	// Run works on the task and reports its steps from Started to Completed. After an error nothing
	// more is reported.
	Run(ctx context.Context, task Task, report Reporter) (Answer, error)
}

// Names on the wire that are not the registry's own (docs/protocol/websocket.md, section 5.4).
const (
	supervisorName   = "Supervisor"
	orchestratorName = "WorkflowOrchestrator"
)

// Lookup finds an agent by the name it is advertised under, in any case, such as "triage".
func Lookup(name string) (Agent, bool) {
	agent, ok := registry[fold(name)]
	return agent, ok
}

var registry = map[string]Agent{
	"supervisor":   supervisor{},
	"triage":       specialist{name: "triage", tool: rankBySize},
	"data":         specialist{name: "data", tool: sumFigures},
	"optimization": specialist{name: "optimization", tool: estimateSaving},
	"actions":      specialist{name: "actions", tool: planEffort},
	"reporting":    specialist{name: "reporting", tool: meanOfFigures},
}

// team is the order in which a full analysis asks the specialists.
var team = []specialist{
	{name: "triage", tool: rankBySize},
	{name: "data", tool: sumFigures},
	{name: "optimization", tool: estimateSaving},
	{name: "actions", tool: planEffort},
	{name: "reporting", tool: meanOfFigures},
}
