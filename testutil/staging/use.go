package staging

import (
	"context"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Traffic makes n ordinary requests of each service, one after the other, as the user: what any revision
// answers alike, so that the server's own logs of two can be compared (deployment.md 5). It blocks for
// the budget HTTP for each, except for the pace. What they answer is for the judge: the error is that of a
// login, or joins those of exchanges without an answer, and ends the round when it is a ban or the end of
// ctx.
func (u *User) Traffic(ctx context.Context, n int) error {
	token, err := u.token(ctx)
	if err != nil {
		return err
	}
	t := u.target
	// All are below /api/, where the edge allows more (http.md 1, Edge).
	validate := call{method: http.MethodPost, url: t.config.AuthURL + "/api/v1/jwt/validate", body: map[string]string{"token": token.AccessToken}}
	ordinary := []call{
		validate,
		{method: http.MethodGet, url: t.config.APIURL + "/api/monitoring/ping"},
		validate,
		{method: http.MethodGet, url: t.config.APIURL + "/api/threads", bearer: token.AccessToken},
	}
	var calls []call
	for i := range 2 * n { // the services take turns
		c := ordinary[i%len(ordinary)]
		c.purpose, c.user = history.PurposeTraffic, u
		calls = append(calls, c)
	}
	_, err = t.askAll(ctx, calls)
	return err
}

// Sample asks n times what the services say of their processes: memory, connections and tasks (deployment.md
// 6). It carries no cookies: by those a load balancer may choose the instance, always the same one, and others
// served the sessions. It blocks and fails as Health does.
func (t *Target) Sample(ctx context.Context, n int) error {
	var calls []call
	for range n {
		for _, figure := range fixtures.Figures {
			calls = append(calls, call{purpose: history.PurposeSample, method: http.MethodGet, url: t.base(figure.Service) + figure.Path})
		}
	}
	_, err := t.askAll(ctx, calls)
	return err
}

// Probe asks n times whether the deployment serves: both services, and the backend's cheapest endpoint
// (deployment.md 3). It blocks and fails as Health does.
func (t *Target) Probe(ctx context.Context, n int) error {
	var calls []call
	for range n {
		for _, url := range []string{t.config.AuthURL + "/health", t.config.APIURL + "/health", t.config.APIURL + "/api/monitoring/ping"} {
			calls = append(calls, call{purpose: history.PurposeHealth, method: http.MethodGet, url: url})
		}
	}
	_, err := t.askAll(ctx, calls)
	return err
}

// CleanUp waits for the budget Cleanup, within which a target cleans up after those who left.
func (t *Target) CleanUp(ctx context.Context) error {
	cleaned := time.NewTimer(t.budgets.Cleanup)
	defer cleaned.Stop()
	select {
	case <-cleaned.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
