package staging

import (
	"context"
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Me asks the auth service who the bearer is and returns the id that it says.
func (u *User) Me(ctx context.Context) (id string, err error) {
	answer, err := u.call(ctx, call{purpose: history.PurposeMe, method: http.MethodGet, url: u.target.config.AuthURL + "/auth/me"})
	if err != nil {
		return "", err
	}
	var me struct {
		ID string `json:"user_id"`
	}
	if err := answer.read(`a JSON object with "user_id" (http.md 3.1)`, &me); err != nil {
		return "", err
	}
	return me.ID, nil
}

// inspections are the endpoints that say of a token whether it is good, each with status 200 (http.md
// 3.1, 3.2).
var inspections = []struct {
	method, path string
	revocation   bool // tells only of logouts
}{
	{method: http.MethodGet, path: "/auth/verify"}, // with the token as bearer; the others in the body
	{method: http.MethodPost, path: "/auth/verify"},
	{method: http.MethodPost, path: "/auth/validate"},
	{method: http.MethodPost, path: "/api/v1/jwt/validate"},
	{method: http.MethodPost, path: "/auth/check-blacklist", revocation: true},
}

// Inspect asks everyone who can tell whether the user's token is good. Of a dead one (Logout,
// AwaitExpiry) it expects that they deny it; whether an expired one was revoked it does not ask. What
// they say is for the judge: the error is that of an exchange without an answer, or of a ban.
func (u *User) Inspect(ctx context.Context) error {
	token, err := u.token(ctx)
	if err != nil {
		return err
	}
	u.mu.Lock()
	dead := u.death()
	u.mu.Unlock()
	for _, i := range inspections {
		if i.revocation && dead == byExpiry {
			continue
		}
		c := call{purpose: history.PurposeVerify, method: i.method, url: u.target.config.AuthURL + i.path, user: u}
		if i.method == http.MethodGet {
			c.bearer = token.AccessToken
		} else {
			c.body = map[string]string{"token": token.AccessToken}
		}
		if dead != "" {
			c.intent = provokes(history.Refused, string(dead))
		}
		if _, err := u.target.do(ctx, c); unanswered(err) != nil {
			return err
		}
	}
	return nil
}
