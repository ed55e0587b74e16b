package measure

import (
	"bytes"
	"io"
	"net"
	"strings"
)

// inMidFrame is how much of a WebSocket's stream gets through behind the header of its upgrade: less than
// the welcome, which is the first frame.
const inMidFrame = 100

// midFrame is a healthy deployment whose WebSockets are cut in their first frame.
func (l *lobby) midFrame() ([]string, error) {
	server, err := l.reference()
	if err != nil {
		return nil, err
	}
	listener, url, err := l.listen()
	if err != nil {
		return nil, err
	}
	backend := strings.TrimPrefix(server.APIURL(), "http://")
	l.accept(listener, func(client net.Conn) { relay(client, backend) })
	return []string{"STAGING_API_URL=" + url, "STAGING_AUTH_URL=" + server.AuthURL(), "E2E_OAUTH_SIMULATION_KEY=" + server.SimulationKey()}, nil
}

// relay connects a client with the backend until either has gone, or the stream is to stop.
func relay(client net.Conn, backend string) {
	server, err := net.Dial("tcp", backend)
	if err != nil {
		return // the client sees its connection closed
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.Copy(server, client)
		_ = server.Close() // the client has gone
	}()
	_, _ = io.Copy(client, stopping(server))
	_ = client.Close() // the backend has gone, or the stream stops
	<-sent
}

// stopping reads what r sends, but of a WebSocket only the first bytes.
func stopping(r io.Reader) io.Reader {
	var header bytes.Buffer
	one := make([]byte, 1)
	for !bytes.HasSuffix(header.Bytes(), []byte("\r\n\r\n")) {
		if _, err := io.ReadFull(r, one); err != nil {
			return &header
		}
		header.WriteByte(one[0])
	}
	if bytes.HasPrefix(header.Bytes(), []byte("HTTP/1.1 101 ")) {
		r = io.LimitReader(r, inMidFrame)
	}
	return io.MultiReader(&header, r)
}
