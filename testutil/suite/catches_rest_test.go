package suite_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeAgentsThatDiffer lets agents answer over REST otherwise than they should.
func TestStoriesSeeAgentsThatDiffer(t *testing.T) {
	const full = "AgentExecutionFullFlow"
	execute := func(h handler) wrong { return onAPI(at("POST /api/agents/execute", h)) }
	stream := func(change func(event map[string]any) []byte) wrong {
		return onAPI(at("POST /api/agents/stream", streaming(change)))
	}
	caught(t, "september", []situation{
		{"a mock answer", full, execute(with("response", "Mock data agent response for: the figures")), "answer/canned"},
		{"a fallback answer", full, execute(with("response", "Fallback data agent response: Successfully processed 'it' using recovery mechanism")), "answer/canned"},
		{"an empty answer", full, execute(with("response", "")), "answer/empty"},
		{"the service is not available", full, execute(with("status", "service_unavailable")), "answer/status"},
		{"another figure than over the WebSocket", full, execute(altering(func(all map[string]any) {
			all["response"] = strings.Map(nextDigit, text(all, "response"))
		})), "answer/figure answer/agree"},
		{"a stream with another figure", full, stream(func(event map[string]any) []byte {
			if result := text(event, "result"); result != "" {
				event["result"] = strings.Map(nextDigit, result)
			}
			return told(event)
		}), "answer/figure answer/agree"},
		{"a stream of mock text", full, stream(func(event map[string]any) []byte {
			if text(event, "result") != "" {
				event["result"] = "Mock response for: the figures"
			}
			return told(event)
		}), "answer/canned"},
		{"a stream without stream_end", full, stream(without("stream_end")), "lifecycle/stream"},
		{"a stream without an outcome", full, stream(without(refstaging.AgentCompleted)), "lifecycle/stream"},
		{"a stream without thoughts", full, stream(without(refstaging.AgentThinking)), "lifecycle/stream"},
		{"a stream with two outcomes", full, stream(func(event map[string]any) []byte {
			if event["event"] == refstaging.AgentCompleted {
				return append(told(event), told(event)...)
			}
			return told(event)
		}), "lifecycle/stream"},
		{"a stream that does not end", full, onAPI(at("POST /api/agents/stream", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			streaming(without("stream_end"))(next, w, r)
			<-r.Context().Done()
		})), "infra/half-answer"},
		{"a stream that falls silent", full, onAPI(at("POST /api/agents/stream", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			streaming(func(event map[string]any) []byte {
				if event["event"] == refstaging.AgentCompleted {
					select {
					case <-r.Context().Done():
					case <-time.After(10 * time.Second):
					}
				}
				return told(event)
			})(next, w, r)
		})), "infra/half-answer"},
		{"an agent is not advertised", "AgentRegistryHealth", onAPI(at("GET /api/agents/stream", with("supported_agents", []string{"supervisor", "triage", "data", "optimization", "actions"}))), "health/agents"},
		{"the registry is not available", "AgentRegistryHealth", onAPI(at("GET /api/agents/stream", with("available", false))), "health/agents"},
		{"an agent is not in the registry", full, lookingUp(func(next refstaging.Lookup, name string) (refstaging.Agent, bool) {
			agent, ok := next(name)
			return agent, ok && name != "reporting"
		}), "lifecycle/failed"},
		{"an agent of the analysis does not complete", full, emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if e.Type != refstaging.AgentCompleted || e.Agent == "Supervisor" || e.Agent == "WorkflowOrchestrator" {
				next(e)
			}
		}), "lifecycle/agent-completes"},
	})
}

// TestStoriesSeeStartedAgentsThatDoNot breaks agents that work in the background.
func TestStoriesSeeStartedAgentsThatDoNot(t *testing.T) {
	const started, ends = "StartedAgentsComplete", "lifecycle/started-agent"
	status := func(from, to string) wrong {
		return onAPI(at("GET /api/agents/status", altered(func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Body = bytes.NewBuffer(bytes.ReplaceAll(a.Body.Bytes(), []byte(from), []byte(to)))
		})))
	}
	start := func(h handler) wrong { return onAPI(at("/api/agents/start", h)) }
	caught(t, "september", []situation{
		{"they never complete", started, status(`"completed"`, `"running"`), ends},
		{"they fail", started, status(`"completed"`, `"failed"`), ends},
		{"they are not listed", started, onAPI(at("GET /api/agents/status", answers(http.StatusOK, "[]"))), ends},
		{"others are listed", started, onAPI(at("GET /api/agents/status", answers(http.StatusOK,
			`[{"agent_id":"agent-1","status":"completed","agent_type":"triage","start_time":"2026-01-01T00:00:00Z","last_activity":"2026-01-01T00:00:00Z","message_count":1}]`))), ends},
		{"they have one id", started, start(with("agent_id", "agent-1")), ends},
		{"they have no id", started, start(with("agent_id", "")), "lifecycle/rest-start"},
		{"their start is a mock", started, start(with("message", "Mock start of the agent")), "lifecycle/rest-start"},
		{"they do not start", started, start(with("success", false)), "lifecycle/rest-start"},
	})
}

// streaming changes the events of a stream; nil leaves one out.
func streaming(change func(event map[string]any) []byte) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&stream{w, change}, r)
	}
}

// A stream gets each event in one piece, as the reference writes it.
type stream struct {
	http.ResponseWriter
	change func(event map[string]any) []byte
}

func (s *stream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *stream) Write(data []byte) (int, error) {
	var event map[string]any
	if json.Unmarshal(bytes.TrimPrefix(data, []byte("data: ")), &event) != nil {
		return s.ResponseWriter.Write(data)
	}
	_, err := s.ResponseWriter.Write(s.change(event))
	return len(data), err
}

// told is an event as it is sent.
func told(event map[string]any) []byte {
	body, _ := json.Marshal(event) // it came from JSON
	return append(append([]byte("data: "), body...), "\n\n"...)
}

func without(kind string) func(event map[string]any) []byte {
	return func(event map[string]any) []byte {
		if event["event"] == kind {
			return nil
		}
		return told(event)
	}
}
