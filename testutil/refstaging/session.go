package refstaging

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// messageLimit is the size above which a message closes the session with 1009 (websocket.md 6).
const messageLimit = 16 << 20

// Session is one WebSocket connection of one user.
type Session struct {
	id   string
	path string // that it was asked for at
	user Identity
	hub  *hub
	conn *websocket.Conn
	out  *outbox

	handshake *handshake // nil in September
	thread    string     // of an October session; changed by its reader alone, with the sessions locked

	idle     *time.Timer // fires when the client has been silent for the heartbeat interval
	interval time.Duration
	ended    sync.Once

	messages atomic.Int64 // received from the client
	events   atomic.Int64 // events queued for the client
}

// ID is the connection id that the welcome names.
func (s *Session) ID() string { return s.id }

// UserID is the user that the session acts as.
func (s *Session) UserID() string { return s.user.UserID }

// Path is the one at which the session was asked for, such as "/ws".
func (s *Session) Path() string { return s.path }

// Closed reports whether nothing more is sent to the session: its connection is gone, or being closed.
func (s *Session) Closed() bool { return s.out.closing() }

// Reply queues a direct reply to this session alone; the frame is marshalled as JSON. It never blocks.
func (s *Session) Reply(frame any) { s.hub.reply(s, func(time.Time) any { return frame }) }

// Close ends the session with a close frame behind everything that is queued, and frees its place at
// once. It never blocks.
func (s *Session) Close(code int, reason string) {
	s.hub.leave(s)
	s.out.close(code, reason)
}

// serve reads until the connection ends. Its place is freed before a close frame is answered, so that
// a client which has seen the answer can connect again.
func (s *Session) serve(receive Receive) {
	defer s.end()
	s.conn.SetReadLimit(messageLimit)
	s.conn.SetCloseHandler(func(code int, _ string) error {
		s.hub.leave(s)
		frame := websocket.FormatCloseMessage(code, "")
		return s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeTimeout))
	})
	for {
		kind, frame, err := s.conn.ReadMessage()
		if err != nil {
			s.lingerAfter(err)
			return
		}
		if s.out.closing() {
			continue // only the answer to the close frame is awaited
		}
		s.messages.Add(1)
		s.idle.Reset(s.interval)
		receive(s, kind, frame)
	}
}

// hears reports whether the events of a thread are for this session; the sessions are locked.
func (s *Session) hears(thread string) bool {
	return s.handshake == nil || thread == "" || thread == s.thread
}

// receiving is the correct end of the Receive chain: it decodes a frame (websocket.md 4.4; RFC 6455,
// section 8.1 for the encoding).
func receiving(route Route) Receive {
	return func(s *Session, kind int, frame []byte) { s.receive(kind, frame, route) }
}

func (s *Session) receive(kind int, frame []byte, route Route) {
	message, err := Message{}, errNotAnObject
	if kind == websocket.TextMessage {
		if !utf8.Valid(frame) {
			s.Close(websocket.CloseInvalidFramePayloadData, "")
			return
		}
		message, err = decodeMessage(frame)
	}
	switch {
	case err != nil && s.handshake != nil && !s.handshake.processing():
		// lost, like everything that comes too early
	case errors.Is(err, errNotAnObject):
		s.Close(websocket.CloseNormalClosure, "main cleanup")
	case err != nil:
		s.hub.reply(s, func(now time.Time) any { return refusal("JSON_PARSE_ERROR", "Invalid JSON format", now) })
	default:
		route(s, message)
	}
}

// lingerAfter reads on for a moment when a message was too big: closing at once, with unread bytes in
// the socket, would reset the connection and destroy the close frame on its way.
func (s *Session) lingerAfter(err error) {
	if !errors.Is(err, websocket.ErrReadLimit) {
		return
	}
	s.hub.leave(s)
	s.out.drop()
	s.conn.SetReadDeadline(time.Now().Add(2 * closeGrace)) // fails only if the connection is gone
	io.CopyN(io.Discard, s.conn.NetConn(), 4*messageLimit) // whatever ends it, the connection is over
}

// end frees everything the session holds.
func (s *Session) end() {
	s.ended.Do(func() {
		s.hub.leave(s)
		s.idle.Stop()
		if s.handshake != nil {
			s.handshake.end()
		}
		s.out.drop()
		s.conn.Close() // the only error is that it was closed before
	})
}

// heartbeat runs on its timer whenever the client was silent for the interval.
func (s *Session) heartbeat() {
	if s.out.closing() {
		return
	}
	s.hub.reply(s, func(now time.Time) any {
		return envelope("heartbeat", now, map[string]any{
			"connection_id": s.id, "timestamp": now.Format(zoneMillis),
			"stats": map[string]any{"messages_processed": s.messages.Load(), "agent_events_processed": s.events.Load()},
		})
	})
	s.idle.Reset(s.interval)
}
