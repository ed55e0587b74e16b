package staging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// WithCredential offers a credential that must be refused, in its own form.
func WithCredential(c Credential) ConnectOption {
	return func(d *dial) {
		d.intent.Expect, d.intent.Token, d.intent.Why = cmp.Or(c.Refusal, history.Refused), c.Name, badBecause
		d.offer = func(own *oauth2.Token) (offer, error) {
			if c.Refusal == "" {
				return offer{}, fmt.Errorf("credential %q: there is no upgrade with it", c.Name)
			}
			token, err := c.of(d.user, own)
			if err != nil {
				return offer{}, err
			}
			return c.upgrade(token), nil
		}
	}
}

// BeRefused dials what the target must refuse: WithCredential, a TokenForm that the dialect does not
// know, ExpectRefused; without any of them the user's own token, which must be dead (Logout,
// AwaitExpiry). It blocks as Connect does. The error is nil whatever the refusal, and when the session
// opens, which is closed at once: both are for the judge. Otherwise it is that of Connect: there was no
// answer, or a ban.
func (u *User) BeRefused(ctx context.Context, opts ...ConnectOption) error {
	d := u.dial(opts)
	if d.intent.Expect == "" {
		u.mu.Lock()
		dead := u.death()
		u.mu.Unlock()
		if dead == "" {
			return fmt.Errorf("dial %s to be refused: the credentials of %s are good", d.label, u.label)
		}
		form := d.intent.Token
		d.intent.Expect, d.intent.Token, d.intent.Why = history.Refused, string(dead), badBecause
		if form != Default.Name {
			d.intent.Token += " in " + form
		}
	}
	s, err := d.connect(ctx)
	switch {
	case err == nil:
		return s.Close(ctx)
	case refusal(err):
		return nil
	}
	return err
}

// refusal tells whether a dial was answered with a refusal, whatever its form: an HTTP answer that is
// no ban, or the end of the session in place of a welcome.
func refusal(err error) bool {
	var failed *DialError
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.Status {
	case 0:
		return errors.As(err, new(*ClosedError))
	case http.StatusSwitchingProtocols, http.StatusTooManyRequests:
		return false
	}
	return true
}

// guarded are endpoints of both services that ask for a bearer (http.md 3.1, 5.4). None changes anything,
// but that an agent would work for who is let in.
var guarded = []struct {
	service               fixtures.Service
	purpose, method, path string
	body                  any
}{
	{fixtures.Auth, history.PurposeMe, http.MethodGet, "/auth/me", nil},
	{fixtures.Backend, history.PurposeThreads, http.MethodGet, "/api/threads", nil},
	{fixtures.Backend, history.PurposeAgents, http.MethodGet, "/api/agents/stream", nil},
	{fixtures.Backend, history.PurposeExecute, http.MethodPost, "/api/agents/execute", execution{Type: "data", Message: "Please add 4 and 5."}},
}

// TryREST sends the credential to an endpoint of the auth service and to three of the backend. The error
// is nil whatever they answer, which is for the judge; it is that of an exchange without an answer, of
// a ban, or says that the credential has no form on REST.
func (u *User) TryREST(ctx context.Context, c Credential) error {
	if !c.REST {
		return fmt.Errorf("credential %q: no REST request can carry it", c.Name)
	}
	own, err := u.token(ctx)
	if err != nil {
		return err
	}
	token, err := c.of(u, own)
	if err != nil {
		return err
	}
	for _, endpoint := range guarded {
		_, err := u.target.do(ctx, call{
			purpose: endpoint.purpose, method: endpoint.method, url: u.target.base(endpoint.service) + endpoint.path, body: endpoint.body,
			header: c.header(token), user: u,
			intent: provokes(unauthorized, c.Name),
		})
		if err = unanswered(err); err != nil {
			return err
		}
	}
	return nil
}

// unanswered returns the error of an exchange that was not answered, or with a ban; what else the
// answer was is for the judge.
func unanswered(err error) error {
	if errors.As(err, new(*StatusError)) && !banned(err) {
		return nil
	}
	return err
}

// banned tells whether a request was answered with a ban, or not sent because of one.
func banned(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Status == http.StatusTooManyRequests || errors.As(err, new(*BannedError))
}
