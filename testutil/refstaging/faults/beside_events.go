package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideEvents are failures of single events that no catalogue knows.
var besideEvents = map[string]fault{
	"beside-events-thread": func(s *seams) {
		s.changing(refstaging.AgentThinking, func(e *refstaging.Event) { e.ThreadID = "thread_of_nobody" })
	},
	// One agent's work is done by a worker, and the events have the worker's name.
	"beside-events-agent-worker": func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Agent == "actions" {
				e.Agent = "planning-worker-3"
			}
			next(e)
		})
	},
	// One agent thinks to itself.
	"beside-events-all-five-thoughts": loses(func(e refstaging.Event) bool {
		return e.Type == refstaging.AgentThinking && e.Agent == "reporting"
	}),
	// The id of an event is made of its run and its tool, and both events of a tool have it.
	"beside-events-event-id-tool": func(s *seams) {
		around(&s.Hooks.Emitter.Encode, func(next refstaging.Encode) refstaging.Encode {
			return func(e refstaging.Event) ([]byte, error) {
				if e.Tool != "" {
					e.ID = "evt_" + e.RunID + "_" + e.Tool
				}
				return next(e)
			}
		})
	},
	// The events of every run are counted from 1.
	"beside-events-event-id-counted": func(s *seams) {
		count := map[string]int{} // by run id; touched with the sessions locked
		around(&s.Hooks.Emitter.Encode, func(next refstaging.Encode) refstaging.Encode {
			return func(e refstaging.Event) ([]byte, error) {
				count[e.RunID]++
				e.ID = fmt.Sprintf("evt_%d", count[e.RunID])
				return next(e)
			}
		})
	},
	"beside-events-fields-request-id": func(s *seams) {
		s.encoding(typed(refstaging.ToolExecuting), func(_ refstaging.Event, frame []byte) ([]byte, error) {
			return without(frame, "request_id"), nil
		})
	},
	// What a run has cost follows its end.
	"beside-events-known-type-usage": func(s *seams) {
		s.following(refstaging.AgentCompleted, func(next refstaging.Deliver, to refstaging.Address) {
			frame, _ := json.Marshal(enveloped("usage_report", map[string]any{"prompt_tokens": 412, "completion_tokens": 97}))
			next(to, frame)
		})
	},
	// The tool's time could not be taken, and the encoder writes that as no JSON has it.
	"beside-events-readable-nan": func(s *seams) {
		s.encoding(typed(refstaging.ToolCompleted), func(_ refstaging.Event, frame []byte) ([]byte, error) {
			return taken.ReplaceAll(frame, []byte(`"duration":NaN`)), nil
		})
	},
	// A queue that delivers at least once delivers the event before the last again.
	"beside-events-repeated-redelivery": redelivered,
	// The results of one tool are JSON in JSON, at the root alone.
	"beside-events-results-null": func(s *seams) {
		s.encoding(typed(refstaging.ToolCompleted), func(e refstaging.Event, frame []byte) ([]byte, error) {
			if e.Agent != "optimization" {
				return frame, nil
			}
			return replacedAtRoot(frame, "results", nil), nil
		})
	},
	// From the third thought on an agent only shows that it is still there.
	"beside-events-thought-dashes": func(s *seams) {
		s.changing(refstaging.AgentThinking, func(e *refstaging.Event) {
			if e.Step >= 3 {
				e.Thought = "- - - - - -"
			}
		})
	},
	"beside-events-tool-name-blank": func(s *seams) {
		s.encoding(typed(refstaging.ToolCompleted), func(_ refstaging.Event, frame []byte) ([]byte, error) {
			return replacedAtRoot(frame, "tool_name", ""), nil
		})
	},
	// The thoughts of a nested agent are its leader's reasoning.
	"beside-events-type-reasoning": func(s *seams) {
		s.encoding(typed(refstaging.AgentThinking), func(e refstaging.Event, frame []byte) ([]byte, error) {
			if e.Step < 4 {
				return frame, nil
			}
			return bytes.Replace(frame, []byte(`"type":"agent_thinking"`), []byte(`"type":"reasoning"`), 1), nil
		})
	},
}

var taken = regexp.MustCompile(`"duration":[0-9.e-]+`)
