package variants

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// mostJitter is how long a frame may be under way (issue "Prove it", No false alarms).
const mostJitter = 50 * time.Millisecond

// jitter lets every frame of a WebSocket, the answer to the upgrade included, be under way for a time of its
// own. Frames still arrive in their order, since they share a connection, and none waits for another to
// arrive before it sets out.
var jitter = connecting(func(c net.Conn) net.Conn { return newJittery(c) })

// A jittery connection delivers late what is written to it.
type jittery struct {
	net.Conn
	way  chan parcel   // what is under way
	done chan struct{} // closed when nothing is delivered any more

	broken error // of the last delivery; read after done

	mu     sync.Mutex
	last   time.Time // when what was written before is due
	closed bool
}

type parcel struct {
	due  time.Time
	data []byte
}

// underWay bounds what is not yet delivered; who writes more waits.
const underWay = 1024

func newJittery(conn net.Conn) *jittery {
	j := &jittery{Conn: conn, way: make(chan parcel, underWay), done: make(chan struct{})}
	go j.deliver()
	return j
}

func (j *jittery) Write(data []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return 0, net.ErrClosed
	}
	if due := time.Now().Add(rand.N(mostJitter)); due.After(j.last) {
		j.last = due
	}
	select {
	case j.way <- parcel{j.last, append([]byte(nil), data...)}:
		return len(data), nil
	case <-j.done:
		return 0, j.broken
	}
}

// deliver delivers until the connection is closed or broken.
func (j *jittery) deliver() {
	defer close(j.done)
	for p := range j.way {
		<-time.After(time.Until(p.due))
		if _, err := j.Conn.Write(p.data); err != nil {
			j.broken = err
			return
		}
	}
}

// Close lets what is under way arrive, unless the other side does not take it, and closes the connection.
func (j *jittery) Close() error {
	j.mu.Lock()
	already := j.closed
	if !already {
		j.closed = true
		close(j.way)
	}
	j.mu.Unlock()
	if already {
		return net.ErrClosed
	}
	select {
	case <-j.done:
	case <-time.After(2 * mostJitter):
	}
	err := j.Conn.Close()
	<-j.done
	return err
}
