package staging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/oauth2"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A ConnectOption changes one thing about a dial.
type ConnectOption func(*dial)

// A dial is what Connect was asked for.
type dial struct {
	user   *User
	label  string
	url    string
	shown  string // the URL as recorded, for errors
	offer  func(own *oauth2.Token) (offer, error)
	intent history.Intent
	resume string        // thread to go on with, in October
	origin string        // of the page that dials; "": none
	main   bool          // through the target's own WebSocket URL, whose dialect is remembered
	waited time.Duration // for the pace
}

// Listening declares that the session sends no prompt and its user runs nothing, so that it should
// hear nothing either.
func Listening() ConnectOption { return func(d *dial) { d.intent.Listens = true } }

// Path dials another path of the WebSocket host, with its query if there is one:
// Path("/api/v1/websocket").
func Path(path string) ConnectOption {
	return func(d *dial) {
		if u, err := url.Parse(d.url); err == nil {
			d.url, d.main = u.Scheme+"://"+u.Host+path, false
		}
	}
}

// WithToken offers the access token in another form than Default. Where the form does not open, it
// declares the refusal that the form has in the target's dialect, as far as that is known.
func WithToken(f TokenForm) ConnectOption {
	return func(d *dial) {
		d.form(f)
		if refusal := f.Refusal(d.user.target.Dialect()); refusal != "" {
			d.intent.Expect, d.intent.Why = refusal, history.UnknownForm
		}
	}
}

func (d *dial) form(f TokenForm) {
	if d.intent.Expect == "" { // else it is refused for another reason than its token
		d.intent.Token = f.Name
	}
	d.offer = func(own *oauth2.Token) (offer, error) { return f.offer(own.AccessToken), nil }
}

// ExpectRefused declares that the target must refuse this session although the token is good, and why,
// in words: one session too many (websocket.md 2.4).
func ExpectRefused(why string) ConnectOption {
	return func(d *dial) { d.intent.Expect, d.intent.Why, d.intent.Token = history.Refused, why, "" }
}

// Resume goes on with a thread of the user's in October, where a session has but one (websocket.md 2.5).
// The session's Thread is the one that the target gives in the end. In other dialects any session serves
// any thread of its user, and Resume does nothing.
func Resume(thread string) ConnectOption { return func(d *dial) { d.resume = thread } }

// Connect opens a session and returns it after its welcome, and after the October handshake where the
// target speaks that (websocket.md 2.6). It blocks for the budget Connect at most, plus at most 14.5 s
// for that handshake: 10 s for its response, 2 s for a thread to Resume, 2 s for its completion, and 0.5 s
// until messages are heard. A handshake that fails is tried once more, with a dial of its own that takes
// as long, 3 s later (websocket.md 2.5). Waiting for the pace comes on top. The error is a *DialError when there is no session, which wraps a
// *ClosedError when the target upgraded and then closed it. A session that opens although it must be
// refused is returned without an error; the history shows it.
func (u *User) Connect(ctx context.Context, opts ...ConnectOption) (*Session, error) {
	s, err := u.dial(opts).connect(ctx)
	var failed *DialError
	if !errors.As(err, &failed) || !failed.again || rest(ctx, handshakeRetry) != nil {
		return s, err
	}
	return u.dial(opts).connect(ctx)
}

// dial prepares a dial.
func (u *User) dial(opts []ConnectOption) *dial {
	d := &dial{user: u, url: u.target.config.WebSocketURL, main: true}
	d.label = fmt.Sprintf("%s.s%d", u.label, u.dials.Add(1))
	d.form(Default)
	for _, opt := range opts {
		opt(d)
	}
	return d
}

// connect makes the dial.
func (d *dial) connect(ctx context.Context) (*Session, error) {
	u := d.user
	token, err := u.token(ctx)
	if err != nil {
		return nil, err
	}
	offered, err := d.offer(token)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", d.label, err)
	}
	d.url, offered.header = offered.at(d.url), d.onPage(offered.header)
	dialled := history.Dialled{URL: d.url, Offered: slices.Clone(offered.subprotocols), Header: slices.Sorted(maps.Keys(offered.header))}
	path := "/"
	if at, err := url.Parse(d.url); err == nil {
		path = at.Path
	}
	var paced error
	d.waited, paced = u.target.pace.Wait(ctx, path)
	dialled.Waited = d.waited
	if paced == nil {
		header := http.Header{}
		maps.Copy(header, offered.header) // which may be nil
		dialled.Trace, offered.header = u.target.sender.mark(header, &d.intent), header
	}

	u.target.append(d.record(history.Dial, func(r *history.Record) { r.Intent, r.Dialled = &d.intent, &dialled }), nil)
	d.shown = dialled.URL
	if paced != nil {
		_ = d.fail(&history.Closed{Broken: broken(ctx, held(paced), paced)}, paced)
		return nil, fmt.Errorf("connect %s to %s: the dial was not made: %w", d.label, d.shown, paced)
	}
	s, err := d.open(ctx, offered)
	var failed *DialError
	if errors.As(err, &failed) {
		failed.Stopped = stopped(ctx)
	}
	return s, err
}

