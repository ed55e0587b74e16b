package faults

import (
	"bytes"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// hesitant holds October's handshake_response back until nobody has time for a connect any more. All else is in
// time, the welcome included.
func hesitant(s *seams) {
	const held = 5600 * time.Millisecond
	s.sockets(func(conn net.Conn) net.Conn {
		return &withheld{Conn: conn, what: []byte(`"handshake_response"`), held: held}
	})
}

// A withheld connection delivers the first text that says something later than what is written after it.
type withheld struct {
	net.Conn
	what []byte
	held time.Duration

	mu     sync.Mutex // of all below, and of the order of writes
	timer  *time.Timer
	closed bool
}

func (w *withheld) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil || w.closed || !bytes.HasPrefix(p, []byte{final | websocket.TextMessage}) || !bytes.Contains(p, w.what) {
		return w.Conn.Write(p)
	}
	kept := bytes.Clone(p)
	w.timer = time.AfterFunc(w.held, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.closed {
			_, _ = w.Conn.Write(kept) // a client that is gone reads no error either
		}
	})
	return len(p), nil
}

func (w *withheld) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed = true; w.timer != nil {
		w.timer.Stop()
	}
	return w.Conn.Close()
}
