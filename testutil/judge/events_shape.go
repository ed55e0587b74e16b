package judge

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// shapeRules share the deviations that the view finds, each taking its own. They are hard where the
// target declares its shape (DESIGN.md, The rules).
var shapeRules = []Rule{
	shape(toolNameRule, "Tool events name their tool at the root.", "websocket.md V14, #1039"),
	shape(resultsRule, "A completed tool has its results at the root.", "websocket.md V15, #935"),
	shape(thoughtRule, "A thought says something.", "websocket.md V13, V18"),
	shape(typeRule, "Events travel under their own type, never as reasoning.", "websocket.md V16"),
	shape(fieldsRule, "Events have the fields of their shape, filled, and a fact that is repeated is repeated as it is.", "websocket.md V12, 2.4"),
}

const (
	toolNameRule = "events/tool-name"
	resultsRule  = "events/results"
	thoughtRule  = "events/thought"
	typeRule     = "events/type"
	fieldsRule   = "events/fields"
)

func shape(id, says, source string) Rule {
	return Rule{
		ID: id, Says: says + " Hard where the target declares its shape.", Source: source,
		Hooks: Hooks{Event: func(v *View) {
			for _, d := range v.Deviations {
				if concerns(v.Event, d) == id {
					v.ReportAs(v.Declared(), v.Here(), "%s of run %s: %s", v.Event.Type, v.Run.Label, d)
				}
			}
		}},
	}
}

// concerns tells which rule a deviation breaks.
func concerns(e *wire.Event, d wire.Deviation) string {
	tool := e.Type == wire.ToolExecuting || e.Type == wire.ToolCompleted
	switch d.Member {
	case "type":
		return typeRule
	case "thought", "reasoning":
		return thoughtRule
	case "tool_name", "tool":
		return toolNameRule
	case "results", "result", "output":
		if tool {
			return resultsRule
		}
	}
	return fieldsRule
}

// genericTexts are what the platform says when it has nothing to say (websocket.md V18, 5.2, E2).
var genericTexts = []string{"Processing request", "Agent is processing...", "Agent is processing", "Task completed"}

// deviations compares the event at hand with the declared shape.
func (v *View) deviations() []wire.Deviation {
	e := v.Event
	list := v.shape.Deviations(e)
	if e.Type == wire.AgentThinking && slices.Contains(genericTexts, e.Text) {
		list = append(list, wire.Deviation{Member: "thought", Want: "a thought of this run", Got: quote(e.Text), Source: "V18"})
	}
	return list
}
