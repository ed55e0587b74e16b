package staging

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A User is an identity with its tokens and cookies. It is safe for concurrent use.
type User struct {
	target  *Target
	label   string
	email   string
	cookies http.CookieJar
	subject atomic.Pointer[string]

	mu        sync.Mutex // serialises what gets tokens: a refresh token serves once
	pair      pair
	used      string // the last refresh token that bought a pair; empty: none did
	refreshes int    // how many refresh tokens the user has had
	revoked   bool   // logged out; keeps the dead token until a Refresh
	awaited   bool   // its expiry is or was waited for; is kept until a Refresh too

	correlation *correlation // shared by all logins of the same user
	dials       atomic.Int32
}

// Label names the user in the history: u1, u2, ….
func (u *User) Label() string { return u.label }

// Email is the address that the user logged in with.
func (u *User) Email() string { return u.email }

// Subject is the "sub" of the access token, which is the user's id.
func (u *User) Subject() string {
	if s := u.subject.Load(); s != nil {
		return *s
	}
	return ""
}

// call makes an authenticated call.
func (u *User) call(ctx context.Context, c call) (*reply, error) {
	token, err := u.token(ctx)
	if err != nil {
		return nil, err
	}
	c.user, c.bearer = u, token.AccessToken
	return u.target.do(ctx, c)
}

// Verify asks the auth service whether the token is valid. The error is ErrTokenRefused where it says
// no, which it does with status 200 (http.md 3.1).
func (u *User) Verify(ctx context.Context) error {
	answer, err := u.call(ctx, call{
		purpose: history.PurposeVerify, method: http.MethodGet, url: u.target.config.AuthURL + "/auth/verify",
	})
	if err != nil {
		return err
	}
	var verdict struct {
		Valid bool `json:"valid"`
	}
	if err := answer.read(`a JSON object with "valid" (http.md 3.1)`, &verdict); err != nil {
		return err
	}
	if !verdict.Valid {
		return fmt.Errorf("verify the token of %s: %w", u.label, ErrTokenRefused)
	}
	return nil
}

// Logout ends the validity of the access token. The user keeps and offers the dead token until
// Refresh, so that a story can see it refused (BeRefused, LoggedOut). Other logins of hers stay valid.
func (u *User) Logout(ctx context.Context) error {
	_, err := u.call(ctx, call{
		purpose: history.PurposeLogout, method: http.MethodPost, url: u.target.config.AuthURL + "/auth/logout",
	})
	if err == nil {
		u.mu.Lock()
		u.revoked = true
		u.mu.Unlock()
	}
	return err
}

// Agents returns the agents that the registry advertises, in its order (http.md 5.4).
func (u *User) Agents(ctx context.Context) ([]string, error) {
	answer, err := u.call(ctx, call{
		purpose: history.PurposeAgents, method: http.MethodGet, url: u.target.config.APIURL + "/api/agents/stream",
	})
	if err != nil {
		return nil, err
	}
	var registry struct {
		Agents []string `json:"supported_agents"`
	}
	if err := answer.read(`a JSON object with "supported_agents" (http.md 5.4)`, &registry); err != nil {
		return nil, err
	}
	return registry.Agents, nil
}

// archive removes a thread from the user's list; one that is gone already is fine.
func (u *User) archive(ctx context.Context, thread string) error {
	_, err := u.call(ctx, call{
		purpose: history.PurposeArchive, method: http.MethodDelete,
		url: u.target.config.APIURL + "/api/threads/" + url.PathEscape(thread),
	})
	return err
}
