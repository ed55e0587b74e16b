package staging

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gofrs/flock"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Target is a deployment under test, seen by one story. NewTarget gives the deployment, Record the
// view of a story that records into its history. A Target is safe for concurrent use.
type Target struct {
	*deployment
	log *history.Log // nil: nothing is recorded

	mu       sync.Mutex
	users    []*User
	sessions map[*Session]struct{} // that have not ended
	oneUser  bool                  // the one e-mail and password has been used
	turn     *flock.Flock          // held while the story has the one user
}

// A deployment is what all stories of a process share.
type deployment struct {
	config    config.Config
	budgets   fixtures.Budgets
	sender    sender
	secure    *tls.Config
	transport *http.Transport
	buffers   sync.Pool // gorilla's write buffers
	proxy     proxyFunc
	connect   connectFunc
	pace      *Pace // nil: no pacing
	dialect   atomic.Value
}

// NewTarget prepares the deployment that c names, with the effective budgets. It sends nothing. For
// the embedded target, c must hold the URLs and the key of the running reference.
func NewTarget(c config.Config, b fixtures.Budgets) (*Target, error) {
	for _, given := range [][2]string{{"STAGING_API_URL", c.APIURL}, {"STAGING_AUTH_URL", c.AuthURL}, {"STAGING_WEBSOCKET_URL", c.WebSocketURL}} {
		if u, err := url.Parse(given[1]); err != nil || u.Host == "" {
			return nil, fmt.Errorf("%s %q names no host", given[0], given[1])
		}
	}
	secure, err := tlsConfig(c)
	if err != nil {
		return nil, err
	}
	d := &deployment{config: c, budgets: b, sender: newSender(), secure: secure, proxy: http.ProxyFromEnvironment, connect: (&net.Dialer{Resolver: resolver(new(net.Dialer).DialContext)}).DialContext}
	d.transport = newTransport(secure, d.proxyFor, d.open)
	if c.Target == config.Remote && c.MaxRequestsPerMinute > 0 {
		if d.pace, err = newPace(c.APIURL, c.MaxRequestsPerMinute, c.MaxAPIRequestsPerMinute()); err != nil {
			return nil, err
		}
	}
	return &Target{deployment: d}, nil
}

// proxyFor and open look their function up for each request, so that a test may replace it.
func (d *deployment) proxyFor(r *http.Request) (*url.URL, error) { return d.proxy(r) }

// open opens the connection of a request under the request's own context, and closes it when that
// ends. A transport would let the dial go on without the request, for a later one to use; here every
// connection serves one request.
func (d *deployment) open(ctx context.Context, network, address string) (net.Conn, error) {
	own, followed := ctx.Value(ownContext{}).(context.Context)
	if !followed {
		return d.connect(ctx, network, address)
	}
	return d.connect.until(own, network, address)
}

// Record returns a view of the same deployment for one story, which records into l and labels its
// users u1, u2, … in the order of their logins.
func (t *Target) Record(l *history.Log) *Target {
	l.Secret(t.config.SimulationKey.Reveal(), t.config.Password.Reveal(), t.config.GCPToken.Reveal())
	return &Target{deployment: t.deployment, log: l}
}

// Describe returns what a history says about the target.
func (t *Target) Describe() history.Target {
	c := t.config
	return history.Target{
		Kind: string(c.Target), API: c.APIURL, Auth: c.AuthURL, WebSocket: c.WebSocketURL, App: c.AppURL,
		Dialect: c.Dialect, Shape: c.EventShape, SessionLimit: c.SessionLimit, Abilities: c.Abilities,
		Circumstances: c.Circumstances(),
	}
}

// Budgets returns the budgets that bound every wait.
func (t *Target) Budgets() fixtures.Budgets { return t.budgets }

// Dialect is the one that the target is configured to speak, or else that its main door spoke before;
// unknown until then.
func (t *Target) Dialect() wire.Dialect {
	switch configured := wire.Dialect(t.config.Dialect); configured {
	case wire.September, wire.October:
		return configured
	}
	return t.known()
}

// Close aborts the sessions that the story left open, waits until nothing of them is left, and lets the
// next story have the one user of a target that has only one.
func (t *Target) Close() {
	t.mu.Lock()
	open := slices.Collect(maps.Keys(t.sessions))
	t.mu.Unlock()
	for _, s := range open {
		s.Abort()
	}
	t.transport.CloseIdleConnections()
	t.endTurn()
}

func (t *Target) opened(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sessions == nil {
		t.sessions = map[*Session]struct{}{}
	}
	t.sessions[s] = struct{}{}
}

func (t *Target) ended(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sessions, s)
}

// redact returns a text of the target's as it would be recorded. Every such text that goes into an
// error passes here or comes from a record, before it is cut.
func (t *Target) redact(text string) string {
	if t.log == nil {
		return text // nobody is logged in without a log, so there is no secret yet
	}
	return t.log.Redact(text)
}

// append records r; label may be nil. Without a log nothing is recorded, and r keeps what it holds.
func (t *Target) append(r *history.Record, label func(*wire.Event) string) {
	if t.log != nil {
		t.log.Append(r, label)
	}
}

// secret makes sure that no record holds the values.
func (t *Target) secret(values ...string) {
	if t.log != nil {
		t.log.Secret(values...)
	}
}

func (t *Target) note(r history.Record, topic, text string) {
	r.Kind, r.Note = history.Note, &history.Remark{Topic: topic, Text: text}
	t.append(&r, nil)
}

// known returns the dialect that the target's main door spoke before, empty at first.
func (d *deployment) known() wire.Dialect {
	known, _ := d.dialect.Load().(wire.Dialect)
	return known
}
