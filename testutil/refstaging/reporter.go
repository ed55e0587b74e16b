package refstaging

import "time"

// reporter turns what an agent reports into events of its run, at the pace of the deployment.
type reporter struct {
	paced
	clock clock
	emit  Emit
	event Event // the ids of the run; the rest is set for each event
	simulation

	// The answer of the root agent is in its thread before anybody hears of it, so that a follow-up sent
	// on hearing it finds it there.
	root     string
	conclude func(Answer)

	started map[string]time.Time // when each agent began
	tool    time.Time            // when the running tool began
	begun   bool
}

func (r *reporter) Started(agent, task string) error {
	if !r.begun {
		r.begun = true
		r.started = make(map[string]time.Time)
		if err := r.rest(r.pacing.Start); err != nil {
			return err
		}
	}
	r.started[agent] = r.clock.now()
	e := r.of(AgentStarted, agent)
	e.Task = task
	return r.send(e)
}

func (r *reporter) Thinking(agent, thought string, step int) error {
	e := r.of(AgentThinking, agent)
	e.Thought, e.Step = thought, step
	if err := r.send(e); err != nil {
		return err
	}
	return r.rest(r.pacing.Think)
}

func (r *reporter) ToolExecuting(agent, tool string, parameters map[string]any) error {
	r.tool = r.clock.now()
	e := r.of(ToolExecuting, agent)
	e.Tool, e.Parameters = tool, parameters
	if err := r.send(e); err != nil {
		return err
	}
	return r.rest(r.pacing.Tool)
}

func (r *reporter) ToolCompleted(agent, tool string, results map[string]any) error {
	e := r.of(ToolCompleted, agent)
	e.Tool, e.Results, e.Elapsed = tool, results, r.clock.now().Sub(r.tool)
	if !r.fails {
		return r.send(e)
	}
	e.Failed, e.Results = true, map[string]any{"error": errSimulated.Error()}
	if err := r.send(e); err != nil {
		return err
	}
	return errSimulated
}

func (r *reporter) Completed(agent string, answer Answer) error {
	if r.fails {
		return errSimulated
	}
	if err := r.rest(r.pacing.Answer); err != nil {
		return err
	}
	if agent == r.root {
		if err := r.rest(r.delay); err != nil {
			return err
		}
		r.conclude(answer)
	}
	e := r.of(AgentCompleted, agent)
	e.Answer, e.Elapsed = answer.Text, r.clock.now().Sub(r.started[agent])
	return r.send(e)
}

func (r *reporter) of(kind, agent string) Event {
	e := r.event
	e.Type, e.Agent = kind, agent
	return e
}

// send emits unless the run is over: nothing follows its error.
func (r *reporter) send(e Event) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.emit(r.ctx, e)
	return nil
}
