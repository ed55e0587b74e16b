package staging

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// The methods of history.Identity.
const (
	bySimulation = history.MethodSimulation
	byPassword   = history.MethodPassword
	byRefresh    = "refresh"
	byRace       = "race" // tokens that a refresh token bought beside those that the user goes on with
)

// Login gives the story a user who is logged in: a fresh one where the target has a simulation key,
// otherwise the one of TEST_USER_EMAIL, and then only once, and not before every other story of this
// machine that uses it has closed its target. It blocks for the budget HTTP at most, except for that
// and for the pace. The error is ErrOneUserOnly, that of the exchange, or says what is wrong with
// the token; the failed login is recorded. The address of a fresh user is plain, unless a form is given.
func (t *Target) Login(ctx context.Context, form ...Address) (*User, error) {
	return t.loginAs(ctx, "", append(form, plainAddress)[0].fresh(time.Now()))
}

// LoginLike is Login for a fresh user whose address is like that of another user.
func (t *Target) LoginLike(ctx context.Context, other *User, like Likeness) (*User, error) {
	return t.loginAs(ctx, "", like(other.email))
}

func (t *Target) loginAs(ctx context.Context, label, email string) (*User, error) {
	if t.log == nil {
		return nil, errors.New("log in: the target has no history: use the view that Target.Record returns")
	}
	u, err := t.newUser(ctx, label, email)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.login(ctx); err != nil {
		return nil, fmt.Errorf("log in %s: %w", u.label, err)
	}
	return u, nil
}

// newUser is a user with the address, or the one of TEST_USER_EMAIL.
func (t *Target) newUser(ctx context.Context, label, email string) (*User, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a cookie jar: %w", err)
	}
	if !t.config.SimulationKey.IsSet() {
		if email, err = t.theOne(ctx); err != nil {
			return nil, err
		}
	}
	return t.label(&User{target: t, label: label, cookies: jar, email: email, correlation: new(correlation)}), nil
}

// label gives a user who has none the next label of the story.
func (t *Target) label(u *User) *User {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.users = append(t.users, u)
	if u.label == "" {
		u.label = fmt.Sprintf("u%d", len(t.users))
	}
	return u
}

// LoginAgain logs the same user in once more, as on a second device: the User that it returns has
// tokens and a label of its own, with the subject, the cookies and the runs of the first. It blocks and
// fails as Login does, but for ErrOneUserOnly.
func (u *User) LoginAgain(ctx context.Context) (*User, error) { return u.loginAgain(ctx, "") }

func (u *User) loginAgain(ctx context.Context, label string) (*User, error) {
	again := u.target.label(&User{target: u.target, label: label, cookies: u.cookies, email: u.email, correlation: u.correlation})
	again.mu.Lock()
	defer again.mu.Unlock()
	if err := again.login(ctx); err != nil {
		return nil, fmt.Errorf("log in %s again, as %s: %w", u.label, again.label, err)
	}
	return again, nil
}

// theOne returns the address of the one user when it is the story's turn to have it.
func (t *Target) theOne(ctx context.Context) (email string, err error) {
	if !t.useOne(true) {
		t.note(history.Record{}, history.TopicOneUser, ErrOneUserOnly.Error())
		return "", ErrOneUserOnly
	}
	if err := t.takeTurn(ctx); err != nil {
		t.useOne(false)
		return "", err
	}
	return t.config.Email, nil
}

// useOne says whether the story uses the one user, and tells whether that is a change.
func (t *Target) useOne(used bool) (changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed = t.oneUser != used
	t.oneUser = used
	return changed
}

// login obtains a pair of tokens and records the identity or why there is none. Call with u.mu held.
func (u *User) login(ctx context.Context) error {
	t := u.target
	c := call{purpose: history.PurposeLogin, method: http.MethodPost, user: u}
	method := bySimulation
	if key := t.config.SimulationKey; key.IsSet() {
		c.url = t.config.AuthURL + "/auth/e2e/test-auth"
		c.header = http.Header{http.CanonicalHeaderKey(bypassHeader): {key.Reveal()}}
		c.body = map[string]string{"email": u.email}
	} else {
		method = byPassword
		c.url = t.config.AuthURL + "/auth/login"
		c.body = map[string]string{"email": u.email, "password": t.config.Password.Reveal()}
	}
	return u.obtain(ctx, c, method)
}

// obtain makes a call that answers with a pair of tokens, and takes it. Call with u.mu held.
func (u *User) obtain(ctx context.Context, c call, method string) error {
	c.secrets = pairSecrets
	answer, err := u.target.do(ctx, c)
	var p pair
	identity := &history.Identity{Email: u.email, Method: method}
	if err == nil {
		p, err = u.read(answer, identity)
	}
	if err != nil {
		identity.Problem = err.Error()
	}
	u.target.append(&history.Record{Kind: history.Login, User: u.label, Login: identity}, nil)
	if err != nil {
		return err
	}
	u.take(p, identity.Subject)
	return nil
}

func pairSecrets(body []byte) []string { return parsePair(body).secrets() }

// read takes the pair from an answer. The error says why it is of no use. Call with u.mu held.
func (u *User) read(answer *reply, identity *history.Identity) (pair, error) {
	p := parsePair(answer.body)
	p.skew = max(-mostSkew, min(answer.skew, mostSkew))
	if identity.Method == byRefresh || identity.Method == byRace {
		identity.Repeats = p.repeats(u.pair)
	}
	if err := p.identify(identity); err != nil {
		return p, answer.not("a pair of tokens (http.md 3.1)", err)
	}
	return p, nil
}

// take replaces the tokens. Call with u.mu held.
func (u *User) take(p pair, subject string) {
	u.pair, u.revoked, u.awaited = p, false, false
	u.refreshes++
	u.subject.Store(&subject)
}
