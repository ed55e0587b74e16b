package variants

import (
	"context"
	"errors"
	"fmt"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// steps are what a run may consist of (websocket.md 2.4 and 5.4).
var steps = map[string]variant{
	"repeated-thinking": {
		says:  "an agent thinks several times, also after its tool (websocket.md 2.4: thinking may repeat)",
		apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return &musing{Reporter: r} }),
	},
	"several-tools": {
		says:  "an agent uses three tools, one after the other (websocket.md 2.4: tool pairs may repeat)",
		apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return &tooling{Reporter: r} }),
	},
	"overlapping-tools": {
		says:  "an agent's tools overlap, also two of one name (websocket.md 8, V4: completions never outnumber executions)",
		apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return &overlapping{Reporter: r} }),
	},
	"nested-ended": {
		says:  "every run has nested agents, which complete (websocket.md 5.4)",
		apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return &nesting{Reporter: r, ends: true} }),
	},
	"nested-open": {
		says:     "every run has nested agents without a completion of their own (websocket.md 5.5: the root's ends the run)",
		declares: Declaration{Shape: "auto"}, // the declared shapes have it (websocket.md 5.4)
		apply:    reporting(func(r refstaging.Reporter) refstaging.Reporter { return &nesting{Reporter: r} }),
	},
	"nested-unstarted": {
		says:     "agents that neither start nor complete on the wire think within every run (websocket.md 5.5: the root's completion ends the run)",
		declares: Declaration{Shape: "auto"},
		apply:    reporting(func(r refstaging.Reporter) refstaging.Reporter { return &unstarted{Reporter: r} }),
	},
	"bridged": {
		says:  "the bridge adds a started/completed pair named supervisor (websocket.md 5.4)",
		apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return &bridged{Reporter: r} }),
	},
}

// A reporter is an agent whose work is reported otherwise.
type reporter struct {
	refstaging.Agent
	hook func(refstaging.Reporter) refstaging.Reporter
}

func (a reporter) Run(ctx context.Context, task refstaging.Task, report refstaging.Reporter) (refstaging.Answer, error) {
	return a.Agent.Run(ctx, task, a.hook(report))
}

// inTurn reports until one report ends the run.
func inTurn(reports ...func() error) error {
	for _, report := range reports {
		if err := report(); err != nil {
			return err
		}
	}
	return nil
}

// musing thinks more.
type musing struct {
	refstaging.Reporter
	steps map[string]int // of each agent, so far
}

func (m *musing) Thinking(agent, thought string, _ int) error {
	return inTurn(
		func() error { return m.think(agent, thought) },
		func() error { return m.think(agent, "Considering what the request leaves open.") },
		func() error { return m.think(agent, thought) }, // the very same once more
	)
}

func (m *musing) ToolCompleted(agent, tool string, results map[string]any) error {
	return inTurn(
		func() error { return m.Reporter.ToolCompleted(agent, tool, results) },
		func() error { return m.think(agent, fmt.Sprintf("Reading what %s has found.", tool)) },
	)
}

func (m *musing) think(agent, thought string) error {
	if m.steps == nil {
		m.steps = map[string]int{}
	}
	m.steps[agent]++
	return m.Reporter.Thinking(agent, thought, m.steps[agent])
}

// tooling uses two tools more.
type tooling struct{ refstaging.Reporter }

func (t *tooling) ToolCompleted(agent, tool string, results map[string]any) error {
	return inTurn(
		func() error { return t.Reporter.ToolCompleted(agent, tool, results) },
		func() error { return pair(t.Reporter, agent, "check_plausibility") },
		func() error { return pair(t.Reporter, agent, tool) },
	)
}

// pair is one more use of a tool.
func pair(r refstaging.Reporter, agent, tool string) error {
	return inTurn(
		func() error { return r.ToolExecuting(agent, tool, map[string]any{"again": true}) },
		func() error { return r.ToolCompleted(agent, tool, map[string]any{"plausible": true}) },
	)
}

// overlapping begins three tools before one ends: the first ends last, and two are of one name.
type overlapping struct{ refstaging.Reporter }

const beside = "look_up_currency"

func (o *overlapping) ToolExecuting(agent, tool string, parameters map[string]any) error {
	return inTurn(
		func() error { return o.Reporter.ToolExecuting(agent, tool, parameters) },
		func() error { return o.Reporter.ToolExecuting(agent, beside, map[string]any{"code": "USD"}) },
		func() error { return o.Reporter.ToolExecuting(agent, beside, map[string]any{"code": "EUR"}) },
	)
}

func (o *overlapping) ToolCompleted(agent, tool string, results map[string]any) error {
	known := map[string]any{"known": true}
	// None is left open, also where one is told to fail.
	return errors.Join(
		o.Reporter.ToolCompleted(agent, beside, known),
		o.Reporter.ToolCompleted(agent, beside, known),
		o.Reporter.ToolCompleted(agent, tool, results),
	)
}

// nesting lets every agent have two of its own, one within the other.
type nesting struct {
	refstaging.Reporter
	ends bool
	has  bool // its agents already
}

var nested = []string{"WorkflowOrchestrator", "figures_reader"}

func (n *nesting) Thinking(agent, thought string, step int) error {
	if err := n.Reporter.Thinking(agent, thought, step); err != nil || n.has {
		return err
	}
	n.has = true
	outer, inner := nested[0], nested[1]
	reports := []func() error{
		func() error { return n.Started(outer, "Read the figures.") },
		func() error { return n.Started(inner, "Read them one by one.") },
	}
	for i, thought := range []string{"Looking for numbers.", "Looking for their units.", "Telling prices from rates.", "Putting them in order."} {
		reports = append(reports, func() error { return n.Reporter.Thinking(inner, thought, i+1) })
	}
	if n.ends {
		reports = append(reports,
			func() error { return n.Completed(inner, refstaging.Answer{Text: "The figures are read and in order."}) },
			func() error { return n.Completed(outer, refstaging.Answer{Text: "The figures are there to be used."}) },
		)
	}
	return inTurn(reports...)
}

// unstarted lets a nested agent think of which nothing else is told.
type unstarted struct{ refstaging.Reporter }

func (u *unstarted) Thinking(agent, thought string, step int) error {
	return inTurn(
		func() error { return u.Reporter.Thinking(agent, thought, step) },
		func() error { return u.Reporter.Thinking(nested[1], "Telling prices from rates.", step) },
	)
}

// bridged adds the bridge's own pair within the run of a root.
type bridged struct {
	refstaging.Reporter
	root string
}

const bridge = "supervisor"

func (b *bridged) Started(agent, task string) error {
	if b.root != "" {
		return b.Reporter.Started(agent, task)
	}
	b.root = agent
	return inTurn(
		func() error { return b.Reporter.Started(agent, task) },
		func() error { return b.Reporter.Started(bridge, task) },
	)
}

func (b *bridged) Completed(agent string, answer refstaging.Answer) error {
	if agent == b.root {
		if err := b.Reporter.Completed(bridge, answer); err != nil {
			return err
		}
	}
	return b.Reporter.Completed(agent, answer)
}
