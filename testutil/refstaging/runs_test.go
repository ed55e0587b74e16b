package refstaging_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var five = []string{"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"}

// Every member of websocket.md 2.4 is there, and no other.
func TestNormativeEvents(t *testing.T) {
	s := start(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "shape").access)
	c.send(object{"type": "user_message", "content": "no", "payload": object{
		"content": "Add 412, 188 and 97, reference QX7K3M9Q2X8P.", "thread_id": "thread_mine", "run_id": "run_mine",
	}})
	frames := c.readUntil(outcome)
	require.Equal(t, five, types(frames))
	const answer = "The sum of 412, 188 and 97 is 697. (reference QX7K3M9Q2X8P)"
	parameters := object{"figures": []any{412.0, 188.0, 97.0}, "count": 3.0}
	results := object{"sum": 697.0, "count": 3.0}
	task := "Add 412, 188 and 97, reference QX7K3M9Q2X8P."
	for i, want := range []object{
		{"status": "started", "task_description": task, "payload": object{"agent_name": "Supervisor", "task_description": task},
			"data": object{"agent": "Supervisor", "status": "started", "message": "Supervisor has started processing your request"}},
		{"status": "thinking", "thought": "Adding up 412, 188 and 97.", "reasoning": "Adding up 412, 188 and 97.",
			"payload": object{"agent_name": "Supervisor", "thought": "Adding up 412, 188 and 97.", "step_number": 1.0},
			"data":    object{"agent": "Supervisor", "status": "thinking", "reasoning": "Adding up 412, 188 and 97.", "step_number": 1.0}},
		{"status": "executing", "tool_name": "sum_figures", "parameters": parameters,
			"payload": object{"agent_name": "Supervisor", "tool_name": "sum_figures", "parameters": parameters},
			"data":    object{"agent": "Supervisor", "status": "executing", "tool_name": "sum_figures", "parameters": parameters}},
		{"status": "completed", "tool_name": "sum_figures", "results": results, "success": true, "duration": nil,
			"payload": object{"agent_name": "Supervisor", "tool_name": "sum_figures", "results": results, "success": true},
			"data":    object{"agent": "Supervisor", "status": "completed", "tool_name": "sum_figures", "results": results, "execution_time_ms": nil}},
		{"status": "completed", "success": true, "final_response": answer,
			"payload": object{"agent_name": "Supervisor", "final_response": answer},
			"data":    object{"agent": "Supervisor", "status": "completed", "result": answer, "execution_time_ms": nil}},
	} {
		got := frames[i]
		assertRoot(t, got, "e2e-shape", "thread_mine", "run_mine", "Supervisor")
		if i == 3 {
			assert.InDelta(t, got["duration"], got["data"].(object)["execution_time_ms"].(float64)/1000, 1e-9, "repeated values agree")
			want["duration"] = got["duration"]
		}
		if i >= 3 {
			want["data"].(object)["execution_time_ms"] = got["data"].(object)["execution_time_ms"]
		}
		for _, key := range rootKeys {
			want[key] = got[key]
		}
		assert.Equal(t, want, got)
	}
}

var rootKeys = []string{"type", "event_id", "user_id", "thread_id", "run_id", "request_id", "agent_name", "timestamp", "critical"}

func assertRoot(t *testing.T, frame object, user, thread, run, agent string) {
	t.Helper()
	kind := frame["type"].(string)
	assert.Regexp(t, `^evt_`+kind+`_\d{13}_\d+_[0-9a-f]{8}$`, frame["event_id"])
	assert.Equal(t, user, frame["user_id"])
	assert.Equal(t, thread, frame["thread_id"])
	assert.Equal(t, run, frame["run_id"])
	assert.Regexp(t, `^req_chat_\d+_[0-9a-f]{8}$`, frame["request_id"])
	assert.Equal(t, agent, frame["agent_name"])
	assert.InDelta(t, float64(time.Now().Unix()), frame["timestamp"], 3600)
	assert.Equal(t, true, frame["critical"])
}

