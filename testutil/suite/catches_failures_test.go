package suite_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeFailuresThatAreHidden hides what failed, or tells it twice, or lets others feel it.
func TestStoriesSeeFailuresThatAreHidden(t *testing.T) {
	const unknown, failing, stalling, once = "UnknownAgentIsReported", "FailingToolIsReported", "AgentTimeoutIsReported", "lifecycle/fails-once"
	caught(t, "september", []situation{
		{"an unknown agent is met with silence", unknown, onError(func(func(refstaging.Event), refstaging.Event) {}), "lifecycle/silence"},
		{"an unknown agent is reported twice", unknown, onError(func(next func(refstaging.Event), e refstaging.Event) { next(e); next(e) }), once},
		{"an unknown agent's work is done by another", unknown, lookingUp(func(next refstaging.Lookup, name string) (refstaging.Agent, bool) {
			if agent, ok := next(name); ok {
				return agent, ok
			}
			return next("supervisor")
		}), once},
		{"an unknown agent is a success over REST", unknown, onAPI(at("/api/agents/execute", with("status", "success"))), "answer/status"},
		{"an unknown agent is a server error over REST", unknown, onAPI(at("/api/agents/execute", answers(http.StatusInternalServerError, `{"error":true,"error_code":"INTERNAL_ERROR","message":"no such agent"}`))), "infra/server-error"},
		{"after a failure the next run of the user fails", unknown, failsNext(func(failed, name string) bool { return failed != "" && name == "data" }), "lifecycle/failed"},
		{"after a failure the next run of another user is lost", unknown, func(c *refstaging.Config) {
			var failed atomic.Value
			emitting(func(next func(refstaging.Event), e refstaging.Event) {
				if e.Type == refstaging.AgentError {
					failed.Store(e.UserID)
				}
				if user := failed.Load(); user == nil || user == e.UserID || e.Type != refstaging.AgentCompleted {
					next(e)
				}
			})(c)
		}, "lifecycle/no-outcome"},
		{"all users hear of the failure", unknown, func(c *refstaging.Config) {
			users := &roll{}
			users.call(c)
			onError(func(next func(refstaging.Event), e refstaging.Event) {
				for _, user := range users.all() {
					e.UserID = user
					next(e)
				}
			})(c)
		}, "isolation/stray"},
		{"a failing agent succeeds over REST", failing, onAPI(at("/api/agents/execute", asked(func(_ *http.Request, all map[string]any) { delete(all, "force_failure") }))), "infra/unexpected-status"},
		{"a failing tool goes unnoticed", failing, unasked("force_failure"), once},
		{"a failing tool ends without an error", failing, onError(func(func(refstaging.Event), refstaging.Event) {}), "lifecycle/no-outcome"},
		{"a failure names a file of the server", failing, onError(func(next func(refstaging.Event), e refstaging.Event) {
			e.Error += `: Traceback (most recent call last): File "/app/netra_backend/app/agents/data.py", line 41, in run`
			next(e)
		}), "hygiene/stack-trace"},
		{"a timeout is never reported", stalling, onError(func(func(refstaging.Event), refstaging.Event) {}), "lifecycle/no-outcome"},
		{"a timeout is reported twice", stalling, onError(func(next func(refstaging.Event), e refstaging.Event) { next(e); next(e) }), once},
		{"there is no limit to a run", stalling, func(c *refstaging.Config) { c.RunLimit = time.Minute }, "infra/no-answer"},
		{"a timeout is a success over REST", stalling, onAPI(at("/api/agents/execute", with("status", "success"))), "answer/status"},
		{"a delay is ignored", stalling, unasked("simulate_delay"), once},
	})
}

// onError treats the errors of runs in another way.
func onError(treat func(next func(refstaging.Event), e refstaging.Event)) wrong {
	return emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if e.Type == refstaging.AgentError {
			treat(next, e)
			return
		}
		next(e)
	})
}

// failsNext forgets agents after one was asked for that there is not.
func failsNext(forgotten func(failed, name string) bool) wrong {
	var failed atomic.Value
	failed.Store("")
	return lookingUp(func(next refstaging.Lookup, name string) (refstaging.Agent, bool) {
		agent, ok := next(name)
		if !ok {
			failed.Store(name)
		}
		return agent, ok && !forgotten(failed.Load().(string), name)
	})
}

// unasked loses what an agent request asks for in its context.
func unasked(what string) wrong {
	return (&relay{up: func(_ *passage, frame []byte) []byte {
		if len(frame) > 1<<16 {
			return frame
		}
		return edited(frame, func(all map[string]any) {
			payload, _ := all["payload"].(map[string]any)
			for _, holder := range []map[string]any{all, payload} {
				if context, ok := holder["context"].(map[string]any); ok {
					delete(context, what)
				}
			}
		})
	}}).wrong
}
