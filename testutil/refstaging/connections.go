package refstaging

import (
	"net"
	"sync"
	"sync/atomic"
)

// counted is a listener that knows how many of its connections are open, those that became a WebSocket
// included: whatever forgets to close one shows in the process figures.
type counted struct {
	net.Listener
	open *atomic.Int64
}

func (l *counted) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countedConn{Conn: conn, open: l.open}, nil
}

type countedConn struct {
	net.Conn
	open   *atomic.Int64
	closed sync.Once
}

func (c *countedConn) Close() error {
	c.closed.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}