func TestMintedIDs(t *testing.T) {
	s := start(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "minted").access)
	seen := map[string]bool{}
	for range 3 {
		first := c.ask("Add 1 and 2.")[0]
		thread, run := first["thread_id"].(string), first["run_id"].(string)
		assert.Regexp(t, `^thread_chat_\d+_[0-9a-f]{8}$`, thread)
		assert.Equal(t, "run"+thread[len("thread"):], run, "same number and hex")
		assert.False(t, seen[run])
		seen[run] = true
	}
	c.sendText(`{"type":"chat","content":"Add 1.","thread_id":7,"run_id":""}`)
	assert.Regexp(t, `^thread_chat_`, c.readUntil(outcome)[0]["thread_id"], "no string is no id")
}

func TestEveryPromptType(t *testing.T) {
	inBothDialects(t, refstaging.Config{}, func(t *testing.T, s *refstaging.Server) {
		c := connect(t, s, login(t, s, "prompts").access)
		for _, kind := range []string{"user_message", "chat_message", "message", "user", "user_input", "chat", "agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT"} {
			key, thread := "user_request", "thread_of_"+kind
			if c.thread != "" {
				thread = c.thread // no other is heard in October
				if kind == "user_message" {
					key = "content"
				}
			}
			c.send(object{"type": kind, "payload": object{key: "Add 2 and 3."}, "thread_id": thread})
			frames := c.readRun(outcome)
			assert.Equal(t, five, types(frames), kind)
			assert.Equal(t, thread, field(frames[0], "thread_id"))
		}
	})
}

// Each advertised agent answers with its own tool, over the WebSocket and over REST alike.
func TestEveryAdvertisedAgent(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "agents").access
	c := connect(t, s, token)
	info := call(t, "GET", s.APIURL()+"/api/agents/stream", bearer(token), nil)
	var advertised []string
	for _, name := range info.json["supported_agents"].([]any) {
		advertised = append(advertised, name.(string))
	}
	require.Equal(t, fixtures.AgentNames, advertised)
	const prompt = "Take 412, 188 and 97.5 with 20 percent at 2 USD an hour, reference QX7K3M9Q2X8P."
	want := map[string][2]string{
		"supervisor":   {"plan_effort", "The effort of 697.5 hours at 2 USD an hour is 1395 USD."},
		"triage":       {"rank_by_size", "The largest of 412, 188 and 97.5 is 412."},
		"data":         {"sum_figures", "The sum of 412, 188 and 97.5 is 697.5."},
		"optimization": {"estimate_saving", "Saving 20 percent of 412 is 82.4."},
		"actions":      {"plan_effort", "The effort of 697.5 hours at 2 USD an hour is 1395 USD."},
		"reporting":    {"mean_of_figures", "The mean of 412, 188 and 97.5 is 232.5."},
	}
	require.ElementsMatch(t, advertised, slices.Collect(maps.Keys(want)))
	for name, w := range want {
		wire := name
		if name == "supervisor" {
			wire = "Supervisor"
		}
		for i, field := range []string{"agent", "agent_type"} {
			c.send(object{"type": "agent_request", field: name, "message": prompt})
			frames := c.readUntil(func(f object) bool { return f["type"] == "agent_completed" })
			require.Equal(t, five, types(frames), name)
			for _, f := range frames {
				assert.Equal(t, wire, f["agent_name"], i)
			}
			assert.Equal(t, w[0], frames[2]["tool_name"])
			assert.Equal(t, w[1]+" (reference QX7K3M9Q2X8P)", frames[4]["final_response"])
		}
		r := call(t, "POST", s.APIURL()+"/api/agents/execute", bearer(token), object{"type": name, "message": prompt})
		assert.Equal(t, "success", r.json["status"], r.text)
		assert.Equal(t, w[1]+" (reference QX7K3M9Q2X8P)", r.json["response"])
	}
}

