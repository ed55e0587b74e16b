package staging

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

const (
	maxBody      = 1 << 20  // of an HTTP answer that is kept
	maxMessage   = 5 << 20  // of a frame (websocket.md 2.5)
	maxHeader    = 64 << 10 // of an HTTP answer
	readBuffer   = 4 << 10  // per session, for as long as it lives
	writeBuffer  = 32 << 10 // while a frame is written; a longer one is fragmented
	upgradeCut   = 1 << 10  // what gorilla/websocket keeps of the body of a refused upgrade
	apiPrefix    = "/api/"
	bypassHeader = "X-E2E-Bypass-Key"
)

// newTransport makes the one transport of a target. It opens a connection for each request: so every
// exchange tells its own DNS, TCP and TLS, and no request is silently repeated because an idle
// connection had gone. HTTP/1.1 only, for the same exactness.
func newTransport(secure *tls.Config, proxy proxyFunc, connect connectFunc) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            connect,
		TLSClientConfig:        secure,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              protocols,
	}
}

// newDialer makes the dialer of one session; what is large is shared by all.
func newDialer(secure *tls.Config, proxy proxyFunc, pool websocket.BufferPool) websocket.Dialer {
	return websocket.Dialer{
		Proxy:           proxy,
		TLSClientConfig: secure,
		ReadBufferSize:  readBuffer,
		WriteBufferSize: writeBuffer,
		WriteBufferPool: pool,
	}
}

// A connectFunc opens a connection, as net.Dialer.DialContext does.
type connectFunc func(ctx context.Context, network, address string) (net.Conn, error)

// A proxyFunc chooses the proxy for a request; nil is none.
type proxyFunc func(*http.Request) (*url.URL, error)

// tlsConfig trusts the system's authorities and the one of the CA file. The sessions of a target
// resume, so that a dial costs little.
func tlsConfig(c config.Config) (*tls.Config, error) {
	secure := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"http/1.1"}, // an upgrade needs it
		ClientSessionCache: tls.NewLRUClientSessionCache(0),
	}
	if c.CAFile == "" {
		return secure, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authority in STAGING_CA_FILE: %w", err)
	}
	if secure.RootCAs, err = x509.SystemCertPool(); err != nil {
		secure.RootCAs = x509.NewCertPool()
	}
	if !secure.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("STAGING_CA_FILE %s holds no certificate in PEM form", c.CAFile)
	}
	return secure, nil
}

// until opens a connection and closes it when ctx ends.
func (connect connectFunc) until(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := connect(ctx, network, address)
	if err == nil {
		context.AfterFunc(ctx, func() { _ = conn.Close() })
	}
	return conn, err
}

// resolver looks names up as the system is set up to. Where Go itself asks a name server, through ask,
// it stops when the one who wants the name does; by default it would wait for that server for seconds.
func resolver(ask connectFunc) *net.Resolver { return &net.Resolver{Dial: ask.until} }

// interruptible lets ctx end a WebSocket dial at any point: the dialer itself heeds only its deadline.
// Release must be called when the dial is over.
func (connect connectFunc) interruptible() (dial connectFunc, release func()) {
	stop := func() bool { return true }
	dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := connect(ctx, network, address)
		if err == nil {
			stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	return dial, func() { stop() }
}

// keptHeaders are the headers of an answer that rules and people need.
var keptHeaders = []string{
	"Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
	"Access-Control-Allow-Origin", "Allow", "Content-Length", "Content-Type", "Date", "Location",
	"Retry-After", "Sec-Websocket-Protocol", "Server", "Upgrade", "Vary", "Via", "Www-Authenticate",
	"X-Cloud-Trace-Context", "X-Content-Type-Options", "X-Frame-Options", "X-Issue-449-Fix",
}

func kept(h http.Header) map[string]string {
	found := map[string]string{}
	for _, name := range keptHeaders {
		if values := h[name]; len(values) > 0 {
			found[name] = strings.Join(values, ", ")
		}
	}
	for name, values := range h {
		if strings.HasPrefix(name, "X-Service-") {
			found[name] = strings.Join(values, ", ")
		}
	}
	return found
}
