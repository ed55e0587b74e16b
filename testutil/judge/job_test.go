package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A job is a run of a story.
type job struct {
	*conn
	label, run, thread, agent, nonce, want string
	intent                                 history.Intent
}

// ask sends a prompt that needs a tool. change may alter the intent.
func (c *conn) ask(change ...func(*history.Intent)) *job {
	c.ids++
	c.person.prompts++
	n := len(c.records)
	j := &job{
		conn: c, label: fmt.Sprintf("%s.r%d", c.label, c.ids), agent: "Supervisor",
		run: fmt.Sprintf("run_chat_%d_%08x", n, n*7919), thread: fmt.Sprintf("thread_chat_%d_%08x", n, n*7919),
		nonce: fmt.Sprintf("QX7%010d", n*7919+17), want: fmt.Sprint(1000 + n),
	}
	j.intent = history.Intent{NeedsTool: true, Nonce: j.nonce, Want: j.want}
	for _, f := range change {
		f(&j.intent)
	}
	if j.intent.Thread != "" {
		j.thread = j.intent.Thread
	}
	text := fmt.Sprintf("Please add up the monthly storage figures and quote my reference %s in your answer.", j.nonce)
	j.send(obj{
		"type": "user_message", "content": text, "message": text, "thread_id": j.thread,
		"payload": obj{"content": text, "message": text, "thread_id": j.thread, "run_id": j.run, "timestamp": "2025-09-17T10:00:01.000+00:00"},
	}, j.label, &j.intent)
	return j
}

func failing(in *history.Intent) {
	in.Expect, in.Why, in.NeedsTool, in.Want, in.Nonce = history.Failure, "unknown agent", false, "", ""
}

// onThread keeps a run on a thread.
func onThread(id string) func(*history.Intent) {
	return func(in *history.Intent) { in.Thread = id }
}

func toolless(in *history.Intent) { in.NeedsTool, in.Want = false, "" }

// by makes the next events those of a nested agent.
func (j *job) by(agent string) *job {
	nested := *j
	nested.agent = agent
	return &nested
}

func (j *job) answer() string {
	return fmt.Sprintf("The sum of the monthly storage figures is %s (reference %s).", j.want, j.nonce)
}

// emit delivers one event to every open session of the user.
func (j *job) emit(kind string, body obj, edits ...edit) *job {
	j.events++
	n := j.events
	for _, c := range slices.Clone(j.sessions) {
		frame := obj{
			"type": kind, "event_id": fmt.Sprintf("evt_%s_%d_%d_%08x", kind, storyStart.UnixMilli(), n, n*7919),
			"user_id": j.subject, "thread_id": j.thread, "run_id": j.run, "request_id": "req" + strings.TrimPrefix(j.run, "run"),
			"agent_name": j.agent, "timestamp": j.now(), "critical": true, "status": statusOf[kind],
			"payload": obj{"agent_name": j.agent}, "data": obj{"agent": j.agent, "status": statusOf[kind]},
		}
		for path, value := range body {
			set(path, value)(frame)
		}
		c.recv(frame, j.label, edits...)
	}
	return j
}

var statusOf = map[string]string{
	wire.AgentStarted: "started", wire.AgentThinking: "thinking", wire.ToolExecuting: "executing",
	wire.ToolCompleted: "completed", wire.AgentCompleted: "completed", wire.AgentError: "error",
}

func (j *job) started(edits ...edit) *job {
	task := "Add up the figures, reference " + j.nonce
	return j.emit(wire.AgentStarted, obj{
		"task_description": task, "payload.task_description": task, "data.message": j.agent + " has started processing your request",
	}, edits...)
}

func (j *job) thinking(edits ...edit) *job {
	thought := "Adding the figures of " + j.nonce + " one by one."
	return j.emit(wire.AgentThinking, obj{
		"thought": thought, "reasoning": thought, "payload.thought": thought, "payload.step_number": 1,
		"data.reasoning": thought, "data.step_number": 1,
	}, edits...)
}

func (j *job) executing(edits ...edit) *job {
	parameters := obj{"limit": 3}
	return j.emit(wire.ToolExecuting, obj{
		"tool_name": "sum_figures", "parameters": parameters, "payload.tool_name": "sum_figures", "payload.parameters": parameters,
		"data.tool_name": "sum_figures", "data.parameters": parameters,
	}, edits...)
}

func (j *job) executed(edits ...edit) *job {
	results := obj{"sum": 697}
	return j.emit(wire.ToolCompleted, obj{
		"tool_name": "sum_figures", "results": results, "success": true, "duration": 0.412,
		"payload.tool_name": "sum_figures", "payload.results": results, "payload.success": true,
		"data.tool_name": "sum_figures", "data.results": results, "data.execution_time_ms": 412,
	}, edits...)
}

func (j *job) completed(edits ...edit) *job { return j.completedWith(j.answer(), edits...) }

func (j *job) completedWith(text string, edits ...edit) *job {
	return j.emit(wire.AgentCompleted, obj{
		"success": true, "final_response": text, "payload.final_response": text, "data.result": text, "data.execution_time_ms": 2290,
	}, edits...)
}

func (j *job) failed(edits ...edit) *job {
	return j.emit(wire.AgentError, obj{"data.error_message": "Agent nobody not found in registry"}, edits...)
}

// unsuccessful is the edit that turns a completion into one of a failure.
var unsuccessful = set("success", false)

// whole is a complete healthy run.
func (j *job) whole() *job {
	return j.started().thinking().executing().executed().completed()
}

// full is a complete healthy run with nested agents (websocket.md 5.4).
func (j *job) full() *job {
	j.started().thinking()
	orchestrator := j.by("WorkflowOrchestrator").started()
	for _, name := range []string{"triage", "data"} {
		agent := j.by(name).started()
		for range 4 {
			agent.thinking()
		}
		agent.executing().executed().completedWith("Step done, with 697 as its result.")
	}
	orchestrator.completedWith("All steps are done, the sum is 697.")
	return j.completed()
}

func (j *job) gaveUp(what string) *job {
	r := j.story.note(history.TopicGaveUp, what)
	r.User, r.Session, r.Run = j.person.label, j.conn.label, j.label
	return j
}