// Section 5.4: nested agents share the run.
func TestFullAnalysisNests(t *testing.T) {
	s := start(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "nested").access)
	frames := c.ask("Please make a full analysis of 412, 188 and 97 with 20 percent at 2 USD an hour, reference QX7K3M9Q2X8P.")
	var shape []string
	thoughts := map[string]int{}
	for _, f := range frames {
		agent := f["agent_name"].(string)
		assert.Equal(t, frames[0]["run_id"], f["run_id"])
		if f["type"] == "agent_thinking" {
			thoughts[agent]++
			assert.Equal(t, float64(thoughts[agent]), f["data"].(object)["step_number"])
			continue
		}
		shape = append(shape, fmt.Sprintf("%s %s", agent, f["type"]))
	}
	want := []string{"Supervisor agent_started", "WorkflowOrchestrator agent_started"}
	for _, agent := range []string{"triage", "data", "optimization", "actions", "reporting"} {
		want = append(want, agent+" agent_started", agent+" tool_executing", agent+" tool_completed", agent+" agent_completed")
		assert.GreaterOrEqual(t, thoughts[agent], 4, agent)
	}
	assert.Equal(t, append(want, "WorkflowOrchestrator agent_completed", "Supervisor agent_completed"), shape)
	assert.Equal(t, 1, thoughts["Supervisor"])
	assert.Equal(t, "The sum is 697. The largest figure is 412, the possible saving is 82.4, the effort is 1394 and the mean is 232.33. (reference QX7K3M9Q2X8P)",
		frames[len(frames)-1]["final_response"])
}

// The answer is in its thread before it is sent, so that a follow-up on it finds it.
func TestAnswerIsInTheThreadBeforeItIsHeard(t *testing.T) {
	heard := make(chan refstaging.Event)
	goOn := make(chan struct{})
	var cfg refstaging.Config
	cfg.Hooks.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			if e.Type == refstaging.AgentCompleted {
				heard <- e
				<-goOn
			}
			next(ctx, e)
		}
	}
	s := start(t, cfg)
	token := login(t, s, "early").access
	c := connect(t, s, token)
	c.send(object{"type": "chat", "content": "Add 1 and 2.", "thread_id": "thread_early"})
	<-heard
	messages := call(t, "GET", s.APIURL()+"/api/threads/thread_early/messages", bearer(token), nil).json
	assert.Equal(t, 2.0, messages["total"])
	goOn <- struct{}{}
	c.readUntil(outcome)
}

// The follow-up may be sent the moment the answer is there, also from a later session.
func TestFollowUpUsesTheThread(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "follow").access
	c := connect(t, s, token)
	say := func(c *client, thread, text string) string {
		c.send(object{"type": "chat", "content": text, "thread_id": thread})
		frames := c.readUntil(func(f object) bool { return outcome(f) && f["thread_id"] == thread })
		return frames[len(frames)-1]["final_response"].(string)
	}
	for i := range 20 {
		thread := fmt.Sprintf("thread_follow_%d", i)
		say(c, thread, "Add 412, 188 and 97.")
		assert.Equal(t, "Twice 697 is 1394.", say(c, thread, "Now double that."))
	}
	assert.Equal(t, "Half of 1394 is 697.", say(connect(t, s, token), "thread_follow_0", "And half of it?"))
	assert.NotContains(t, say(c, "thread_other", "Now double that."), "1394")
}

func TestPromptWithoutFiguresNeedsNoTool(t *testing.T) {
	s := start(t, refstaging.Config{})
	c := connect(t, s, login(t, s, "chatty").access)
	frames := c.ask("Good morning! What can you do? Reference QX7K3M9Q2X8P")
	assert.Equal(t, []string{"agent_started", "agent_thinking", "agent_completed"}, types(frames))
	assert.Contains(t, frames[2]["final_response"], "QX7K3M9Q2X8P")
}
