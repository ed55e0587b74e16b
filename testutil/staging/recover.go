package staging

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// The pauses between attempts to be taken again: few, since each is a request that the edge counts.
const (
	firstPause = 2 * time.Second
	mostPause  = 8 * time.Second
)

// Recover dials with the user's good token, after a burst of bad ones, until it is welcomed or the
// budget Recovery is over; the last attempt is made at its end, and one is made in any case. Waiting
// for the pace counts to no budget. The error is that of the last dial.
func (u *User) Recover(ctx context.Context, opts ...ConnectOption) (s *Session, err error) {
	err = u.target.recovering(ctx, func() (time.Duration, error) {
		d := u.dial(opts)
		d.intent.Recovers = true
		s, err = d.connect(ctx)
		return d.waited, err
	})
	return s, err
}

// RecoverREST does the same with a request to the backend.
func (u *User) RecoverREST(ctx context.Context) error {
	return u.target.recovering(ctx, func() (waited time.Duration, err error) {
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

// recovering tries until it succeeds, or fails in a way that does not pass, or the budget is over. Try
// tells how long it waited for the pace.
func (t *Target) recovering(ctx context.Context, try func() (time.Duration, error)) error {
	deadline := time.Now().Add(t.budgets.Recovery)
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		waited, err := try()
		deadline = deadline.Add(waited)
		left := time.Until(deadline)
		if err == nil || left <= 0 || !passes(err) {
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
