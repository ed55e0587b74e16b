package staging

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A patience is how one tries to be taken again: the pauses between the attempts, which grow, and the
// refusals that may go away.
type patience struct {
	first, most time.Duration
	passes      func(error) bool
}

// Attempts are few, since each is a request that the edge counts.
var (
	afterRefusals = patience{2 * time.Second, 8 * time.Second, passes}
	whenFree      = patience{200 * time.Millisecond, 2 * time.Second, full}
)

// Recover dials with the user's good token, after a burst of bad ones, until it is welcomed or the
// budget Recovery is over; the last attempt is made at its end, and one is made in any case. Waiting
// for the pace counts to no budget. The error is that of the last dial.
func (u *User) Recover(ctx context.Context, opts ...ConnectOption) (s *Session, err error) {
	err = afterRefusals.try(ctx, u.target.budgets.Recovery, func() (time.Duration, error) {
		d := u.dial(opts)
		d.intent.Recovers = true
		s, err = d.connect(ctx)
		return d.waited, err
	})
	return s, err
}

// ConnectWhenFree dials in the place of a session that the user has just left at the session limit. A
// target may free the place a moment after its close frame, and refuses until then with 1013 (websocket.md
// 2.4): it dials again until it is welcomed, refused otherwise, or the budget Reply is over. Waiting for
// the pace counts to no budget. The error is that of the last dial.
func (u *User) ConnectWhenFree(ctx context.Context, opts ...ConnectOption) (s *Session, err error) {
	err = whenFree.try(ctx, u.target.budgets.Reply, func() (time.Duration, error) {
		d := u.dial(opts)
		d.intent.Freed = true
		s, err = d.connect(ctx)
		return d.waited, err
	})
	return s, err
}

// RecoverREST is Recover with a request to the backend in place of a dial.
func (u *User) RecoverREST(ctx context.Context) error {
	return afterRefusals.try(ctx, u.target.budgets.Recovery, func() (waited time.Duration, err error) {
		answer, err := u.call(ctx, call{
			purpose: history.PurposeThreads, method: http.MethodGet, url: u.target.config.APIURL + "/api/threads",
			intent: &history.Intent{Recovers: true},
		})
		if answer != nil {
			waited = answer.waited
		}
		return waited, err
	})
}

// try tries until it succeeds, or fails in a way that does not pass, or the budget is over. Act tells how
// long it waited for the pace.
func (p patience) try(ctx context.Context, budget time.Duration, act func() (waited time.Duration, err error)) error {
	deadline := time.Now().Add(budget)
	for pause := p.first; ; pause = min(2*pause, p.most) {
		waited, err := act()
		deadline = deadline.Add(waited)
		left := time.Until(deadline)
		if err == nil || left <= 0 || !p.passes(err) {
			return err
		}
		if err := rest(ctx, min(jitter(pause), left)); err != nil {
			return err
		}
	}
}

// passes tells a refusal that may go away: any answer but a ban.
func passes(err error) bool {
	return refusal(err) || errors.As(err, new(*StatusError)) && !banned(err)
}

// full tells the refusal of a session that is one too many.
func full(err error) bool {
	var ended *ClosedError
	return refusal(err) && errors.As(err, &ended) && ended.Code == websocket.CloseTryAgainLater
}
