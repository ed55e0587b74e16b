package staging

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	warm       = 300 * time.Millisecond // the backend gives auth no longer (http.md 4.1, 4.3)
	warmTwice  = 2
	slowEnough = 5 // healthy answers in a row after which a slow auth service is just that
	breath     = 100 * time.Millisecond
	mostBreath = time.Second
	backOff    = 250 * time.Millisecond // before the second probe of an auth service that is not up yet
	mostOff    = 4 * time.Second
)

// WarmUp asks for the auth service's health until it has answered within 0.3 s twice in a row, which
// the backend's own probe of it needs (http.md 4.1), and then once for the backend's health and its
// public configuration. Answers 502, 503 and 504 are waited out with growing pauses. An auth service
// that goes on answering well but slowly, as one far away does, is noted and gone on with. It blocks
// for the budget Ready and three exchanges at most, except for the pace. Every probe is recorded. The
// error is a *WaitError when no good answer came within that budget, ErrProduction for a target that
// must be left alone, else that of the exchange. A target without a public configuration (404) is the
// judge's concern.
func (t *Target) WarmUp(ctx context.Context) error {
	if err := t.warmAuth(ctx); err != nil {
		return err
	}
	for _, c := range []call{
		{purpose: history.PurposeHealth, url: "/health"},
		{purpose: history.PurposeConfig, url: "/api/config/public"},
	} {
		c.method, c.url = http.MethodGet, t.config.APIURL+c.url
		answer, err := t.do(ctx, c)
		if refused := t.refuseProduction(t.config.APIURL, answer); refused != nil {
			return refused
		}
		absent := answer != nil && answer.status == http.StatusNotFound && c.purpose == history.PurposeConfig
		if err != nil && !absent {
			return err
		}
	}
	return nil
}

func (t *Target) warmAuth(ctx context.Context) error {
	health := t.config.AuthURL + "/health"
	deadline := time.Now().Add(t.budgets.Ready)
	w := warming{slow: breath, down: backOff}
	for {
		answer, err := t.do(ctx, call{purpose: history.PurposeWarmUp, method: http.MethodGet, url: health})
		if refused := t.refuseProduction(t.config.AuthURL, answer); refused != nil {
			return refused
		}
		if err != nil && !startingUp(err) {
			return err
		}
		deadline = deadline.Add(answer.waited)
		pause, left := w.take(answer), time.Until(deadline)
		switch {
		case w.quick == warmTwice:
			return nil
		case w.row >= slowEnough || left <= 0 && w.healthy > 0:
			t.note(history.Record{}, history.TopicSlowStart, w.String())
			return nil
		case left <= 0:
			return t.neverWarm(health, err)
		}
		if err := rest(ctx, min(pause, left)); err != nil {
			return err
		}
	}
}

// A warming is what the probes of an auth service have shown so far.
type warming struct {
	quick   int           // answers within 0.3 s in a row
	row     int           // healthy answers in a row
	healthy int           // healthy answers
	last    time.Duration // how long the last healthy one took
	most    time.Duration // and the slowest

	slow, down time.Duration // the next pause after a slow answer, and after none
}

// take counts a probe and returns the pause before the next. Who answers quickly is asked again at
// once.
func (w *warming) take(answer *reply) (pause time.Duration) {
	if startingStatus(answer.status) {
		w.quick, w.row = 0, 0
		pause = jitter(w.down)
		w.down = min(2*w.down, mostOff)
		return pause
	}
	if answer.healthy() {
		w.row++
		w.healthy++
		w.last, w.most = answer.after, max(w.most, answer.after)
	} else {
		w.row = 0
	}
	if answer.after < warm {
		w.quick++
		return 0
	}
	w.quick = 0
	pause = w.slow
	w.slow = min(2*w.slow, mostBreath)
	return pause
}

func (w *warming) String() string {
	return fmt.Sprintf("the auth service answered its health in %v last and %v at most, and not within %v twice in a row, "+
		"which is the limit of the backend's own probe of it: beyond that the backend answers 401 to a good token",
		w.last.Round(time.Millisecond), w.most.Round(time.Millisecond), warm)
}

// healthy tells a health answer that says so; whether each has to is for the judge.
func (r *reply) healthy() bool {
	var health struct {
		Status string `json:"status"`
	}
	return r.decode(&health) == nil && slices.Contains([]string{"ok", "healthy", "ready"}, health.Status)
}

// startingUp tells an answer that goes away when an instance has started.
func startingUp(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && startingStatus(status.Status)
}

func startingStatus(status int) bool {
	return slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status)
}

func (t *Target) neverWarm(health string, last error) error {
	const what = "a good answer"
	t.note(history.Record{}, history.TopicGaveUp, "warm-up: "+what)
	err := &WaitError{For: what, Of: health, Budget: t.budgets.Ready}
	if last != nil {
		return fmt.Errorf("%w; last: %w", err, last)
	}
	return err
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// rest blocks for d, or until ctx ends, whose cause it returns.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
