package faults

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// sockets lays a hand on the connection of every WebSocket, before anything is said on it.
func (s *seams) sockets(hold func(net.Conn) net.Conn) {
	s.api(upgrading(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&held{w, hold}, r)
	}))
}

type held struct {
	http.ResponseWriter
	hold func(net.Conn) net.Conn
}

// Unwrap is for [http.ResponseController].
func (h *held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Hijack is what an upgrade takes the connection with.
func (h *held) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection of an upgrade: %w", err)
	}
	return h.hold(conn), buffered, nil
}

// mortal is a connection that is cut at an age.
type mortal struct {
	net.Conn
	death *time.Timer
}

func cutAt(age time.Duration) func(net.Conn) net.Conn {
	return func(conn net.Conn) net.Conn {
		return &mortal{conn, time.AfterFunc(age, func() { _ = conn.Close() })} // closed already is as good
	}
}

func (m *mortal) Close() error {
	m.death.Stop()
	return m.Conn.Close()
}

// An instance knows its open connections, which end with it, all at once and without a word.
type instance struct {
	mu   sync.Mutex
	open map[*tenant]bool
}

type tenant struct {
	net.Conn
	at *instance
}

func (i *instance) admit(conn net.Conn) net.Conn {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := &tenant{conn, i}
	i.open[t] = true
	return t
}

func (t *tenant) Close() error {
	t.at.mu.Lock()
	delete(t.at.open, t)
	t.at.mu.Unlock()
	return t.Conn.Close()
}

func (i *instance) killed() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for t := range i.open {
		_ = t.Conn.Close() // closed already is as good
	}
	clear(i.open)
}
