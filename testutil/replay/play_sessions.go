package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
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

// An UntoldError says what a replay cannot do although the story did it.
type UntoldError struct{ What string }

func (e *UntoldError) Error() string { return "cannot be told again: " + e.What }

// An asking is a prompt to send, and a run to wait for.
type asking struct {
	act     *Act
	run     *asked
	prompt  prompts.Prompt
	sent    wire.Event
	options []staging.AskOption
}

func (a *asking) do(ctx context.Context, p *player) error {
	if a.run.lost {
		defer p.give(a.act.Run + begun)
	}
	s, err := p.session(a.act.Session)
	if err != nil {
		return err
	}
	options, err := a.intends(p)
	if err != nil {
		return err
	}
	prompt := a.prompt
	prompt.Text, prompt.Nonce = p.ids.in(prompt.Text), p.ids.in(prompt.Nonce)
	run, err := s.Ask(prompt, options...)
	if err != nil {
		return err
	}
	keep(p, p.runs, run, a.act.Run)
	p.give(a.act.Run + sent)
	switch {
	case a.run.intent.Abandon:
		return run.Begun(ctx)
	case a.run.lost:
		return p.lose(ctx, a.act.Run, run)
	case a.run.later:
		return nil
	}
	return a.run.await(ctx, p, run)
}

// await waits for the outcome.
func (a *asked) await(ctx context.Context, p *player, run *staging.Run) error {
	answer, err := run.Wait(ctx)
	for _, id := range a.names {
		p.ids.is(id, namesake(id, answer))
	}
	if run.Claims() { // what of a claim the target may do is for the judge
		return tolerable(err)
	}
	return err
}

// awaitLater waits for a run that was asked before.
func (a *asked) awaitLater(ctx context.Context, p *player) error {
	run, err := p.run(a.act.Run)
	if err != nil {
		return err
	}
	return a.await(ctx, p, run)
}

// tolerable is the error of a wait that may be in vain, which the history says.
func tolerable(err error) error {
	if wait := (*staging.WaitError)(nil); errors.As(err, &wait) && wait.Cause == nil {
		return nil
	}
	return err
}

// lose waits until the run has begun, and then until its session ends without its outcome.
func (p *player) lose(ctx context.Context, label string, run *staging.Run) error {
	if err := run.Begun(ctx); err != nil {
		return err
	}
	p.give(label + begun)
	_, err := run.Wait(ctx)
	if ended := (*staging.ClosedError)(nil); errors.As(err, &ended) {
		return nil
	}
	return errors.Join(errors.New("the run was to be lost with its session, and was not"), err)
}

// namesake is what stands now for an id of a run: its thread, or itself.
func namesake(id string, now staging.Answer) string {
	if strings.HasPrefix(id, "run") {
		return now.Run
	}
	return now.Thread
}

// intends adds to the options what the story meant.
func (a *asking) intends(p *player) ([]staging.AskOption, error) {
	options, i := slices.Clone(a.options), a.run.intent
	if i.Thread != "" {
		options = append(options, staging.OnThread(p.ids.in(i.Thread)))
	}
	switch i.Expect {
	case history.Failure:
		options = append(options, staging.ExpectFailure(i.Why))
	case history.Tolerated:
		options = append(options, staging.MayBeRefused(i.Why))
	}
	if i.Together {
		options = append(options, staging.Together())
	}
	if i.Abandon {
		options = append(options, staging.Abandoning())
	}
	if i.Spoofs == "" {
		return options, nil
	}
	victim, err := p.user(i.Spoofs)
	if err != nil {
		return nil, err
	}
	switch {
	case a.sent.UserID != "":
		return append(options, staging.Claiming(victim)), nil
	case i.Expect == history.Failure:
		return append(options, staging.OnThreadOf(victim, p.ids.in(a.sent.ThreadID))), nil
	}
	return append(options, staging.UnderRun(p.ids.in(a.sent.RunID), victim)), nil
}

// overhear waits for the outcome of a run of another session.
func overhear(a *Act) func(context.Context, *player) error {
	return onSession(func(ctx context.Context, s *staging.Session, p *player) error {
		run, err := p.run(a.Run)
		if err != nil {
			return err
		}
		return tolerable(s.Overhear(ctx, run)) // whether a run goes on when its session is left is for the judge
	}).at(a.Session)
}

// controls are the messages that ask for a reply of their own, by their types.
var controls = map[string]func(thread string) onSession{
	"ping":           func(string) onSession { return plainly((*staging.Session).Ping) },
	"heartbeat":      func(string) onSession { return plainly((*staging.Session).Heartbeat) },
	"connect":        func(string) onSession { return plainly((*staging.Session).Announce) },
	"disconnect":     func(string) onSession { return plainly((*staging.Session).Disconnect) },
	"typing_started": func(thread string) onSession { return typing(thread, true) },
	"typing_stopped": func(thread string) onSession { return typing(thread, false) },
}

func plainly(do func(*staging.Session, context.Context) error) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return do(s, ctx) }
}

func typing(thread string, started bool) onSession {
	return func(ctx context.Context, s *staging.Session, p *player) error {
		return s.Typing(ctx, p.ids.in(thread), started)
	}
}

func provocation(wrong staging.Provocation) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return s.Provoke(ctx, wrong) }
}

func burst(n int) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return s.Burst(ctx, n) }
}

// leave closes a session, politely or not.
func leave(politely bool) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error {
		if politely {
			return s.Close(ctx)
		}
		s.Abort()
		return nil
	}
}

// leaveUnbroken closes a session on which nothing failed.
func leaveUnbroken(session string) func(context.Context, *player) error {
	return func(ctx context.Context, p *player) error {
		if p.failed(func(a *Act) bool { return a.Session == session }) {
			return nil
		}
		return leave(true).at(session)(ctx, p)
	}
}

// idle waits for a sign of life. Whether there has to be one is for the judge.
func idle(session string) func(context.Context, *player) error {
	return onSession(func(ctx context.Context, s *staging.Session, _ *player) error { return tolerable(s.Idle(ctx)) }).at(session)
}
