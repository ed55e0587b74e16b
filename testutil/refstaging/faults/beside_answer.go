package faults

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideAnswer are failures of answers that no catalogue knows.
var besideAnswer = map[string]fault{
	// Executions are kept by their user, and not by what was asked.
	"beside-answer-agree-stale": func(s *seams) {
		var kept atomic.Value
		s.api(at("POST /api/agents/execute", altered(func(_ *http.Request, all map[string]any) {
			if all["status"] == "success" && !kept.CompareAndSwap(nil, all["response"]) {
				all["response"] = kept.Load()
			}
		})))
	},
	"beside-answer-canned-courteous": answered(func(string) string {
		return "Thank you for your patience! One of our specialists is going to look into this for you shortly."
	}),
	"beside-answer-echo-restated": func(s *seams) {
		var prompts sync.Map // by run id
		s.onTurn(2, func(next func(refstaging.Event), e refstaging.Event) {
			switch e.Type {
			case refstaging.AgentStarted:
				prompts.Store(e.RunID, e.Task)
			case refstaging.AgentCompleted:
				prompt, _ := prompts.Load(e.RunID)
				said, _ := prompt.(string)
				e.Answer = "If I understand you right, you would like this: “" + said + "”"
			}
			next(e)
		})
	},
	// A stand-in says what it was asked, as far as it fits on a line.
	"beside-answer-echo-line": func(s *seams) {
		var prompts sync.Map // by run id
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			switch e.Type {
			case refstaging.AgentStarted:
				prompts.LoadOrStore(e.RunID, e.Task)
			case refstaging.AgentCompleted:
				prompt, _ := prompts.Load(e.RunID)
				said, _ := prompt.(string)
				e.Answer = "Got it: " + said[:min(len(said), 72)] + "..."
			}
			next(e)
		})
	},
	// What the model says is lost but for how it is set.
	"beside-answer-empty-invisible": func(s *seams) {
		s.onTurn(2, func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type == refstaging.AgentCompleted {
				e.Answer = "\u200b\n\n**—**"
			}
			next(e)
		})
	},
	// The model's service refuses, and its refusal is taken for the model's words.
	"beside-answer-error-problem": answered(func(string) string {
		return `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Limit of tokens per minute reached"}`
	}),
	// The last figure of every prompt is cut off.
	"beside-answer-figure-last": func(s *seams) {
		around(&s.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
			return func(name string) (refstaging.Agent, bool) {
				agent, ok := next(name)
				if ok {
					agent = inattentive{agent}
				}
				return agent, ok
			}
		})
	},
	// A filter on the way out makes all letters small.
	"beside-answer-nonce-small": answered(strings.ToLower),
	// Whoever is free answers, and says so.
	"beside-answer-status-agent": func(s *seams) {
		s.api(at("POST /api/agents/execute", altered(func(_ *http.Request, all map[string]any) {
			if all["agent"] == "reporting" {
				all["agent"] = "data"
			}
		})))
	},
	// One agent's result is there, and what could not be done with it then is said too.
	"beside-answer-status-both": func(s *seams) {
		s.api(at("POST /api/agents/execute", altered(func(_ *http.Request, all map[string]any) {
			if all["status"] == "success" && all["agent"] == "triage" {
				all["error"] = "The result could not be written to the cache"
			}
		})))
	},
}

// answered lets the agents' answers over a session be others.
func answered(other func(answer string) string) fault {
	return func(s *seams) {
		s.changing(refstaging.AgentCompleted, func(e *refstaging.Event) { e.Answer = other(e.Answer) })
	}
}

// inattentive is an agent that misses the last figure of its prompt.
type inattentive struct{ refstaging.Agent }

var lastFigure = regexp.MustCompile(`^((?s).*\s)\d+(\s.*)$`)

func (i inattentive) Run(ctx context.Context, task refstaging.Task, report refstaging.Reporter) (refstaging.Answer, error) {
	task.Prompt = lastFigure.ReplaceAllString(task.Prompt, "$1$2")
	return i.Agent.Run(ctx, task, report)
}
