package staging

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// frames holds the buffers into which messages are read; an idle session has none.
var frames = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostKept bounds the buffers that are kept for the next message.
const mostKept = 64 << 10

const heartbeatAck = `{"type":"` + wire.HeartbeatAck + `"}`

// read is the one reader of the session. It records frames in their order until the connection ends.
func (s *Session) read() {
	defer close(s.done)
	for {
		kind, from, err := s.conn.NextReader()
		inFrame := err == nil
		if err == nil {
			err = s.receive(kind, from)
		}
		if err != nil {
			s.finish(err, inFrame)
			return
		}
	}
}

func (s *Session) receive(kind int, from io.Reader) error {
	buffer := frames.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= mostKept {
			buffer.Reset()
			frames.Put(buffer)
		}
	}()
	if _, err := buffer.ReadFrom(from); err != nil {
		return err
	}
	s.received = history.Record{
		Kind: history.Recv, User: s.user.label, Session: s.label,
		Frame: buffer.String(), Binary: kind == websocket.BinaryMessage,
	}
	s.current = nil
	s.target.append(&s.received, s.labelled)
	if e := s.received.Event; e != nil {
		s.heed(e)
		s.reply(e)
	}
	return nil
}

// run is the label function of what the session receives. The log calls it on the reader's goroutine.
func (s *Session) run(e *wire.Event) string {
	if e == nil || s.answersProvocation(e) {
		return ""
	}
	s.current = s.user.correlation.find(s, s.user.Subject(), e)
	if s.current == nil {
		return ""
	}
	return s.current.label
}

// heed lets an event change what waiters wait for. An event in the middle of a run, after the first, wakes nobody: who
// waits for the run looks again when the time for the next event is up.
func (s *Session) heed(e *wire.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greeting.observe(e)
	if s.current == nil {
		s.count(e)
	}
	if r := s.current; r != nil && r.session != s {
		s.overhear(r, e)
	} else if r != nil {
		r.observe(e, time.Now())
		if !r.tracker.Ended() && !r.tracker.Quiet() && r.answer.Events > 1 {
			return
		}
	}
	s.wake()
}

// reply answers what the protocol wants answered. A failed write ends the session for the reader too,
// so that it needs no further telling.
func (s *Session) reply(e *wire.Event) {
	switch e.Type {
	case wire.Ping:
		_ = s.send(wire.PongFrame(time.Now()))
	case wire.Heartbeat:
		_ = s.send([]byte(heartbeatAck))
	}
}
