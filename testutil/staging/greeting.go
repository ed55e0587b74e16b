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
	welcomeAfter    = 5 * time.Second // for connection_established after a handshake_response
	handshakeRetry  = 3 * time.Second // before the one retry of a handshake that failed
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
	responded  time.Time // when handshake_response arrived; zero: not yet
	thread     string    // of the handshake
	resuming   bool      // another handshake_response was asked for, and counts if it names another thread
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
		if g.responded.IsZero() || g.resuming && e.ThreadID != g.thread {
			g.responded, g.thread, g.resuming = time.Now(), e.ThreadID, false
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
	return !g.responded.IsZero() || g.mode == "" && strings.HasPrefix(g.connection, octoberID)
}

// greeted blocks until the session is ready for prompts. dialled bounds the welcome, story the rest.
func (s *Session) greeted(dialled, story context.Context) error {
	err := s.await(dialled, func() (bool, time.Time) {
		if g := &s.greeting; !g.responded.IsZero() {
			return g.welcome, g.responded.Add(welcomeAfter)
		}
		return s.greeting.welcome, time.Time{}
	})
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
		g.responded.IsZero() && s.dial.main && s.target.known() != wire.UnknownDialect && s.target.known() != wire.October:
		return g.dialect, nil
	}

	err := s.within(ctx, window, func() bool { return !s.greeting.responded.IsZero() })
	if err == errExpired && wire.Dialect(s.target.config.Dialect) != wire.October {
		return g.dialect, nil
	}
	if err != nil {
		return "", err
	}
	return wire.October, s.shakeHands(ctx)
}

// shakeHands acknowledges October's handshake and waits until messages are not lost any more.
func (s *Session) shakeHands(ctx context.Context) error {
	if err := s.resume(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	thread := s.greeting.thread
	s.mu.Unlock()
	if thread == "" {
		return errNoThread
	}
	if err := s.send(wire.HandshakeAcknowledged(thread, time.Now())); err != nil {
		return err
	}
	if err := s.within(ctx, completeWindow, func() bool { return s.greeting.complete }); err != nil && err != errExpired {
		return err
	}
	// A message that is sent before the server processes is lost, and nothing tells when it does.
	return rest(ctx, processingAfter)
}

// resume asks for the thread of an earlier session and takes the next one that a handshake_response names. A
// server that names none within the window leaves the session with the thread that it has: that very thread
// again may be the answer, or a duplicate of the first response, which is ignored (websocket.md 2.5).
func (s *Session) resume(ctx context.Context) error {
	thread := s.dial.resume
	s.mu.Lock()
	s.greeting.resuming = thread != "" && thread != s.greeting.thread
	ask := s.greeting.resuming
	s.mu.Unlock()
	if !ask {
		return nil
	}
	if err := s.send(wire.HandshakeRequest(thread, time.Now())); err != nil {
		return err
	}
	err := s.within(ctx, responseWindow, func() bool { return !s.greeting.resuming })
	if err != errExpired {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greeting.resuming = false
	return nil
}

// Thread is the thread that October's handshake gave the session, empty in other dialects. A prompt
// without OnThread is asked there.
func (s *Session) Thread() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dialect != wire.October {
		return ""
	}
	return s.greeting.thread
}

// within waits for ready, which is called with s.mu held, for a window of its own.
func (s *Session) within(ctx context.Context, window time.Duration, ready func() bool) error {
	until := time.Now().Add(window)
	return s.await(ctx, func() (bool, time.Time) { return ready(), until })
}

// unwelcome ends a session that was not greeted and says why.
func (s *Session) unwelcome(ctx context.Context, err error) error {
	s.mu.Lock()
	ended, october := s.ended, !s.greeting.responded.IsZero()
	s.mu.Unlock()
	b := broken(ctx, history.StepWelcome, err)
	b.Timeout = b.Timeout || err == errExpired
	if ended == nil { // our patience ended, not the session
		s.note(history.TopicGaveUp, "the welcome")
		s.give(&history.Closed{By: history.ByDial, Broken: b})
	}
	return &DialError{Session: s.label, URL: s.dial.shown, Broken: *b, Cause: err, again: october && s.dial.intent.Expect == ""}
}

// noHandshake ends a session whose October handshake failed.
func (s *Session) noHandshake(ctx context.Context, err error) error {
	b := broken(ctx, history.StepWelcome, err)
	b.Timeout = b.Timeout || err == errExpired
	s.note(history.TopicGaveUp, "the October handshake")
	s.give(&history.Closed{By: history.ByDial, Broken: b})
	return &DialError{Session: s.label, URL: s.dial.shown, Broken: *b, Cause: err, again: s.dial.intent.Expect == ""}
}
