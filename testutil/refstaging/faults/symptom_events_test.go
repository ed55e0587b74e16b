package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// slow is a deployment at which runs overlap that are asked for one after the other.
var slow = refstaging.Config{Pacing: refstaging.Pacing{Think: time.Second}}

const sum = `{"type":"user_message","content":"Add 1 and 2."}`

func summed(g *guest) string { return g.welcomed("/ws").say(sum).outcome() }

func TestWhatAClientSeesOfEvents(t *testing.T) {
	const silent = "silence"
	seen(t, []sighting{
		{"events-tool-name-nested", "tool_executing payload data, tool_completed payload data", places("tool_name", refstaging.ToolExecuting, refstaging.ToolCompleted)},
		{"events-tool-results-nested", "tool_completed payload data", places("results", refstaging.ToolCompleted)},
		{"events-connection-metadata-as-event", "connect, agent_thinking, tool_executing, tool_completed, agent_completed", summed},
		{"events-field-renamed", "agent_thinking", places("reasoning", refstaging.AgentThinking)},
		{"events-bridge-not-wired", silent, summed},
		{"events-connection-not-registered", silent, summed},
		{"events-handler-setup-swallowed", silent, summed},
		{"events-unknown-type-acknowledged", "ack, silence", func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"execute_agent","content":"Add 1 and 2."}`).outcome()
		}},
		{"events-chat-type-swallowed", silent, summed},
		{"events-routing-fails-silently", silent, func(g *guest) string { return g.welcomed("/ws").say(`{"type":"ping"}`).hear("pong") }},
		{"events-prompt-field-mismatch", silent, summed},
		{"events-completed-missing", "agent_started, agent_thinking, tool_executing, tool_completed, silence", summed},
		{"events-failure-not-reported", "agent_started, agent_thinking, tool_executing, tool_completed, silence", func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"agent_request","agent":"data","message":"Add 1 and 2.","context":{"force_failure":true}}`).outcome()
		}},
		{"events-bridge-method-missing", "tool_executing, tool_completed, silence", summed},
		{"events-tool-events-missing", "agent_started, agent_thinking, agent_completed", summed},
		{"events-unserialisable-payload", "agent_started, agent_thinking, silence", func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"user_message","content":"A full analysis of 1 and 2."}`).told(ofSupervisor)
		}},
		{"events-canned-rest-success",
			`200 {"status":"success","agent":"astrology","response":"Fallback astrology agent response: Successfully processed 'Hello' using recovery mechanism","execution_time":0.1,"circuit_breaker_state":"CLOSED","error":null}`,
			func(g *guest) string {
				return g.ask("POST", "/api/agents/execute", `{"type":"astrology","message":"Hello"}`)
			}},
		{"events-handler-claims-sent", "some pings are not answered", func(g *guest) string {
			const pings = 20
			session := g.welcomed("/ws")
			for range pings {
				session.say(`{"type":"ping"}`)
			}
			if strings.Count(session.hear(), "pong") < pings {
				return "some pings are not answered"
			}
			return "all pings are answered"
		}},
	})
}

func TestWhatAClientSeesOfEventsOfLongRuns(t *testing.T) {
	seenAt(t, slow, []sighting{
		{"events-send-after-close", "silence", func(g *guest) string {
			asking := g.welcomed("/ws").say(`{"type":"user_message","content":"A full analysis of 1 and 2."}`)
			asking.hear(refstaging.AgentStarted)
			next := g.welcomed("/ws")
			asking.conn.Close()
			return next.told(completionOfSupervisor)
		}},
		{"events-order-broken", "tool_completed", func(g *guest) string {
			g.welcomed("/ws").say(sum)
			return first(g.welcomed("/ws").say(sum).told(func(frame map[string]any) string {
				kind := said(frame, "type")
				if strings.HasPrefix(kind, "tool_") {
					return kind
				}
				return ""
			}))
		}},
	})
	seenAt(t, refstaging.Config{RunLimit: 500 * time.Millisecond}, []sighting{
		{"events-timeout-not-reported", "agent_started, agent_thinking, tool_executing, tool_completed, silence", func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"agent_request","agent":"data","message":"Add 1 and 2.","context":{"simulate_delay":5}}`).outcome()
		}},
	})
}

// A fault of prompts leaves pings alone, one of failures successes, one of some types other types.
func TestWhatFaultsOfEventsLeaveAlone(t *testing.T) {
	ping := func(g *guest) string { return g.welcomed("/ws").say(`{"type":"ping"}`).hear("pong") }
	const run = "agent_started, agent_thinking, tool_executing, tool_completed, agent_completed"
	for _, row := range []sighting{
		{"events-bridge-not-wired", "pong", ping},
		{"events-handler-setup-swallowed", "pong", ping},
		{"events-unknown-type-acknowledged", run, summed},
		{"events-chat-type-swallowed", run, func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"chat_message","content":"Add 1 and 2."}`).outcome()
		}},
		{"events-prompt-field-mismatch", run, func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"user_message","text":"Add 1 and 2."}`).outcome()
		}},
		{"events-failure-not-reported", run, summed},
		{"events-unserialisable-payload", run, summed},
		{"events-send-after-close", run, summed},
		{"events-handler-claims-sent", run, summed},
		{"events-order-broken", run, summed},
	} {
		t.Run(row.id, func(t *testing.T) {
			t.Parallel()
			if got := row.look(invited(t, row.id)); got != row.sees {
				t.Errorf("got %s, want %s", got, row.sees)
			}
		})
	}
}

// told describes the frames that come until a run has ended, or nothing comes; "" leaves one out.
func (k *talk) told(describe func(frame map[string]any) string) string {
	var heard []string
	for frame := range k.frames() {
		word := describe(frame)
		if word != "" {
			heard = append(heard, word)
		}
		if said(frame, "type") == refstaging.AgentCompleted && word != "" {
			return strings.Join(heard, ", ")
		}
	}
	return strings.Join(append(heard, "silence"), ", ")
}

// places says at which places events of some types have a member that says something.
func places(member string, types ...string) func(g *guest) string {
	return func(g *guest) string {
		var found []string
		for frame := range g.welcomed("/ws").say(sum).frames() {
			kind := said(frame, "type")
			if kind == refstaging.AgentCompleted {
				break
			}
			if !slices.Contains(types, kind) {
				continue
			}
			if frame[member] != nil {
				kind += " root"
			}
			for _, place := range []string{"payload", "data"} {
				if inner, _ := frame[place].(map[string]any); inner[member] != nil {
					kind += " " + place
				}
			}
			found = append(found, kind)
		}
		return strings.Join(found, ", ")
	}
}

func ofSupervisor(frame map[string]any) string {
	if frame["agent_name"] != "Supervisor" {
		return ""
	}
	return fmt.Sprint(frame["type"])
}

func completionOfSupervisor(frame map[string]any) string {
	if kind := ofSupervisor(frame); kind == refstaging.AgentCompleted {
		return kind
	}
	return ""
}

// first is the first of what told lists.
func first(told string) string { word, _, _ := strings.Cut(told, ","); return word }

// said is a member of a frame that is a text.
func said(frame map[string]any, member string) string { s, _ := frame[member].(string); return s }
