package refstaging_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestCloseEndsSessionsWith1001(t *testing.T) {
	s, err := refstaging.Start(refstaging.Config{Pacing: refstaging.Pacing{Think: 2 * time.Second}})
	require.NoError(t, err)
	token := login(t, s, "closing").access
	idle, busy := connect(t, s, token), connect(t, s, login(t, s, "busy").access)
	busy.send(object{"type": "chat", "content": "Add 1 and 2."})
	busy.read()
	ended := make(chan error)
	go func() { ended <- s.Close() }()
	assert.Equal(t, 1001, idle.closed().Code)
	assert.Equal(t, 1001, busy.closed().Code)
	require.NoError(t, <-ended)
	require.NoError(t, s.Close(), "idempotent")
	_, err = net.Dial("tcp", strings.TrimPrefix(s.APIURL(), "http://"))
	assert.Error(t, err)
}

// Close returns only when a run that takes its time to end has ended.
func TestCloseWaitsForRuns(t *testing.T) {
	var ended atomic.Bool
	begun := make(chan struct{})
	var cfg refstaging.Config
	cfg.Hooks.Emitter.Emit = func(refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, _ refstaging.Event) {
			close(begun)
			<-ctx.Done()
			<-time.After(300 * time.Millisecond)
			ended.Store(true)
		}
	}
	s := start(t, cfg)
	c := connect(t, s, login(t, s, "lazy").access)
	c.send(object{"type": "chat", "content": "Add 1 and 2."})
	<-begun
	require.NoError(t, c.conn.Close())
	require.NoError(t, s.Close())
	assert.True(t, ended.Load())
}

// A client that answers nothing does not keep the server from closing.
func TestCloseDoesNotWaitForDeadClients(t *testing.T) {
	s, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	connect(t, s, login(t, s, "dead").access)
	require.NoError(t, s.Close())
}

// A client that reads nothing is cut off when its queue is full; others notice nothing.
func TestSlowClientIsCutOff(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "slow").access
	slow, quick := connect(t, s, token), connect(t, s, login(t, s, "quick").access)
	require.NoError(t, slow.conn.NetConn().(*net.TCPConn).SetReadBuffer(4096))
	for range 500 { // about 30 events each, which nobody reads
		slow.send(object{"type": "chat", "content": "A full analysis of 1 and 2, please."})
	}
	require.Eventually(t, func() bool {
		return call(t, "GET", s.APIURL()+"/api/v1/user/sessions", bearer(token), nil).text == "[]"
	}, patience, 20*time.Millisecond, "never cut off")
	assert.Equal(t, five, types(quick.ask("Add 1 and 2.")))
}

// The counters return to where they were: nothing is left of sessions and runs.
func TestNothingAccumulates(t *testing.T) {
	s := start(t, refstaging.Config{})
	token := login(t, s, "leak").access
	for i := range 20 {
		c := connect(t, s, token)
		c.ask("Add 1 and 2.")
		if i%2 == 0 {
			require.NoError(t, c.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "")))
			c.closed()
		}
		c.conn.Close()
	}
	require.Eventually(t, func() bool {
		return call(t, "GET", s.APIURL()+"/api/system/debug/async_tasks", nil, nil).json["total_tasks"] == 0.0
	}, patience, 10*time.Millisecond)
	c := connect(t, s, token)
	tasks := call(t, "GET", s.APIURL()+"/api/system/debug/async_tasks", nil, nil).json
	assert.GreaterOrEqual(t, tasks["total_tasks"], 1.0)
	assert.Equal(t, "session", tasks["tasks"].([]any)[0].(object)["name"])
	c.conn.Close()
}

func TestTLS(t *testing.T) {
	ca, err := refstaging.GenerateCA("staging.internal")
	require.NoError(t, err)
	s := start(t, refstaging.Config{TLS: ca.TLS()})
	require.True(t, strings.HasPrefix(s.WebSocketURL(), "wss://127.0.0.1:"))
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca.PEM))
	trusting := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true, ForceAttemptHTTP2: true}
	response, err := (&http.Client{Transport: trusting}).Get(s.AuthURL() + "/health")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, "HTTP/1.1", response.Proto)
	_, err = (&http.Client{Transport: transport}).Get(s.AuthURL() + "/health")
	assert.ErrorAs(t, err, new(*tls.CertificateVerificationError), "nobody trusts it otherwise")
	leaf, err := x509.ParseCertificate(ca.Server.Certificate[0])
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "::1", "localhost", "staging.internal"} {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: host})
		assert.NoError(t, err, host)
	}
	certificate, key, err := ca.PEMPair()
	require.NoError(t, err)
	_, err = tls.X509KeyPair(certificate, key)
	assert.NoError(t, err)
	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: pool}}
	conn, answer, err := dialer.DialContext(t.Context(), s.WebSocketURL(), nil)
	require.NoError(t, err)
	answer.Body.Close()
	assertRefused(t, &client{t: t, conn: conn})
	conn.Close()
}

func TestBadConfigIsRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for name, cfg := range map[string]refstaging.Config{
		"dialect":       {Dialect: "may"},
		"slow thinking": {Pacing: refstaging.Pacing{Think: 4 * time.Second}},
		"negative":      {Pacing: refstaging.Pacing{Tool: -1}},
		"token life":    {AccessTTL: time.Millisecond},
		"run limit":     {RunLimit: 2 * time.Minute},
		"session limit": {SessionLimit: -1},
		"auth address":  {AuthAddr: taken.Addr().String()},
		"api address":   {APIAddr: taken.Addr().String()},
	} {
		s, err := refstaging.Start(cfg)
		assert.Error(t, err, name)
		assert.Nil(t, s)
	}
	s, err := refstaging.Start(refstaging.Config{Dialect: "september", SimulationKey: "given", AppURL: "https://app.example/"})
	require.NoError(t, err)
	assert.Equal(t, "given", s.SimulationKey())
	assert.Equal(t, "https://app.example", s.AppURL())
	assert.Equal(t, 10, s.Config().SessionLimit)
	assert.Equal(t, 30*time.Second, s.Config().RunLimit)
	require.NoError(t, s.Close())
}
