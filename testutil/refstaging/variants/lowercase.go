package variants

import (
	"bytes"
	"net"
	"sync"
)

// lowerCaseUpgrade spells the header names of the answer to an upgrade in lower case.
func lowerCaseUpgrade(c net.Conn) net.Conn { return &lowering{Conn: c} }

// lowering waits for the header to be whole.
type lowering struct {
	net.Conn
	mu      sync.Mutex
	head    []byte
	through bool
}

func (l *lowering) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.through {
		return l.Conn.Write(data)
	}
	l.head = append(l.head, data...)
	head, rest, ok := bytes.Cut(l.head, []byte("\r\n\r\n"))
	if !ok {
		return len(data), nil
	}
	l.through = true
	lines := bytes.Split(head, []byte("\r\n"))
	for _, line := range lines[1:] {
		name, _, _ := bytes.Cut(line, []byte(":"))
		copy(line, bytes.ToLower(name))
	}
	out := append(bytes.Join(lines, []byte("\r\n")), "\r\n\r\n"...)
	if _, err := l.Conn.Write(append(out, rest...)); err != nil {
		return 0, err
	}
	return len(data), nil
}
