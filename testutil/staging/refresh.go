package staging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Refresh replaces both tokens now. The access token from before stays valid (http.md 3.5).
func (u *User) Refresh(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.refresh(ctx); err != nil {
		return fmt.Errorf("refresh the tokens of %s: %w", u.label, err)
	}
	return nil
}

// renew refreshes, and logs in again only if the refresh token is refused. Call with u.mu held.
func (u *User) renew(ctx context.Context) error {
	if u.pair.Refresh == "" {
		return u.login(ctx)
	}
	err := u.refresh(ctx)
	var status *StatusError
	if errors.As(err, &status) && status.Status == http.StatusUnauthorized {
		return u.login(ctx)
	}
	return err
}

func (u *User) refresh(ctx context.Context) error {
	spent := u.pair.Refresh
	err := u.obtain(ctx, u.refreshing(spent), byRefresh)
	if err == nil {
		u.used = spent
	}
	return err
}

func (u *User) refreshing(token string) call {
	return call{
		purpose: history.PurposeRefresh, method: http.MethodPost, user: u, secrets: pairSecrets,
		url:  u.target.config.AuthURL + "/auth/refresh",
		body: map[string]string{"refresh_token": token},
	}
}

// A RefreshMisuse is a refresh that must be refused with 401 (http.md 3.5).
type RefreshMisuse struct {
	Name  string // as recorded in the intent
	token func(*User) string
}

// RefreshMisuses are all of them. UsedRefreshToken needs a Refresh before.
var (
	UsedRefreshToken      = RefreshMisuse{history.UsedRefreshToken, func(u *User) string { return u.used }}
	AccessAsRefreshToken  = RefreshMisuse{"access token as refresh token", func(u *User) string { return u.pair.Access }}
	GarbageAsRefreshToken = RefreshMisuse{"garbage as refresh token", func(*User) string { return garbage }}

	RefreshMisuses = []RefreshMisuse{UsedRefreshToken, AccessAsRefreshToken, GarbageAsRefreshToken}
)

// TryRefresh asks for new tokens in a way that must be refused. The error is nil whatever the answer,
// which is for the judge, and tokens that it holds are not taken; it is that of the exchange if there
// is no answer, or a ban.
func (u *User) TryRefresh(ctx context.Context, m RefreshMisuse) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	token := m.token(u)
	if token == "" {
		return fmt.Errorf("%s has no %s: refresh first", u.label, m.Name)
	}
	c := u.refreshing(token)
	c.intent = provokes(unauthorized, m.Name)
	_, err := u.target.do(ctx, c)
	return unanswered(err)
}

// RaceRefresh uses the current refresh token n times at once, of which exactly one must succeed. The
// user has its tokens afterwards; where several did, those that were issued last. All requests have
// waited for the pace before the first is sent. The error is that of an exchange without an answer, or
// says why what an answer holds is of no use; that all are refused is for the judge.
func (u *User) RaceRefresh(ctx context.Context, n int) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pair.Refresh == "" {
		return fmt.Errorf("%s has no refresh token", u.label)
	}
	answers, err := u.race(ctx, n)
	winners, wrong := u.winners(answers)
	for i, w := range winners {
		if i == 0 {
			u.used = u.pair.Refresh
			u.take(w.pair, w.identity.Subject)
		}
		u.target.append(&history.Record{Kind: history.Login, User: u.label, Login: w.identity}, nil)
	}
	if err = errors.Join(err, wrong); err != nil {
		return fmt.Errorf("race for a refresh of %s: %w", u.label, err)
	}
	return nil
}

// race makes the requests and returns the answers of those that succeeded.
func (u *User) race(ctx context.Context, n int) ([]*reply, error) {
	calls := make([]call, n)
	for i := range calls {
		calls[i] = u.refreshing(u.pair.Refresh)
		calls[i].intent = &history.Intent{Together: true, Token: fmt.Sprintf("refresh token %d", u.refreshes)}
		var leave passage
		leave.waited, leave.err = u.target.pace.Wait(ctx, "/auth/refresh")
		calls[i].passed = &leave
		if leave.err != nil {
			_, err := u.target.do(ctx, calls[i]) // sends nothing and records why
			return nil, err
		}
	}
	answers, failed := make([]*reply, n), make([]error, n)
	var group sync.WaitGroup
	for i, c := range calls {
		group.Go(func() {
			answer, err := u.target.do(ctx, c)
			if err == nil {
				answers[i] = answer
			}
			failed[i] = unanswered(err)
		})
	}
	group.Wait()
	return slices.DeleteFunc(answers, func(a *reply) bool { return a == nil }), errors.Join(failed...)
}

// A winner is who got tokens for a refresh token that several used.
type winner struct {
	pair     pair
	identity *history.Identity
}

// winners reads the answers, the tokens that were issued last first: the user goes on with those, and
// only they are a refresh of those before. The error says what is of no use.
func (u *User) winners(answers []*reply) (found []winner, err error) {
	for _, answer := range answers {
		w := winner{identity: &history.Identity{Email: u.email, Method: byRace}}
		p, problem := u.read(answer, w.identity)
		if problem != nil {
			err = errors.Join(err, problem)
			continue
		}
		w.pair = p
		found = append(found, w)
	}
	slices.SortStableFunc(found, func(a, b winner) int {
		return cmp.Or(b.pair.issued.Compare(a.pair.issued), b.pair.expires.Compare(a.pair.expires))
	})
	if len(found) > 0 {
		found[0].identity.Method = byRefresh
	}
	return found, err
}
