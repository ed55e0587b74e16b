package deployment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// maxBody is what an answer may have: a page of 1,000 log entries has one or two MiB.
const maxBody = 16 << 20

// keptOfCut is what is kept of a longer one, for people: nothing can be decoded from it.
const keptOfCut = 64 << 10

// ErrTooLong is what an answer ends with that is longer than what is kept of one.
var ErrTooLong = fmt.Errorf("the answer has more than %d MiB", maxBody>>20)

// An attempt is one request to an API and what came of it. It travels to the recorder in the request's
// context.
type attempt struct {
	reading history.Reading // what it is about; then all of it
	log     *history.Log    // that the bearer must be kept from
	sent    bool
}

type attemptKey struct{}

func (a *attempt) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, attemptKey{}, a)
}

// A recorder notes what is sent and answered. It adds the bearer after it has noted the request.
type recorder struct {
	base http.RoundTripper
	who  identity
}

// RoundTrip fails unless the request's context holds an attempt.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	a, ok := request.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return nil, errors.New("a request that nobody records")
	}
	if err := a.begin(request); err != nil {
		return nil, err
	}
	begun := time.Now()
	answer, step, err := r.send(a, request)
	a.reading.Took = time.Since(begun)
	if err != nil {
		a.reading.Broken = broken(request.Context(), step, err)
	}
	return answer, err
}

func (a *attempt) begin(request *http.Request) error {
	a.sent = true
	a.reading.Method, a.reading.URL = request.Method, request.URL.String()
	if request.GetBody == nil {
		return nil
	}
	body, err := request.GetBody()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(body)
	a.reading.Request = string(text)
	return err
}

// send returns the step at which it broke, if it did. The body of the answer has been read.
func (r *recorder) send(a *attempt, request *http.Request) (*http.Response, history.Step, error) {
	request, bearer, err := r.who.authorize(request)
	if err != nil {
		return nil, history.StepRequest, err
	}
	if a.log != nil {
		a.log.Secret(bearer)
	}
	answer, err := r.base.RoundTrip(request)
	if err != nil {
		return nil, stepOf(err), err
	}
	a.reading.Status = answer.StatusCode
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	answer.Body.Close() // there is nothing that it could still say
	if len(body) > maxBody {
		body, a.reading.Cut = body[:keptOfCut], cut(answer, keptOfCut)
	}
	a.reading.Body = string(body)
	switch {
	case err != nil:
		return nil, history.StepBody, fmt.Errorf("read the answer: %w", err)
	case a.reading.Cut != 0:
		return nil, history.StepBody, ErrTooLong
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, "", nil
}

// cut is how much of an answer is missing, -1 if nobody knows.
func cut(answer *http.Response, kept int64) int64 {
	if answer.ContentLength < 0 {
		return -1
	}
	return answer.ContentLength - kept
}
