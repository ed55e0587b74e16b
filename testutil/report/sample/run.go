package sample

import (
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Run is one agent execution.
type Run struct {
	*Session
	Label  string
	id     string
	thread string
	nonce  string
	want   string
}

// Ask sends a prompt.
func (s *Session) Ask() *Run {
	s.runs++
	s.events += 1000
	r := &Run{Session: s, Label: fmt.Sprintf("%s.r%d", s.Label, s.runs), nonce: fmt.Sprintf("QX7%010d", s.events*7919+s.users), want: fmt.Sprint(s.events)}
	r.id, r.thread = fmt.Sprintf("run_chat_%d_%08x", s.events, s.mark), fmt.Sprintf("thread_chat_%d_%08x", s.events, s.mark)
	text := "Please add up the monthly storage figures and quote my reference " + r.nonce + " in your answer."
	frame, err := json.Marshal(map[string]any{
		"type": "user_message", "content": text, "message": text, "thread_id": r.thread,
		"payload": map[string]any{"content": text, "message": text, "thread_id": r.thread, "run_id": r.id, "timestamp": "2025-09-17T10:00:01.000+00:00"},
	})
	require.NoError(s.t, err)
	s.add(history.Record{Kind: history.Send, Run: r.Label, Frame: string(frame), Intent: &history.Intent{NeedsTool: true, Nonce: r.nonce, Want: r.want}})
	return r
}

// Event is an event of the run.
func (r *Run) Event(kind string, further map[string]any) map[string]any {
	r.events++
	frame := map[string]any{
		"type": kind, "event_id": fmt.Sprintf("evt_%s_%d_%08x", kind, r.events, r.events*7919), "user_id": r.Subject,
		"thread_id": r.thread, "run_id": r.id, "agent_name": "Supervisor", "timestamp": r.now(),
	}
	for name, value := range further {
		frame[name] = value
	}
	return frame
}

// Events are all five, with the answer that is wanted.
func (r *Run) Events() []map[string]any {
	return []map[string]any{
		r.Event("agent_started", map[string]any{"task_description": "Add up the figures, reference " + r.nonce}),
		r.Event("agent_thinking", map[string]any{"thought": "Adding the figures of " + r.nonce + " one by one."}),
		r.Event("tool_executing", map[string]any{"tool_name": "sum_figures", "parameters": map[string]any{"limit": 3}}),
		r.Event("tool_completed", map[string]any{"tool_name": "sum_figures", "results": map[string]any{"sum": 697}, "success": true, "duration": 0.412}),
		r.Event("agent_completed", map[string]any{"success": true, "final_response": "The sum of the monthly storage figures is " + r.want + " (reference " + r.nonce + ")."}),
	}
}

// Answer hears all events.
func (r *Run) Answer() {
	for _, event := range r.Events() {
		r.Hear(r.Label, event)
	}
}

// Nonce is the reference in the prompt.
func (r *Run) Nonce() string { return r.nonce }
