package staging

import (
	"context"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// The windows of the October handshake (websocket.md 2.5, 2.6).
const (
	responseWindow  = 2 * time.Second // for handshake_response after a welcome that may be October's
	responseTimeout = 10 * time.Second
	completeWindow  = 2 * time.Second // for handshake_complete after the acknowledgement
	processingAfter = 500 * time.Millisecond
	octoberID       = "ws_conn_"
)

// A greeting is what a session has seen of its handshake. Guarded by the session's mu.
type greeting struct {
	welcome    bool
	refusal    string // the error frame that came before the welcome, code and text
	dialect    wire.Dialect
	connection string
	mode       string
	responded  bool   // handshake_response arrived
	thread     string // of the handshake
	complete   bool
}

// observe takes an event of the handshake; duplicates change nothing.
func (g *greeting) observe(e *wire.Event) {
	switch e.Type {
	case wire.Welcome:
		if !g.welcome {
			g.welcome, g.dialect, g.connection, g.mode = true, e.Dialect, e.ConnectionID, e.Mode
		}
	case wire.HandshakeResponse:
		if !g.responded {
			g.responded, g.thread = true, e.ThreadID
		}
	case wire.HandshakeComplete:
		g.complete = true
	case wire.Error, wire.ConnectionErr, wire.SystemErr:
		if !g.welcome && g.refusal == "" {
			g.refusal = strings.TrimSpace(e.ErrorCode + " " + e.Text)
		}
	}
}

// mayBeOctober says whether an acknowledgement may be due (websocket.md 2.6, step 3).
func (g *greeting) mayBeOctober() bool {
	return g.responded || g.mode == "" && strings.HasPrefix(g.connection, octoberID)
}

// greeted blocks until the session is ready for prompts. dialled bounds the welcome, story the rest.
func (s *Session) greeted(dialled, story context.Context) error {
	err := s.await(dialled, func() (bool, time.Time) { return s.greeting.welcome, time.Time{} })
	if err != nil {
		return s.unwelcome(dialled, err)
	}
	if s.dialect, err = s.negotiate(story); err != nil {
		return s.noHandshake(story, err)
	}
	if s.dial.main && s.dialect != wire.UnknownDialect {
		s.target.dialect.Store(s.dialect)
	}
	return nil
}

// negotiate finds out the dialect and, in October, finishes the handshake.
func (s *Session) negotiate(ctx context.Context) (wire.Dialect, error) {
	s.mu.Lock()
	g := s.greeting
	s.mu.Unlock()
	window := responseWindow
	switch configured := wire.Dialect(s.target.config.Dialect); {
	case configured == wire.October:
		window = responseTimeout
	case configured == wire.September,
		!g.mayBeOctober(),
		!g.responded && s.dial.main && s.target.known() != wire.UnknownDialect && s.target.known() != wire.October:
		return g.dialect, nil
	}

	err := s.within(ctx, window, func() bool { return s.greeting.responded })
	if err == errExpired && wire.Dialect(s.target.config.Dialect) != wire.October {
		return g.dialect, nil
	}
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	thread := s.greeting.thread
	s.mu.Unlock()
	if thread == "" {
		return "", errNoThread
	}
	if err := s.send(wire.HandshakeAcknowledged(thread, time.Now())); err != nil {
		return "", err
	}
	if err := s.within(ctx, completeWindow, func() bool { return s.greeting.complete }); err != nil && err != errExpired {
		return "", err
	}
	// A message that is sent before the server processes is lost, and nothing tells when it does.
	return wire.October, rest(ctx, processingAfter)
}

// within waits for ready, which is called with s.mu held, for a window of its own.
func (s *Session) within(ctx context.Context, window time.Duration, ready func() bool) error {
	until := time.Now().Add(window)
	return s.await(ctx, func() (bool, time.Time) { return ready(), until })
}

// unwelcome ends a session that was not greeted and says why.
func (s *Session) unwelcome(ctx context.Context, err error) error {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	b := broken(ctx, history.StepWelcome, err)
	if ended == nil { // our patience ended, not the session
		s.note(history.TopicGaveUp, "the welcome")
		s.give(&history.Closed{By: history.ByDial, Broken: b})
	}
	return &DialError{Session: s.label, URL: s.dial.shown, Broken: *b, Cause: err}
}

// noHandshake ends a session whose October handshake failed.
func (s *Session) noHandshake(ctx context.Context, err error) error {
	b := broken(ctx, history.StepWelcome, err)
	b.Timeout = b.Timeout || err == errExpired
	s.note(history.TopicGaveUp, "the October handshake")
	s.give(&history.Closed{By: history.ByDial, Broken: b})
	return &DialError{Session: s.label, URL: s.dial.shown, Broken: *b, Cause: err}
}
