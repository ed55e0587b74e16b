package staging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
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
	passed  *passage // what the pace said already; nil: it is yet to be asked
	watch   *watch   // reads the answer as a stream of events; nil: as a whole
	// secrets finds, in the body of the answer, what must never be recorded.
	secrets func(body []byte) []string
}

// A passage is the pace's word on one request.
type passage struct {
	waited time.Duration
	err    error
}

// A reply is a whole HTTP answer.
type reply struct {
	call   call
	status int
	body   []byte        // may hold secrets
	text   string        // the body as recorded, for whatever may reach an error
	url    string        // likewise
	cut    bool          // body and text are only the beginning
	skew   time.Duration // the answer's Date minus our clock
	after  time.Duration // from the request being sent to the last byte
	waited time.Duration // for the pace, before
}

// decode reads the recorded body, so that nothing that it finds is a secret.
func (r *reply) decode(into any) error { return json.Unmarshal([]byte(r.text), into) }

// do makes the call and records it. The error is a *StatusError for an answer other than 2xx, which is
// returned as well, and an *ExchangeError if there is no whole answer. A request that the pace does not
// let pass is recorded too; the error is then a *BannedError or the context's. Redirects are answers
// like any other.
func (t *Target) do(ctx context.Context, c call) (*reply, error) {
	x := &history.Exchange{
		Purpose: c.purpose, Method: c.method, URL: c.url, Bearer: c.carriesToken(),
		Origin: c.header.Get("Origin"), Asks: c.header.Get("Access-Control-Request-Method"),
		AsksFor: c.header.Get("Access-Control-Request-Headers"),
	}
	record := &history.Record{Kind: history.HTTP, Intent: c.intent, Exchange: x}
	if c.user != nil {
		record.User = c.user.label
	}
	answer, err := t.attempt(ctx, c, x)
	if answer != nil && c.secrets != nil {
		t.secret(c.secrets(answer.body)...)
	}
	t.append(record, nil)
	if answer != nil {
		answer.call, answer.text, answer.url, answer.cut = c, x.Body, x.URL, x.Cut != 0
	}

	var held *heldError
	switch {
	case errors.As(err, &held):
		return nil, fmt.Errorf("%s: %s %s was not sent: %w", c.purpose, c.method, x.URL, held.cause)
	case err != nil:
		return nil, &ExchangeError{Purpose: c.purpose, Method: c.method, URL: x.URL, Broken: *x.Broken, Cause: err, Stopped: stopped(ctx)}
	case answer.status < 200 || answer.status > 299:
		return answer, &StatusError{Purpose: c.purpose, Method: c.method, URL: x.URL, Status: answer.status, Body: x.Body}
	}
	return answer, nil
}

// A heldError is a request that the pace did not let pass.
type heldError struct{ cause error }

func (e *heldError) Error() string { return e.cause.Error() }

// held is the step at which the pace did not let a request pass.
func held(err error) history.Step {
	if errors.As(err, new(*BannedError)) {
		return history.StepBanned
	}
	return history.StepRequest
}

// attempt waits for the pace and makes the exchange; x says what happened.
func (t *Target) attempt(ctx context.Context, c call, x *history.Exchange) (*reply, error) {
	request, err := newRequest(ctx, c, x)
	if err != nil {
		x.Broken = broken(ctx, history.StepRequest, err)
		return nil, err
	}
	if c.passed != nil {
		x.Waited, err = c.passed.waited, c.passed.err
	} else {
		x.Waited, err = t.pace.Wait(ctx, request.URL.Path)
	}
	if err != nil {
		x.Broken = broken(ctx, held(err), err)
		return nil, &heldError{err}
	}
	ctx, cancel := c.within(ctx, t.budgets)
	defer cancel()
	proxy, err := t.proxyFor(request)
	if err != nil {
		x.Broken = broken(ctx, history.StepProxy, err)
		return nil, err
	}
	x.Trace = t.sender.mark(request.Header, c.intent)
	answer, err := t.exchange(ctx, c, request, newProgress(proxy != nil), x)
	return answer, c.watch.explain(x, err)
}

// carriesToken tells whether the call has credentials, be they good or bad.
func (c call) carriesToken() bool {
	_, token, _ := strings.Cut(c.header.Get("Authorization"), " ")
	return c.bearer != "" || token != ""
}

// within bounds a call by its budget: an agent has the time for its answer, a stream one for each event.
func (c call) within(ctx context.Context, b fixtures.Budgets) (context.Context, context.CancelFunc) {
	switch {
	case c.watch != nil:
		return c.watch.over(ctx)
	case c.purpose == history.PurposeExecute:
		return context.WithTimeout(ctx, max(b.HTTP, b.Answer))
	}
	return context.WithTimeout(ctx, b.HTTP)
}

// exchange sends the request and reads the answer.
func (t *Target) exchange(ctx context.Context, c call, request *http.Request, at *progress, x *history.Exchange) (*reply, error) {
	start := time.Now()
	defer func() { x.Took = time.Since(start) }()
	response, err := t.client(c.user).Do(request.WithContext(at.follow(ctx)))
	if err != nil {
		x.Broken = at.broken(ctx, err)
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	x.Status, x.Header = response.StatusCode, kept(response.Header)
	if sent, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		x.Skew = time.Until(sent).Round(time.Second)
	}
	var unkept error // a ban that could not be stored; before the body, which may stall
	if response.StatusCode == http.StatusTooManyRequests {
		unkept = t.pace.ban(ctx, request.URL.Host, response.Header)
	}
	body, err := c.watch.read(response, x)
	if err != nil {
		x.Broken = broken(ctx, history.StepBody, err)
		return nil, errors.Join(err, unkept)
	}
	if unkept != nil {
		x.Broken = broken(ctx, history.StepRequest, unkept)
		return nil, unkept
	}
	return &reply{status: response.StatusCode, body: body, skew: x.Skew, after: at.sinceWrote(), waited: x.Waited}, nil
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
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
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
	return keepBody(body, r, x), err
}

func keepBody(body []byte, r *http.Response, x *history.Exchange) []byte {
	if len(body) > maxBody {
		body = body[:maxBody]
		x.Cut = -1
		if r.ContentLength > 0 {
			x.Cut = r.ContentLength - maxBody
		}
	}
	x.Body = string(body)
	return body
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
