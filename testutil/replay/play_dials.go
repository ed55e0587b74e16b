package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// expired is the name of a token whose end was awaited.
const expired = "expired token"

// A dialling is a session to open, or to be refused.
type dialling struct {
	act    *Act
	labels []string // of all the dials that it took
	intent history.Intent
	path   string // "": the target's own
	app    bool   // as a page of the target's app
	thread string // of the handshake
	resume string // thread of another's
	opened bool   // it became a session in the recording
}

func (d *dialling) do(ctx context.Context, p *player) error {
	u, err := p.user(d.act.User)
	if err != nil {
		return err
	}
	options, err := d.options(ctx, u, p)
	if err != nil {
		return err
	}
	open := u.Connect
	switch {
	case d.intent.Expect != "":
		return u.BeRefused(ctx, options...)
	case d.intent.Recovers:
		open = u.Recover
	case d.intent.Freed:
		open = u.ConnectWhenFree
	}
	s, err := open(ctx, options...)
	switch {
	case err != nil:
		return err
	case !d.opened: // nobody knows what the story would have done with it, nor when it would have left
		return s.Close(ctx)
	default:
		keep(p, p.sessions, s, d.labels...)
		p.ids.is(d.thread, s.Thread())
		return nil
	}
}

func (d *dialling) options(ctx context.Context, u *staging.User, p *player) ([]staging.ConnectOption, error) {
	options := []staging.ConnectOption{staging.Labelled(d.labels...)}
	if d.path != "" {
		options = append(options, staging.Path(d.path))
	}
	if d.app {
		options = append(options, staging.FromApp())
	}
	if d.intent.Listens {
		options = append(options, staging.Listening())
	}
	if d.resume != "" {
		options = append(options, staging.Resume(p.ids.in(d.resume)))
	}
	credentials, err := d.credentials(u, p)
	return append(options, credentials...), err
}

// credentials offer what the recorded dial offered: a good token, in some form, or a bad one.
func (d *dialling) credentials(u *staging.User, p *player) ([]staging.ConnectOption, error) {
	token := d.intent.Token
	name, form, _ := strings.Cut(token, " in ")
	switch {
	case d.intent.Expect != "" && token == "":
		return []staging.ConnectOption{staging.ExpectRefused(d.intent.Why)}, nil
	case d.intent.Expect == "" || d.intent.Why == history.UnknownForm:
		option, err := formOf(token)
		return []staging.ConnectOption{option}, err
	case form != "" && (name == history.LoggedOutToken || name == expired):
		option, err := formOf(form)
		return []staging.ConnectOption{option}, err
	}
	bad, err := p.credential(u, token)
	if err != nil {
		return nil, err
	}
	return []staging.ConnectOption{staging.WithCredential(bad)}, nil
}

func formOf(name string) (staging.ConnectOption, error) {
	at := slices.IndexFunc(staging.TokenForms, func(f staging.TokenForm) bool { return f.Name == name })
	if at < 0 {
		return nil, &UntoldError{fmt.Sprintf("the form of a token %q, which this suite does not know", name)}
	}
	return staging.WithToken(staging.TokenForms[at]), nil
}

// credential is the bad one of a name, of a user's.
func (p *player) credential(u *staging.User, name string) (staging.Credential, error) {
	switch flaw, forged := strings.CutPrefix(name, "forged, "); {
	case name == history.LoggedOutToken:
		p.mu.Lock()
		owner := p.loggedOut
		p.mu.Unlock()
		if owner == nil {
			return staging.Credential{}, absent("a " + name)
		}
		return staging.LoggedOut(owner), nil
	case name == expired:
		return staging.Expired(u), nil
	case forged:
		token, err := p.venue.Forge(refstaging.Forgery{Subject: u.Subject(), Email: u.Email(), Flaw: refstaging.Flaw(flaw)})
		if err != nil {
			return staging.Credential{}, &UntoldError{err.Error()}
		}
		return staging.Forged(name, token), nil
	}
	at := slices.IndexFunc(staging.BadCredentials, func(c staging.Credential) bool { return c.Name == name })
	if at < 0 {
		return staging.Credential{}, &UntoldError{fmt.Sprintf("the credential %q, which this suite does not know", name)}
	}
	return staging.BadCredentials[at], nil
}
