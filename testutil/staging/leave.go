package staging

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Close ends the session politely: it sends a close frame 1000, waits for the server's for the budget
// Reply at most, and closes the connection. What arrives meanwhile is recorded. It returns nil when the
// session was over already, and a *WaitError when the server's close frame did not come.
func (s *Session) Close(ctx context.Context) error {
	if !s.leave(&history.Closed{By: history.ByClient, Code: websocket.CloseNormalClosure}) {
		<-s.done
		return nil
	}
	text := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	err := s.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(s.target.budgets.Reply))
	if err == nil {
		err = s.within(ctx, s.target.budgets.Reply, func() bool { return false })
		err = s.gaveUp(err, "", s.label, "the server's close frame", s.target.budgets.Reply)
	}
	_ = s.conn.Close() // what matters is recorded
	<-s.done
	var wait *WaitError
	if errors.As(err, &wait) {
		return wait
	}
	return nil
}

// Abort resets the connection: the server gets no close frame, as when a client crashes. It returns
// when the end is recorded.
func (s *Session) Abort() {
	s.give(&history.Closed{By: history.ByClient})
}

// give closes the connection without a close frame and waits until that is recorded as c.
func (s *Session) give(c *history.Closed) {
	s.drop(c)
	<-s.done
}

// drop closes the connection without a close frame, which the reader records as c.
func (s *Session) drop(c *history.Closed) {
	if s.leave(c) {
		tcp := s.tcp()
		if t, ok := tcp.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // reset instead of an orderly end of stream
		}
		_ = tcp.Close()
	}
}

// leave says how the session is about to end on our part. It returns false if it is ending already.
func (s *Session) leave(c *history.Closed) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended != nil || s.leaving != nil {
		return false
	}
	s.leaving = c
	return true
}

// finish records the end of the session, which err brought about, and wakes everyone who waits.
func (s *Session) finish(err error, inFrame bool) {
	s.mu.Lock()
	leaving := s.leaving
	s.mu.Unlock()
	c := ending(err, inFrame, leaving)
	r := &history.Record{Kind: history.Close, User: s.user.label, Session: s.label, Closed: c}
	s.target.append(r, nil)
	_ = s.conn.Close() // recorded already
	s.target.ended(s)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = &ClosedError{
		Session: s.label, URL: s.dial.shown, By: c.By, Code: c.Code, Reason: c.Reason, Broken: c.Broken,
		Refusal: s.target.redact(s.greeting.refusal),
	}
	s.wake()
}

// ending tells how a session ended from the error of its reader. InFrame says that the error came in
// the middle of a message; leaving how we were ending it ourselves, if we were.
func ending(err error, inFrame bool, leaving *history.Closed) *history.Closed {
	var frame *websocket.CloseError
	closed := errors.As(err, &frame) && frame.Code != websocket.CloseAbnormalClosure
	// An empty close frame answers ours as well as one that repeats its code (RFC 6455, section 5.5.1).
	other := closed && frame.Code != websocket.CloseNoStatusReceived && leaving != nil && leaving.Code != 0 && frame.Code != leaving.Code
	if leaving != nil && !other {
		return leaving
	}
	if closed {
		c := &history.Closed{By: history.ByServer, Code: frame.Code, Reason: frame.Text}
		if c.Code == websocket.CloseNoStatusReceived { // never travels: the frame was empty
			c.Code = 0
		}
		return c
	}
	step := history.StepRead
	if inFrame || frame == nil && !isTransport(err) {
		step = history.StepFrame
	}
	return &history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: step, Timeout: isTimeout(err), Error: err.Error()}}
}