// open upgrades and waits for the welcome within the budget.
func (d *dial) open(ctx context.Context, o offer) (*Session, error) {
	bounded, cancel := context.WithTimeout(ctx, d.user.target.budgets.Connect)
	defer cancel()
	conn, err := d.upgrade(bounded, o, time.Now())
	if err != nil {
		return nil, err
	}
	s := newSession(d, conn)
	if err := s.greeted(bounded, ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// upgrade dials and records the 101, or that there was none.
func (d *dial) upgrade(ctx context.Context, o offer, start time.Time) (*websocket.Conn, error) {
	t := d.user.target
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, d.fail(&history.Closed{Broken: broken(ctx, history.StepRequest, err)}, err)
	}
	proxy, err := t.proxyFor(httpRequest(request))
	if err != nil {
		return nil, d.fail(&history.Closed{Broken: broken(ctx, history.StepProxy, err)}, err)
	}
	at := newProgress(proxy != nil)
	dialer := newDialer(t.secure, t.proxyFor, &t.buffers)
	dialer.Subprotocols, dialer.Jar = o.subprotocols, d.user.cookies
	interruptible, release := t.connect.interruptible()
	dialer.NetDialContext = interruptible
	conn, answer, err := dialer.DialContext(at.follow(ctx), d.url, o.header)
	release()
	if err != nil {
		return nil, d.refused(ctx, at, answer, err)
	}
	opened := &history.Opened{
		Subprotocol: conn.Subprotocol(),
		Unoffered:   conn.Subprotocol() != "" && !slices.Contains(o.subprotocols, conn.Subprotocol()),
		Header:      kept(answer.Header),
		Took:        time.Since(start),
	}
	t.append(d.record(history.Open, func(r *history.Record) { r.Opened = opened }), nil)
	return conn, nil
}

// httpRequest is the request whose proxy serves for the upgrade: that of https for wss.
func httpRequest(r *http.Request) *http.Request {
	r.URL.Scheme = strings.Replace(r.URL.Scheme, "ws", "http", 1)
	return r
}

// refused records a dial that got no correct 101.
func (d *dial) refused(ctx context.Context, at *progress, answer *http.Response, err error) error {
	if answer == nil {
		return d.fail(&history.Closed{Broken: at.broken(ctx, err)}, err)
	}
	c := &history.Closed{
		Status: answer.StatusCode,
		Header: kept(answer.Header),
		Broken: broken(ctx, history.StepUpgrade, err),
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(answer.Body) // from memory
		c.Body = string(body)
		c.Cut = cutBody(answer, len(body))
	}
	if answer.StatusCode == http.StatusTooManyRequests {
		err = errors.Join(err, d.user.target.pace.ban(ctx, hostOf(d.url), answer.Header))
	}
	return d.fail(c, err)
}

// hostOf returns the host of a URL that was dialled.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

// cutBody tells how much of a refused upgrade's body was dropped; -1 is unknown.
func cutBody(r *http.Response, kept int) int64 {
	switch {
	case r.ContentLength >= int64(kept):
		return r.ContentLength - int64(kept)
	case kept == upgradeCut:
		return -1
	}
	return 0
}

// fail records the end of a dial that never became a session.
func (d *dial) fail(c *history.Closed, cause error) error {
	c.By = history.ByDial
	d.user.target.append(d.record(history.Close, func(r *history.Record) { r.Closed = c }), nil)
	return &DialError{Session: d.label, URL: d.shown, Status: c.Status, Body: c.Body, Broken: *c.Broken, Cause: cause}
}

func (d *dial) record(kind history.Kind, fill func(*history.Record)) *history.Record {
	r := &history.Record{Kind: kind, User: d.user.label, Session: d.label}
	fill(r)
	return r
}
