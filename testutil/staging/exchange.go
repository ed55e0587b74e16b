package staging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A call is one HTTP request to make.
type call struct {
	purpose string // one of the Purpose constants of package history
	method  string
	url     string
	body    any         // sent as JSON; nil: no body
	bearer  string      // access token; empty: none
	header  http.Header // further headers of this request alone
	user    *User       // whose cookies it carries; nil: nobody's
	intent  *history.Intent
	// secrets finds, in the body of the answer, what must never be recorded.
	secrets func(body []byte) []string
}

// A reply is a whole HTTP answer.
type reply struct {
	status int
	body   []byte
	after  time.Duration // from the request being sent to the last byte
	waited time.Duration // for the pace, before
}

func (r *reply) decode(into any) error { return json.Unmarshal(r.body, into) }

// do makes the call and records it. The error is a *StatusError for an answer other than 2xx, which is
// returned as well, a *BannedError, or an *ExchangeError. Redirects are answers like any other.
func (t *Target) do(ctx context.Context, c call) (*reply, error) {
	x := &history.Exchange{Purpose: c.purpose, Method: c.method, URL: c.url, Bearer: c.bearer != ""}
	record := &history.Record{Kind: history.HTTP, Intent: c.intent, Exchange: x}
	if c.user != nil {
		record.User = c.user.label
	}
	answer, err := t.exchange(ctx, c, x)
	if answer != nil && c.secrets != nil {
		t.secret(c.secrets(answer.body)...)
	}
	t.append(record, nil)

	var banned *BannedError
	switch {
	case errors.As(err, &banned):
		return nil, err
	case err != nil:
		return nil, &ExchangeError{Purpose: c.purpose, Method: c.method, URL: x.URL, Broken: *x.Broken, Cause: err}
	case answer.status < 200 || answer.status > 299:
		return answer, &StatusError{Purpose: c.purpose, Method: c.method, URL: x.URL, Status: answer.status, Body: x.Body}
	}
	return answer, nil
}

// exchange makes the call and writes what happened into x.
func (t *Target) exchange(ctx context.Context, c call, x *history.Exchange) (*reply, error) {
	fail := func(b *history.Broken, err error) (*reply, error) {
		x.Broken = b
		return nil, err
	}
	request, err := newRequest(ctx, c, x)
	if err != nil {
		return fail(broken(ctx, history.StepRequest, err), err)
	}
	if x.Waited, err = t.pace.Wait(ctx, request.URL.Path); err != nil {
		return fail(broken(ctx, history.StepRequest, err), err)
	}

	ctx, cancel := context.WithTimeout(ctx, t.budgets.HTTP)
	defer cancel()
	proxy, err := t.proxyFor(request)
	if err != nil {
		return fail(broken(ctx, history.StepProxy, err), err)
	}
	at := newProgress(proxy != nil)
	start := time.Now()
	response, err := t.client(c.user).Do(request.WithContext(at.follow(ctx)))
	if err != nil {
		x.Took = time.Since(start)
		return fail(at.broken(ctx, err), err)
	}
	defer func() { _ = response.Body.Close() }()

	x.Status, x.Header = response.StatusCode, kept(response.Header)
	body, err := readBody(response, x)
	x.Took = time.Since(start)
	if sent, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		x.Skew = time.Until(sent).Round(time.Second)
	}
	if err != nil {
		return fail(broken(ctx, history.StepBody, err), err)
	}
	if response.StatusCode == http.StatusTooManyRequests {
		if err := t.pace.ban(ctx, response.Header); err != nil {
			return fail(broken(ctx, history.StepRequest, err), err)
		}
	}
	return &reply{response.StatusCode, body, at.sinceWrote(), x.Waited}, nil
}

func newRequest(ctx context.Context, c call, x *history.Exchange) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		text, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		x.Request = string(text)
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, c.url, body)
	if err != nil {
		return nil, err
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	return request, nil
}

// readBody reads what is kept of a body and says in x how much is not.
func readBody(r *http.Response, x *history.Exchange) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if len(body) > maxBody {
		body = body[:maxBody]
		x.Cut = -1
		if r.ContentLength > 0 {
			x.Cut = r.ContentLength - maxBody
		}
	}
	x.Body = string(body)
	return body, err
}

// client carries the cookies of a user; the connections are everybody's.
func (t *Target) client(u *User) *http.Client {
	c := &http.Client{
		Transport:     t.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if u != nil {
		c.Jar = u.cookies
	}
	return c
}
