package refstaging

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gateway takes upgrades and turns them into sessions.
type gateway struct {
	hub       *hub
	ids       *idSource
	tasks     *tasks
	validate  validator
	negotiate Negotiate
	extract   ExtractToken
	accept    Accept
	open      OpenSession
	refusal   RefuseSession
	receive   Receive
	interval  time.Duration
	upgrader  websocket.Upgrader
	stats     authStats

	connection func(ids *idSource, user string, now time.Time) string
	handshakes bool          // what September has no use for:
	threads    *threads      // where a handshake finds its thread
	timeout    time.Duration // of a handshake
}

// writeBuffers are shared by all connections, which hold one only while they write.
var writeBuffers sync.Pool

func newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: writeTimeout,
		ReadBufferSize:   1024, WriteBufferSize: 4096, WriteBufferPool: &writeBuffers,
		// Every origin may try: no cookie authenticates, so a foreign page has nothing to ride on.
		CheckOrigin: func(*http.Request) bool { return true },
	}
}

// ServeHTTP follows websocket.md 3.5: negotiate, accept, and only then authenticate, so that a refusal
// is an error frame and a close code rather than an HTTP status.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protocol, ok := g.negotiate(offered(r))
	if !ok {
		w.WriteHeader(http.StatusForbidden) // the wire form of close 1003 before accept (websocket.md 3.3)
		return
	}
	header := w.Header().Clone() // carries CORS, which gorilla would not take from w
	if protocol != "" {
		header.Set("Sec-WebSocket-Protocol", protocol)
	}
	token := g.extract(r)
	conn, err := g.upgrader.Upgrade(w, r, header)
	if err != nil {
		return // the upgrader has answered
	}
	if !g.tasks.start("session", func() { g.serve(r, conn, token) }) {
		conn.Close()
	}
}

// serve is a session from beginning to end. Of the request, which is over, it wants only what it says.
func (g *gateway) serve(r *http.Request, conn *websocket.Conn, token string) {
	s := &Session{
		hub: g.hub, conn: conn, interval: g.interval, path: r.URL.Path,
		out: &outbox{conn: conn, tasks: g.tasks},
	}
	s.idle = time.AfterFunc(never, s.heartbeat) // armed below, when the field that it reads is set
	err := g.accept(r)
	if err == nil {
		err = g.admit(r.Context(), s, token)
	}
	if err != nil {
		g.refuse(s, err)
	} else {
		s.idle.Reset(s.interval)
	}
	s.serve(g.receive)
}

// never is longer than any server lives.
const never = 1 << 62

var errAuthentication = errors.New("authentication failed")

// admit authenticates, opens and registers a session, and queues its welcome.
func (g *gateway) admit(ctx context.Context, s *Session, token string) error {
	user, err := g.validate(ctx, token, AccessToken)
	g.stats.count(err == nil)
	switch {
	case errors.Is(err, ErrAuthUnavailable):
		return err
	case err != nil:
		return errors.Join(errAuthentication, err)
	}
	if s.user, err = g.open(user); err != nil {
		return err
	}
	s.id = g.connection(g.ids, s.user.UserID, g.hub.clock.now())
	if g.handshakes {
		s.handshake = &handshake{session: s, ids: g.ids, threads: g.threads, timeout: g.timeout}
	}
	return g.hub.join(s)
}

// refuse sends why a connection is not admitted, and closes it.
func (g *gateway) refuse(s *Session, err error) {
	if errors.Is(err, errClosing) {
		s.out.close(websocket.CloseGoingAway, "")
		return
	}
	r := g.refusal(s.user, err)
	if r.Frame != nil {
		s.Reply(r.Frame)
	}
	s.out.close(r.Code, r.Reason)
}

// refuseSession is the correct end of the Refuse chain.
func refuseSession(clock clock) RefuseSession {
	return func(_ Identity, why error) *Refusal {
		frame := func(code, message string) any { return refusal(code, message, clock.now()) }
		if how := new(Refusal); errors.As(why, &how) {
			return how
		}
		switch {
		case errors.Is(why, errAuthentication): // websocket.md 3.6
			const text = "Authentication failed"
			return &Refusal{frame("AUTH_FAILED", text), websocket.ClosePolicyViolation, text}
		case errors.Is(why, ErrSessionLimit): // websocket.md 2.4
			return &Refusal{frame("CONNECTION_LIMIT", "Too many sessions for this user: close one first"), websocket.CloseTryAgainLater, "Connection limit"}
		}
		const text = "Service initialization failed" // websocket.md 3.8
		return &Refusal{frame("SERVICE_INIT_FAILED", text), websocket.CloseInternalServerErr, text}
	}
}

// offered are the subprotocols of a request, from all of its header lines.
func offered(r *http.Request) []string {
	var names []string
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func subprotocolToken(text string) string {
	if len(text) < 10 {
		return ""
	}
	if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err == nil && threeParts(string(raw)) {
		return string(raw)
	}
	if threeParts(text) {
		return text
	}
	return ""
}

func threeParts(token string) bool {
	parts := strings.Split(token, ".")
	return len(parts) == 3 && !slices.Contains(parts, "")
}

// cutAnyPrefix finds the first prefix that is followed by something.
func cutAnyPrefix(text string, prefixes []string) (rest string, ok bool) {
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			return rest, true
		}
	}
	return "", false
}

// bearer is the token of an Authorization header.
func bearer(r *http.Request) (string, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}
