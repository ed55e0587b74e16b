package staging

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// execution is the body of /api/agents/execute (http.md 5.4).
type execution struct {
	Type         string  `json:"type"`
	Message      string  `json:"message"`
	ForceFailure bool    `json:"force_failure,omitempty"`
	Delay        float64 `json:"simulate_delay,omitempty"` // seconds
}

// Execute has an agent answer over REST. It blocks for the budget Answer at most, except for the pace.
// The error is a *FailedError when the target says that the agent failed, which it does with status
// 200 (http.md 5.4), unless the option ExpectFailure or SimulateDelay says that it must.
func (u *User) Execute(ctx context.Context, agent string, p prompts.Prompt, opts ...AskOption) (Answer, error) {
	a := newAsking(p, opts)
	a.intent.Agent = agent
	answer, err := u.execute(ctx, agent, a)
	if err != nil {
		return Answer{}, err
	}
	var result struct {
		Status   string  `json:"status"`
		Agent    string  `json:"agent"`
		Response string  `json:"response"`
		Error    *string `json:"error"`
	}
	if err := answer.decode(&result); err != nil {
		return Answer{}, fmt.Errorf("execute: the answer is no JSON object with \"status\" and \"response\": %w", err)
	}
	given := Answer{Text: result.Response, Agent: result.Agent}
	if result.Status == "success" {
		return given, nil
	}
	failed := &FailedError{Run: "over REST", Agent: agent, Code: u.target.redact(result.Status)}
	if result.Error != nil {
		failed.Text = u.target.redact(*result.Error)
	}
	return a.failed(given, failed)
}

func (u *User) execute(ctx context.Context, agent string, a asking) (*reply, error) {
	m := a.message
	return u.call(ctx, call{
		purpose: history.PurposeExecute, method: http.MethodPost, url: u.target.config.APIURL + "/api/agents/execute",
		body:   execution{agent, m.Content, m.ForceFailure, m.SimulateDelay.Seconds()},
		intent: &a.intent,
	})
}

// ExecuteFailing asks an agent over REST to fail, which the target must answer with 500 (http.md 5.4).
// Whether it does is read from the history; the error is that of an exchange without a whole answer.
func (u *User) ExecuteFailing(ctx context.Context, agent string, p prompts.Prompt) error {
	a := newAsking(p, []AskOption{SimulateFailure()})
	a.intent.Agent, a.intent.Expect = agent, strconv.Itoa(http.StatusInternalServerError)
	_, err := u.execute(ctx, agent, a)
	return unanswered(err)
}

// Start starts an agent in the background over REST and returns its id. The error is a *FailedError
// when the target says that it did not start, unless ExpectFailure says that it must not.
func (u *User) Start(ctx context.Context, agent string, p prompts.Prompt, opts ...AskOption) (id string, err error) {
	a := newAsking(p, opts)
	a.intent.Agent = agent
	answer, err := u.call(ctx, call{
		purpose: history.PurposeStart, method: http.MethodPost, url: u.target.config.APIURL + "/api/agents/start",
		body:   map[string]string{"agent_type": agent, "message": p.Text},
		intent: &a.intent,
	})
	if err != nil {
		return "", err
	}
	var started struct {
		Success bool   `json:"success"`
		ID      string `json:"agent_id"`
		Message string `json:"message"`
	}
	if err := answer.decode(&started); err != nil {
		return "", fmt.Errorf("start: the answer is no JSON object with \"success\" and \"agent_id\": %w", err)
	}
	if !started.Success {
		_, err = a.failed(Answer{}, &FailedError{Run: "over REST", Agent: agent, Text: u.target.redact(started.Message)})
	}
	return started.ID, err
}

// Status returns the status of an agent that the user started: "running", "completed", …. It is empty
// when the target does not list the agent.
func (u *User) Status(ctx context.Context, id string) (string, error) {
	status, _, err := u.status(ctx, id)
	return status, err
}

func (u *User) status(ctx context.Context, id string) (status string, waited time.Duration, err error) {
	answer, err := u.call(ctx, call{
		purpose: history.PurposeStatus, method: http.MethodGet,
		url: u.target.config.APIURL + "/api/agents/status?agent_id=" + url.QueryEscape(id),
	})
	if err != nil {
		return "", 0, err
	}
	var listed []struct {
		ID     string `json:"agent_id"`
		Status string `json:"status"`
	}
	if err := answer.decode(&listed); err != nil {
		return "", 0, fmt.Errorf("status: the answer is no JSON list of objects with \"agent_id\" and \"status\": %w", err)
	}
	for _, agent := range listed {
		if agent.ID == id {
			return agent.Status, answer.waited, nil
		}
	}
	return "", answer.waited, nil
}

// finalStatuses are those in which a started agent does nothing more.
var finalStatuses = []string{"completed", "failed", "error", "stopped", "cancelled"}

// AwaitAgent asks for the status of a started agent, with growing pauses, until it has completed or
// ended otherwise, and returns that status. It blocks for the budget Answer at most, except for the
// pace. The error is a *WaitError when the agent did not end, or that of the exchange.
func (u *User) AwaitAgent(ctx context.Context, id string) (string, error) {
	budget := u.target.budgets.Answer
	deadline := time.Now().Add(budget)
	for pause := breath; ; pause = min(2*pause, mostBreath) {
		status, waited, err := u.status(ctx, id)
		if err != nil || slices.Contains(finalStatuses, status) {
			return status, err
		}
		deadline = deadline.Add(waited)
		left := time.Until(deadline)
		if left <= 0 {
			wait := &WaitError{For: "the end of a started agent", Of: id, Budget: budget}
			u.target.note(history.Record{User: u.label}, history.TopicGaveUp, wait.For)
			return status, wait
		}
		if err := rest(ctx, min(pause, left)); err != nil {
			return status, &WaitError{For: "the end of a started agent", Of: id, Cause: err}
		}
	}
}
