package refstaging

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// queueLimit bounds what may wait for a client that does not read: about twenty full analyses.
	queueLimit = 1024
	// queueBytes bounds the same in memory.
	queueBytes = 16 << 20
	// writeTimeout is how long one frame may take; a client that reads nothing for so long is gone.
	writeTimeout = 10 * time.Second
	// closeGrace is how long the peer has to answer a close frame.
	closeGrace = time.Second
)

// outbox is the bounded queue of frames to one connection. Pushing never blocks, so a slow client
// holds up nobody; a client that lets the queue run full is cut off. The goroutine that writes exists
// only while there is something to write, which keeps idle sessions cheap.
type outbox struct {
	conn  *websocket.Conn
	tasks *tasks

	mu      sync.Mutex
	queue   []outgoing
	bytes   int
	writing bool
	closed  bool // nothing more is taken
}

// outgoing is a text frame, or a close frame when code is not 0.
type outgoing struct {
	frame  []byte
	code   int
	reason string
}

func (o *outbox) push(frame []byte) { o.put(outgoing{frame: frame}) }

// close queues a close frame behind everything that waits; later pushes are dropped.
func (o *outbox) close(code int, reason string) { o.put(outgoing{code: code, reason: reason}) }

func (o *outbox) put(item outgoing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if len(o.queue) >= queueLimit || o.bytes+len(item.frame) > queueBytes {
		o.abandon()
		o.tasks.start("session cut-off", func() { o.conn.Close() })
		return
	}
	o.queue = append(o.queue, item)
	o.bytes += len(item.frame)
	o.closed = item.code != 0
	if !o.writing {
		o.writing = o.tasks.start("session writer", o.drain)
	}
}

// abandon drops what waits; the lock is held.
func (o *outbox) abandon() {
	o.closed = true
	o.queue = nil
}

// drop ends the outbox of a connection that is gone.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.abandon()
}

// closing reports whether a close frame is queued or sent, or the connection given up.
func (o *outbox) closing() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// drain writes until the queue is empty.
func (o *outbox) drain() {
	for {
		batch := o.take()
		if batch == nil {
			return
		}
		for _, item := range batch {
			if err := o.write(item); err != nil {
				o.drop()
				o.conn.Close() // wakes the reader, which ends the session
				return
			}
		}
	}
}

func (o *outbox) take() []outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch := o.queue
	o.queue, o.bytes = nil, 0
	o.writing = len(batch) > 0
	return batch
}

func (o *outbox) write(item outgoing) error {
	if item.code != 0 {
		frame := websocket.FormatCloseMessage(item.code, item.reason)
		err := o.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeTimeout))
		o.conn.SetReadDeadline(time.Now().Add(closeGrace)) // an error here means the reader is gone already
		return err
	}
	o.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // never fails (gorilla/websocket)
	return o.conn.WriteMessage(websocket.TextMessage, item.frame)
}
