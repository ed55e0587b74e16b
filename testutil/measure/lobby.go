package measure

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A lobby has what a door started, and closes it.
type lobby struct {
	context.Context
	cancel  context.CancelFunc
	closers []func() error
	serving errgroup.Group
}

func newLobby(ctx context.Context) *lobby {
	l := new(lobby)
	l.Context, l.cancel = context.WithCancel(ctx)
	return l
}

func (l *lobby) close() error {
	l.cancel()
	var problems []error
	for _, closeOne := range l.closers {
		problems = append(problems, closeOne())
	}
	return errors.Join(append(problems, l.serving.Wait())...)
}

func (l *lobby) closes(what func() error) { l.closers = append(l.closers, what) }

// at are the variables of a target whose services are all behind one address.
func at(url string) []string {
	return []string{"STAGING_API_URL=" + url, "STAGING_AUTH_URL=" + url, "E2E_OAUTH_SIMULATION_KEY=a-key-for-a-closed-door"}
}

func (l *lobby) listen() (net.Listener, string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	l.closes(listener.Close)
	return listener, "http://" + listener.Addr().String(), nil
}

// closedURL is an address on which nothing listens.
func closedURL() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return "http://" + listener.Addr().String(), listener.Close()
}

func (l *lobby) closedPort() ([]string, error) {
	url, err := closedURL()
	return at(url), err
}

// silent accepts, reads, and never answers.
func (l *lobby) silent() ([]string, error) {
	listener, url, err := l.listen()
	if err != nil {
		return nil, err
	}
	l.accept(listener, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	return at(url), nil
}

// accept serves connections, which are closed with the lobby, until the listener closes.
func (l *lobby) accept(listener net.Listener, serve func(net.Conn)) {
	l.serving.Go(func() error {
		for {
			c, err := listener.Accept()
			if err != nil {
				return nil // closed with the lobby
			}
			l.serving.Go(func() error {
				stop := context.AfterFunc(l, func() { _ = c.Close() })
				defer stop()
				serve(c)
				_ = c.Close() // it may be closed already
				return nil
			})
		}
	})
}

var errNotFull = errors.New("the backlog cannot be filled on this system")

// fullBacklog never accepts, and its backlog is full: a connection that waits there for a moment proves
// it.
func (l *lobby) fullBacklog() ([]string, error) {
	listener, err := listenBriefly()
	if err != nil {
		return nil, err
	}
	l.closes(listener.Close)
	const most, moment = 5000, time.Second // beyond any system's backlog
	dialer := net.Dialer{Timeout: moment}
	for range most {
		c, err := dialer.DialContext(l, "tcp", listener.Addr().String())
		if err != nil {
			return at("http://" + listener.Addr().String()), l.Err()
		}
		l.closes(c.Close)
	}
	return nil, errNotFull
}

// wrongCertificate is signed by an authority that nobody trusts.
func (l *lobby) wrongCertificate() ([]string, error) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // its handshakes are meant to fail
	server.StartTLS()
	l.closes(func() error { server.Close(); return nil })
	return at(server.URL), nil
}

func (l *lobby) unavailable() ([]string, error) {
	return l.answers(func(w http.ResponseWriter, _ *http.Request) {
		html(w, http.StatusServiceUnavailable, "<h1>Service Unavailable</h1>")
	})
}

func (l *lobby) redirect() ([]string, error) {
	return l.answers(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
}

// parked is a page where an API should be.
func (l *lobby) parked() ([]string, error) {
	return l.answers(func(w http.ResponseWriter, _ *http.Request) { html(w, http.StatusOK, "<h1>Welcome</h1>") })
}

func (l *lobby) answers(handler http.HandlerFunc) ([]string, error) {
	server := httptest.NewServer(handler)
	l.closes(func() error { server.Close(); return nil })
	return at(server.URL), nil
}

func html(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html><body>"+body+"</body></html>\n")
}

// reference starts a healthy deployment.
func (l *lobby) reference() (*refstaging.Server, error) {
	server, err := refstaging.Start(refstaging.Config{})
	if err != nil {
		return nil, err
	}
	l.closes(server.Close)
	return server, nil
}

// refusedLogin is a healthy deployment with another key.
func (l *lobby) refusedLogin() ([]string, error) {
	server, err := l.reference()
	if err != nil {
		return nil, err
	}
	return []string{"STAGING_API_URL=" + server.APIURL(), "STAGING_AUTH_URL=" + server.AuthURL(), "E2E_OAUTH_SIMULATION_KEY=another-key"}, nil
}

// missing is a deployment without its backend.
func (l *lobby) missing() ([]string, error) {
	server, err := l.reference()
	if err != nil {
		return nil, err
	}
	url, err := closedURL()
	return []string{"STAGING_API_URL=" + url, "STAGING_AUTH_URL=" + server.AuthURL(), "E2E_OAUTH_SIMULATION_KEY=" + server.SimulationKey()}, err
}
