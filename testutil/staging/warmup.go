package staging

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	warm      = 300 * time.Millisecond // the backend gives auth no longer (http.md 4.1, 4.3)
	warmTwice = 2
	backOff   = 250 * time.Millisecond // before the second probe of an auth service that is not up yet
	mostOff   = 4 * time.Second
)

// WarmUp asks for the auth service's health until it has answered within 0.3 s twice in a row, which
// the backend's own probe of it needs (http.md 4.1), and then once for the backend's health. Answers
// 502, 503 and 504 are waited out with growing pauses, within the budget Ready; everything else ends
// it. It blocks for that budget and one exchange at most, except for the pace. Every probe is recorded. The error is a
// *WaitError when the budget ran out, ErrProduction for a target that must be left alone, else that
// of the exchange.
func (t *Target) WarmUp(ctx context.Context) error {
	if err := t.warmAuth(ctx); err != nil {
		return err
	}
	_, err := t.do(ctx, call{purpose: history.PurposeHealth, method: http.MethodGet, url: t.config.APIURL + "/health"})
	return err
}

func (t *Target) warmAuth(ctx context.Context) error {
	health := t.config.AuthURL + "/health"
	deadline := time.Now().Add(t.budgets.Ready)
	pause, quick := backOff, 0
	for {
		answer, err := t.do(ctx, call{purpose: history.PurposeWarmUp, method: http.MethodGet, url: health})
		switch {
		case err == nil:
			if err := t.refuseProduction(answer); err != nil {
				return err
			}
			if quick++; answer.after >= warm {
				quick = 0
			}
			if quick == warmTwice {
				return nil
			}
		case !startingUp(err):
			return err
		default:
			quick = 0
			if err := rest(ctx, min(jitter(pause), time.Until(deadline))); err != nil {
				return err
			}
			pause = min(2*pause, mostOff)
		}
		deadline = deadline.Add(answer.waited)
		if !time.Now().Before(deadline) {
			return t.neverWarm(health, err)
		}
	}
}

// startingUp tells an answer that goes away when an instance has started.
func startingUp(err error) bool {
	var status *StatusError
	return errors.As(err, &status) &&
		slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status.Status)
}

func (t *Target) neverWarm(health string, last error) error {
	what := fmt.Sprintf("an answer within %v, twice in a row", warm)
	t.note(history.Record{}, history.TopicGaveUp, "warm-up: "+what)
	err := &WaitError{For: what, Of: health, Budget: t.budgets.Ready}
	if last != nil {
		return fmt.Errorf("%w; last: %w", err, last)
	}
	return err
}

// refuseProduction stops at a target whose health calls itself production, unless it is allowed.
func (t *Target) refuseProduction(answer *reply) error {
	var health struct {
		Environment string `json:"environment"`
	}
	if answer.decode(&health) != nil || !strings.HasPrefix(strings.ToLower(health.Environment), "prod") {
		return nil
	}
	u, err := url.Parse(t.config.AuthURL)
	if err == nil && slices.Contains(t.config.AllowProduction, u.Hostname()) {
		return nil
	}
	t.note(history.Record{}, history.TopicRefusal, ErrProduction.Error())
	return fmt.Errorf("%s: %w", t.config.AuthURL, ErrProduction)
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// rest blocks for d, or until ctx ends, whose error it returns.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
