package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestWhatAClientSeesOfIsolation(t *testing.T) {
	const run = "agent_started, agent_thinking, agent_completed"
	seen(t, []sighting{
		{"isolation-global-router", "alice: " + run + "; bob: silence", func(g *guest) string {
			alices, bobs := g.welcomed("/ws"), g.as("bob").welcomed("/ws")
			bobs.chat()
			return "alice: " + alices.outcome() + "; bob: " + bobs.outcome()
		}},
		{"isolation-run-id-used-as-user", run, func(g *guest) string {
			return g.welcomed("/ws").say(`{"type":"agent_request","agent":"data","message":"Add 1 and 2."}`).outcome()
		}},
		{"isolation-client-user-id-trusted", run, func(g *guest) string {
			bobs := g.as("bob").welcomed("/ws")
			g.welcomed("/ws").say(`{"type":"execute_agent","content":"Good morning!","user_id":"e2e-bob"}`)
			return bobs.outcome()
		}},
		{"isolation-key-collision", run, func(g *guest) string {
			others := g.as("a.b").welcomed("/ws")
			g.as("a-b").welcomed("/ws").chat()
			return others.outcome()
		}},
		{"isolation-several-managers-per-user", "silence", func(g *guest) string {
			other := g.welcomed("/ws")
			g.welcomed("/ws").chat()
			return other.outcome()
		}},
		{"isolation-internal-state-in-payload", "internal_api_key jwt_secret", func(g *guest) string {
			var found []string
			for frame := range g.welcomed("/ws").say(`{"type":"agent_request","agent":"optimization","message":"Add 1 and 2."}`).frames() {
				results, _ := frame["results"].(map[string]any)
				for _, name := range []string{"internal_api_key", "jwt_secret"} {
					if results[name] != nil {
						found = append(found, name)
					}
				}
				if said(frame, "type") == refstaging.AgentCompleted {
					break
				}
			}
			return strings.Join(found, " ")
		}},
	})
	seenAt(t, refstaging.Config{SessionLimit: 2}, []sighting{
		{"isolation-user-id-prefix-match", "101, error_message CONNECTION_LIMIT, 1013 Connection limit", func(g *guest) string {
			longer := g.as("alice1")
			longer.welcomed("/ws")
			longer.welcomed("/ws")
			return g.greeted("/ws")
		}},
	})
}

func TestWhatClientsSeeOfIsolationTogether(t *testing.T) {
	seenAt(t, slow, []sighting{
		{"isolation-singleton-supervisor", "bob hears of 2 runs", func(g *guest) string {
			alices, bobs := g.welcomed("/ws"), g.as("bob").welcomed("/ws")
			alices.say(sum).hear(refstaging.AgentStarted)
			bobs.say(sum)
			var runs []string
			for frame := range bobs.frames() {
				if run := said(frame, "run_id"); !slices.Contains(runs, run) {
					runs = append(runs, run)
				}
			}
			return fmt.Sprintf("bob hears of %d runs", len(runs))
		}},
		{"isolation-shared-engine-state", "1 of 3 hears its own answer", func(g *guest) string {
			var sessions []*talk
			for i, name := range []string{"alice", "bob", "carol"} {
				session := g.as(name).welcomed("/ws")
				sessions = append(sessions, session.say(fmt.Sprintf(`{"type":"user_message","content":"Add %d and 0."}`, 1000+i)))
			}
			own := 0
			for i, session := range sessions {
				answer := session.told(func(frame map[string]any) string { return said(frame, "final_response") })
				if strings.Contains(answer, fmt.Sprint(1000+i)) {
					own++
				}
			}
			return fmt.Sprintf("%d of 3 hears its own answer", own)
		}},
	})
}

// as is another user at the same deployment.
func (g *guest) as(name string) *guest {
	g.t.Helper()
	other := *g
	other.logIn(name)
	return &other
}
