package staging

import (
	"context"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A death is how an access token ended that the user keeps. Its words name the dead token.
type death string

const (
	byLogout death = history.LoggedOutToken
	byExpiry death = "expired token"
)

// past lets a token expire by a clock that counts whole seconds, and that a Date header tells to one.
const past = time.Second

// kept tells whether the access token is not to be renewed. Call with u.mu held.
func (u *User) kept() bool { return u.revoked || u.awaited }

// death tells how the access token ended, empty while it is good. Call with u.mu held.
func (u *User) death() death {
	switch {
	case u.revoked:
		return byLogout
	case u.awaited && !time.Now().Before(u.pair.expiry().Add(past)):
		return byExpiry
	}
	return ""
}

// Expiry is when the access token expires, by our clock.
func (u *User) Expiry() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.pair.expiry()
}

// AwaitExpiry blocks until the access token expired a second ago by the clock of the auth service, and
// does not renew it. The user keeps and offers the dead token until Refresh, as after Logout. The error
// is why ctx ended, or says that the token was replaced meanwhile.
func (u *User) AwaitExpiry(ctx context.Context) error {
	u.mu.Lock()
	u.awaited = true
	token, until := u.pair.Access, u.pair.expiry().Add(past)
	u.mu.Unlock()
	err := rest(ctx, time.Until(until))
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.pair.Access != token:
		return fmt.Errorf("the token of %s was replaced while the story waited for its end", u.label)
	case err != nil:
		u.awaited = false
		return fmt.Errorf("wait for the token of %s to expire: %w", u.label, err)
	}
	return nil
}
