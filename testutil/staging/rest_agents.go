package staging

import (
	"cmp"
	"context"
	"errors"
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
	const form = `a JSON object with "status" and "response" (http.md 5.4)`
	if err := answer.read(form, &result); err != nil {
		return Answer{}, err
	}
	if result.Status == "" {
		return Answer{}, answer.not(form, errors.New("it has no status"))
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
	const form = `a JSON object with "success" and "agent_id" (http.md 5.4)`
	if err := answer.read(form, &started); err != nil {
		return "", err
	}
	switch {
	case !started.Success:
		_, err = a.failed(Answer{}, &FailedError{Run: "over REST", Agent: agent, Text: u.target.redact(started.Message)})
	case started.ID == "":
		err = answer.not(form, errors.New("it names no agent"))
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
	listed, waited, err := u.statuses(ctx, "?agent_id="+url.QueryEscape(id))
	return listed[id], waited, err
}

// Statuses returns the status of each agent that the target lists as the user's, by its id: of those that
// the user started, and of nobody else's (http.md 5.4), which is for the judge.
func (u *User) Statuses(ctx context.Context) (map[string]string, error) {
	listed, _, err := u.statuses(ctx, "")
	return listed, err
}

func (u *User) statuses(ctx context.Context, query string) (byID map[string]string, waited time.Duration, err error) {
	answer, err := u.call(ctx, call{
		purpose: history.PurposeStatus, method: http.MethodGet, url: u.target.config.APIURL + "/api/agents/status" + query,
	})
	if err != nil {
		return nil, 0, err
	}
	var listed []struct {
		ID     string `json:"agent_id"`
		Status string `json:"status"`
	}
	if err := answer.read(`a JSON list of objects with "agent_id" and "status" (http.md 5.4)`, &listed); err != nil {
		return nil, 0, err
	}
	byID = make(map[string]string, len(listed))
	for _, agent := range listed {
		byID[agent.ID] = agent.Status
	}
	return byID, answer.waited, nil
}

// finalStatuses are those in which a started agent does nothing more.
var finalStatuses = []string{"completed", "failed", "error", "stopped", "cancelled"}

// AwaitAgent asks for the status of a started agent, with growing pauses, until it has completed or
// ended otherwise, and returns that status. It blocks for the budget Answer at most, except for the
// pace. The error is a *WaitError when the agent did not end, which says what its last status was and
// whether it was ever listed, or that of the exchange.
func (u *User) AwaitAgent(ctx context.Context, id string) (string, error) {
	budget := u.target.budgets.Answer
	deadline := time.Now().Add(budget)
	wait := &WaitError{Of: id}
	last := ""
	for pause := breath; ; pause = min(2*pause, mostBreath) {
		status, waited, err := u.status(ctx, id)
		if err != nil || slices.Contains(finalStatuses, status) {
			return status, err
		}
		last = cmp.Or(status, last)
		wait.For = u.target.redact(awaited(status, last))
		deadline = deadline.Add(waited)
		left := time.Until(deadline)
		if left <= 0 {
			wait.Budget = budget
			u.target.note(history.Record{User: u.label}, history.TopicGaveUp, wait.For)
			return status, wait
		}
		if wait.Cause = rest(ctx, min(pause, left)); wait.Cause != nil {
			return status, wait
		}
	}
}

// awaited says in words what a started agent of that status is waited for; last is the last status that
// was listed.
func awaited(status, last string) string {
	const end = "the end of a started agent, "
	switch {
	case last == "":
		return end + "which the target never listed"
	case status == "":
		return end + "which the target lists no more; its last status was " + excerpt(last)
	}
	return end + "whose status is still " + excerpt(status)
}
