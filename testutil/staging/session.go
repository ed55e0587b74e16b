package staging

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var (
	errExpired  = errors.New("nothing came in time")
	errNoThread = errors.New("handshake_response names no thread_id")
)

// A Session is one WebSocket connection of a user. One goroutine reads it, records what arrives,
// answers pings and heartbeats, and wakes who waits. It is safe for concurrent use. Close or Abort it,
// or close its Target.
type Session struct {
	target *Target
	user   *User
	dial   *dial
	label  string
	conn   *websocket.Conn
	done   chan struct{}

	dialect wire.Dialect // written before Connect returns

	writing sync.Mutex // one writer at a time, and records in the order of the wire

	// What the reader alone uses, here so that a frame costs no allocation for it.
	received history.Record
	current  *Run
	labelled func(*wire.Event) string

	mu         sync.Mutex
	greeting   greeting
	runs       int // asked so far
	heard      [cues]uint32
	overheard  map[*Run]*wire.Tracker // runs of the user's other sessions
	provoked   int                    // wrong messages that wait for what answers them
	provokedAt time.Time              // when that last changed
	leaving    *history.Closed        // how we are ending the session; nil: we are not
	ended      *ClosedError
	changed    chan struct{} // closed at the next change; nil while nobody waits
}

func newSession(d *dial, conn *websocket.Conn) *Session {
	s := &Session{target: d.user.target, user: d.user, dial: d, label: d.label, conn: conn, done: make(chan struct{})}
	s.labelled = s.run
	conn.SetReadLimit(maxMessage)
	s.target.opened(s)
	go s.read()
	return s
}

// Dialect is the generation of the protocol that the session speaks.
func (s *Session) Dialect() wire.Dialect { return s.dialect }

// Done is closed when the session has ended and its end is recorded.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err is nil while the session lives, and then a *ClosedError that says how it ended.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		return nil
	}
	return s.ended
}

// Settle goes on listening for the budget Settle, for what should not come, and notes that it did. The
// error is a *ClosedError when the session ends meanwhile, or the context's.
func (s *Session) Settle(ctx context.Context) error {
	err := s.within(ctx, s.target.budgets.Settle, func() bool { return false })
	if err != errExpired {
		return err
	}
	s.note(history.TopicSettled, "")
	return nil
}

// send records a frame and writes it.
func (s *Session) send(frame []byte) error {
	return s.write(&history.Record{}, frame)
}

// A frame longer than maxMessage is recorded by its beginning, and may take as long as a slow line needs.
const (
	cutKept  = 4 << 10
	slowLine = 256 << 10 // bytes a second
)

// write records a frame as r and writes it, within the budget Reply and the time that its length takes.
// The record comes first: nothing that the frame causes may be recorded before it.
func (s *Session) write(r *history.Record, frame []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.Err(); err != nil {
		return err
	}
	recorded := frame
	if len(frame) > maxMessage {
		recorded, r.Cut = frame[:cutKept], int64(len(frame)-cutKept)
	}
	r.Kind, r.User, r.Session, r.Frame = history.Send, s.user.label, s.label, string(recorded)
	s.target.append(r, nil)
	kind := websocket.TextMessage
	if r.Binary {
		kind = websocket.BinaryMessage
	}
	limit := s.target.budgets.Reply + time.Duration(len(frame)/slowLine)*time.Second
	_ = s.conn.SetWriteDeadline(time.Now().Add(limit)) // fails only with the write
	if err := s.conn.WriteMessage(kind, frame); err != nil {
		return s.unwritten(err)
	}
	return nil
}

// unwritten explains a failed write: by the end of the session where there is one. Who reads nothing for so
// long is not spoken to any more, which ends it. It does not wait for that: it may be on the reader's goroutine.
func (s *Session) unwritten(err error) error {
	if isTimeout(err) {
		s.drop(&history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepWrite, Timeout: true, Error: err.Error()}})
	}
	if ended := s.Err(); ended != nil {
		return ended
	}
	return fmt.Errorf("session %s with %s: write a frame: %w", s.label, s.dial.shown, err)
}

// await blocks until check says that it is done, the session ends, the time that check returns has
// come, or ctx ends. Those three are a *ClosedError, errExpired and the context's error. A zero time
// never comes. Check is called with s.mu held, at the start and after every change.
func (s *Session) await(ctx context.Context, check func() (done bool, until time.Time)) error {
	for {
		s.mu.Lock()
		done, until := check()
		ended, changed := s.ended, s.next()
		s.mu.Unlock()
		switch {
		case done:
			return nil
		case ended != nil:
			return ended
		}
		if err := waitFor(ctx, changed, until); err != nil && (err != errExpired || !s.later(check, until)) {
			return err
		}
	}
}

// later tells whether a wait that expired at until has more time, or is done, because of what came
// meanwhile.
func (s *Session) later(check func() (bool, time.Time), until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	done, next := check()
	return done || next.IsZero() || next.After(until)
}

func waitFor(ctx context.Context, changed <-chan struct{}, until time.Time) error {
	var expired <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-expired:
		return errExpired
	}
}

// next returns the channel that the next change closes. Call with s.mu held.
func (s *Session) next() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// wake tells everyone who waits that something changed. Call with s.mu held.
func (s *Session) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// gaveUp turns what ended a wait into its error, and notes a wait that was in vain.
func (s *Session) gaveUp(err error, run, of, what string, budget time.Duration) error {
	switch {
	case err == errExpired:
		s.target.note(history.Record{User: s.user.label, Session: s.label, Run: run}, history.TopicGaveUp, what)
		return &WaitError{For: what, Of: of, Budget: budget}
	case errors.Is(err, context.DeadlineExceeded):
		s.target.note(history.Record{User: s.user.label, Session: s.label, Run: run}, history.TopicGaveUp, what)
		fallthrough
	case errors.Is(err, context.Canceled):
		return &WaitError{For: what, Of: of, Cause: err}
	}
	return err
}

func (s *Session) note(topic, text string) {
	s.target.note(history.Record{User: s.user.label, Session: s.label}, topic, text)
}

// tcp is the connection below TLS.
func (s *Session) tcp() net.Conn {
	conn := s.conn.NetConn()
	for {
		inner, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = inner.NetConn()
	}
}
