package staging

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// base is the URL of a service.
func (t *Target) base(s fixtures.Service) string {
	if s == fixtures.Auth {
		return t.config.AuthURL
	}
	return t.config.APIURL
}

// Health asks every endpoint of the health family once, in their order, whatever the others answer.
// What they say is for the judge: the error joins those of exchanges without an answer, and ends the
// round when it is a ban or the end of ctx. It blocks for the budget HTTP for each, except for the pace.
func (t *Target) Health(ctx context.Context) error {
	var calls []call
	for _, e := range fixtures.HealthEndpoints {
		c := call{purpose: history.PurposeHealth, method: http.MethodGet, url: t.base(e.Service) + e.Path}
		if e.Guarded {
			c.header = pastTheGuard()
		}
		calls = append(calls, c)
	}
	_, err := t.askAll(ctx, calls)
	return err
}

// Discover asks for everything public that names the environment or URLs (http.md 3.1, 5.3, 5.4), and
// blocks and fails as Health does. It tells whether there is any of it: a target may lack each.
func (t *Target) Discover(ctx context.Context) (any bool, err error) {
	var calls []call
	for _, e := range []struct{ method, url string }{
		{http.MethodGet, t.config.AuthURL + "/auth/config"},
		{http.MethodGet, t.config.APIURL + "/api/config/public"},
		{http.MethodGet, t.config.APIURL + "/api/discovery/services"},
		{http.MethodPost, t.config.APIURL + "/api/v1/websocket"},
	} {
		calls = append(calls, call{purpose: history.PurposeConfig, method: e.method, url: e.url})
	}
	succeeded, err := t.askAll(ctx, calls)
	return succeeded > 0, err
}

// pastTheGuard are the headers with which a GET on a WebSocket path is answered although it is no
// upgrade (http.md 5.2).
func pastTheGuard() http.Header {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	return http.Header{
		"Sec-Websocket-Key":     {base64.StdEncoding.EncodeToString(key)},
		"Sec-Websocket-Version": {"13"},
	}
}

// askAll makes the calls one after the other, and counts those that succeed.
func (t *Target) askAll(ctx context.Context, calls []call) (succeeded int, err error) {
	var failed []error
	for _, c := range calls {
		_, err := t.do(ctx, c)
		if err == nil {
			succeeded++
		}
		err = unanswered(err)
		failed = append(failed, err)
		if ctx.Err() != nil || banned(err) {
			break
		}
	}
	return succeeded, errors.Join(failed...)
}
