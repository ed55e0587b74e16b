package staging

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
)

// A pipe is a network in memory, so that a synctest bubble may hold client and server, and hours of a
// story pass in no time.
type pipe struct {
	calls  chan net.Conn
	closed chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error { close(p.closed); return nil }

func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.calls <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bubble makes a door and a target that meet in memory. Call it in a synctest bubble.
func bubble(t *testing.T, b fixtures.Budgets, change func(*config.Config), upgraded func(*websocket.Conn, *http.Request)) (*door, *Target, *recording) {
	t.Helper()
	network := &pipe{calls: make(chan net.Conn), closed: make(chan struct{})}
	d := makeDoor(t, upgraded)
	d.serve(t, network)
	d.URL = "http://door.example"
	c := at(d.URL)
	if change != nil {
		change(&c)
	}
	whole, err := NewTarget(c, b)
	require.NoError(t, err)
	whole.connect = network.dial
	whole.proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	r := record(t)
	story := whole.Record(r.log)
	r.stop = story.Close
	t.Cleanup(story.Close)
	return d, story, r
}
