package faults

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideNetwork are failures below HTTP that no catalogue knows.
var besideNetwork = map[string]fault{
	"beside-infra-dns": func(s *seams) { s.APIName = "api.staging.netra.invalid" }, // a name before its record
	"beside-infra-tls": unknownAuthority,
	"beside-infra-tcp": processGone,
	"beside-infra-no-answer": func(s *seams) {
		s.api(at("POST /api/threads", func(http.Handler, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	},
	"beside-infra-half-answer": func(s *seams) {
		s.auth(at("GET /auth/me", rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Header().Set("Content-Length", strconv.Itoa(2*a.Body.Len()))
		})))
	},
	"beside-infra-cut": func(s *seams) {
		s.sockets(func(conn net.Conn) net.Conn {
			c := &metered{Conn: conn}
			c.left.Store(1500)
			return c
		})
	},
	"beside-infra-half-answer-frame": func(s *seams) {
		s.sockets(func(conn net.Conn) net.Conn { return &halving{Conn: conn} })
	},
	"beside-infra-request": func(s *seams) {
		around(&s.Hooks.Tokens.Issue, func(next refstaging.IssueToken) refstaging.IssueToken {
			return func(user refstaging.Identity, kind string) (string, error) {
				token, err := next(user, kind)
				return token + "\n", err // as what writes lines does
			}
		})
	},
}

// unknownAuthority: the certificate is of an authority that nobody knows.
func unknownAuthority(s *seams) {
	authority, err := refstaging.GenerateCA()
	if err != nil {
		panic(err) // the system has no randomness
	}
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{authority.Server}}
}

// processGone: nobody listens any more when two connections have been accepted; those stay.
func processGone(s *seams) {
	around(&s.Hooks.HTTP.Port, func(next net.Listener) net.Listener { return &leaving{Listener: next} })
}

type leaving struct {
	net.Listener
	accepted atomic.Int64
}

func (l *leaving) Accept() (net.Conn, error) {
	const most = 2
	if l.accepted.Load() == most {
		_ = l.Close() // closed already is as good
	}
	conn, err := l.Listener.Accept()
	if err == nil {
		l.accepted.Add(1)
	}
	return conn, err
}

// A metered connection carries so many bytes to the client, frame by frame, and is cut then.
type metered struct {
	net.Conn
	left atomic.Int64
}

func (m *metered) Write(p []byte) (int, error) {
	if m.left.Add(-int64(len(p))) < 0 {
		_ = m.Close() // closed already is as good
		return 0, net.ErrClosed
	}
	return m.Conn.Write(p)
}

// A halving connection sends its fifth frame, which is the middle of the first run, by half and then ends.
type halving struct {
	net.Conn
	writes atomic.Int64
}

func (h *halving) Write(p []byte) (int, error) {
	const fifth = 1 + 5 // the first write is the 101
	if h.writes.Add(1) != fifth {
		return h.Conn.Write(p)
	}
	n, _ := h.Conn.Write(p[:len(p)/2]) // a client that is gone reads no error either
	_ = h.Conn.Close()                 // closed already is as good
	return n, net.ErrClosed
}
