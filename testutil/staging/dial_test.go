package staging

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// untrusted serves TLS with a certificate that no client trusts.
func untrusted(t *testing.T) *httptest.Server {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func proxyAt(raw string) proxyFunc {
	return func(*http.Request) (*url.URL, error) { return url.Parse(raw) }
}

// A failure is how an exchange or a dial must be told apart from all others.
type failure struct {
	name    string
	base    func(t *testing.T) string // of the broken service
	proxy   func(t *testing.T) string
	step    history.Step
	timeout bool
}

var failures = []failure{
	{name: "closed port", base: closedPort, step: history.StepTCP},
	{name: "no such host", base: func(*testing.T) string { return "http://host.invalid" }, step: history.StepDNS},
	{name: "untrusted certificate", base: func(t *testing.T) string { return untrusted(t).URL }, step: history.StepTLS},
	{name: "TLS to a plain port", step: history.StepTLS, base: func(t *testing.T) string {
		return strings.Replace(rawTCP(t, wait), "http", "https", 1)
	}},
	{name: "accepts and stays silent", step: history.StepAnswer, timeout: true, base: func(t *testing.T) string { return rawTCP(t, wait) }},
	{name: "hangs up without an answer", step: history.StepAnswer, base: func(t *testing.T) string {
		return rawTCP(t, func(net.Conn) {})
	}},
	{name: "stops in the header", step: history.StepAnswer, base: func(t *testing.T) string {
		return rawTCP(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Ty") })
	}},
	{name: "speaks no HTTP", step: history.StepAnswer, base: func(t *testing.T) string {
		return rawTCP(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail ready\r\n\r\n") })
	}},
	{name: "proxy that is not there", step: history.StepProxy, proxy: closedPort, base: func(*testing.T) string { return "https://host.invalid" }},
	{name: "proxy that refuses", step: history.StepProxy, base: func(*testing.T) string { return "https://host.invalid" }, proxy: func(t *testing.T) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		t.Cleanup(s.Close)
		return s.URL
	}},
}

func (f failure) target(t *testing.T, change func(*config.Config, string)) (*Target, *recording) {
	c := at(f.base(t))
	change(&c, c.APIURL)
	b := fixtures.EmbeddedBudgets()
	if f.timeout {
		b = short()
	}
	whole, err := NewTarget(c, b)
	require.NoError(t, err)
	if f.proxy != nil {
		broken := proxyAt(f.proxy(t))
		whole.proxy = func(r *http.Request) (*url.URL, error) {
			if r.URL.Hostname() != "host.invalid" {
				return nil, nil
			}
			return broken(r)
		}
	}
	r := record(t)
	return whole.Record(r.log), r
}

func TestAnExchangeSaysAtWhichStepItFailed(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			target, recorded := f.target(t, func(*config.Config, string) {})
			_, err := target.Login(t.Context())
			var exchange *ExchangeError
			require.ErrorAs(t, err, &exchange)
			assert.Contains(t, err.Error(), exchange.URL)

			records, _ := recorded.close(t)
			x := of(records, history.HTTP)[0].Exchange
			require.NotNil(t, x.Broken)
			assert.Equal(t, f.step, x.Broken.Step, x.Broken.Error)
			assert.Equal(t, f.timeout, x.Broken.Timeout, x.Broken.Error)
			assert.Zero(t, x.Status)
			login := of(records, history.Login)
			require.Len(t, login, 1)
			assert.NotEmpty(t, login[0].Login.Problem)
		})
	}
}

func TestADialSaysAtWhichStepItFailed(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			auth := newDoor(t, nil)
			target, recorded := f.target(t, func(c *config.Config, broken string) {
				c.AuthURL, c.WebSocketURL = auth.URL, strings.Replace(broken, "http", "ws", 1)+"/ws"
			})
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			_, err = user.Connect(t.Context())
			var dial *DialError
			require.ErrorAs(t, err, &dial)
			assert.Equal(t, f.step, dial.Broken.Step, dial.Broken.Error)

			records, _ := recorded.close(t)
			require.Len(t, of(records, history.Dial), 1)
			require.Empty(t, of(records, history.Open))
			closed := of(records, history.Close)
			require.Len(t, closed, 1)
			assert.Equal(t, history.ByDial, closed[0].Closed.By)
			assert.Equal(t, f.step, closed[0].Closed.Broken.Step, closed[0].Closed.Broken.Error)
			assert.Equal(t, f.timeout, closed[0].Closed.Broken.Timeout)
		})
	}
}

func TestARefusedUpgradeIsRecordedWhole(t *testing.T) {
	page := "<html>" + strings.Repeat("x", 5000)
	for _, row := range []struct {
		name   string
		answer func(http.ResponseWriter)
		status int
		body   string
		cut    int64
		header string
	}{
		{"503 with HTML", func(w http.ResponseWriter) {
			w.Header().Set("Server", "edge")
			w.Header().Set("X-Service-Name", "auth-service")
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(503)
			_, _ = io.WriteString(w, page)
		}, 503, page[:1024], -1, "Retry-After"},
		{"503 with HTML of known length", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "5006")
			w.WriteHeader(503)
			_, _ = io.WriteString(w, page)
		}, 503, page[:1024], 5006 - 1024, "Content-Length"},
		{"200 with HTML", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") }, 200, "<html>", 0, "Content-Type"},
		{"redirect", func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(302) }, 302, "", 0, "Location"},
		{"403", func(w http.ResponseWriter) { w.WriteHeader(403) }, 403, "", 0, "Date"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDoor(t, nil)
			d.mux.HandleFunc("/closed", func(w http.ResponseWriter, _ *http.Request) { row.answer(w) })
			target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			_, err = user.Connect(t.Context(), Path("/closed"), ExpectRefused("the row says so"))
			var dial *DialError
			require.ErrorAs(t, err, &dial)
			assert.Equal(t, row.status, dial.Status)

			records, _ := recorded.close(t)
			assert.Equal(t, history.Refused, of(records, history.Dial)[0].Intent.Expect)
			c := of(records, history.Close)[0].Closed
			assert.Equal(t, history.ByDial, c.By)
			assert.Equal(t, history.StepUpgrade, c.Broken.Step)
			assert.Equal(t, row.status, c.Status)
			assert.Equal(t, row.body, c.Body)
			assert.Equal(t, row.cut, c.Cut)
			assert.Contains(t, c.Header, row.header)
		})
	}
}

func TestA101ThatIsNoneIsAnUpgradeFailure(t *testing.T) {
	base := rawTCP(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n")
		wait(c)
	})
	d := newDoor(t, nil)
	c := at(d.URL)
	c.WebSocketURL = strings.Replace(base, "http", "ws", 1) + "/ws"
	target, recorded := target(t, c, short())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	_, err = user.Connect(t.Context())
	require.ErrorAs(t, err, new(*DialError))
	records, _ := recorded.close(t)
	closed := of(records, history.Close)[0].Closed
	assert.Equal(t, history.StepUpgrade, closed.Broken.Step)
	assert.Equal(t, 101, closed.Status)
}

func TestTheChosenSubprotocolMustHaveBeenOffered(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/odd", func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{}
		c, err := up.Upgrade(w, r, http.Header{"Sec-Websocket-Protocol": {"chat"}})
		if err == nil {
			say(c, mainWelcome)
			drain(c)
			_ = c.Close()
		}
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	s, err := user.Connect(t.Context(), Path("/odd"))
	require.NoError(t, err)
	s.Abort()
	records, _ := recorded.close(t)
	opened := of(records, history.Open)[0].Opened
	assert.Equal(t, "chat", opened.Subprotocol)
	assert.True(t, opened.Unoffered)
}

func TestAStoryThatIsCancelledDoesNotWaitForADial(t *testing.T) {
	d := newDoor(t, nil)
	accepted := make(chan struct{}, 1)
	c := at(d.URL)
	c.WebSocketURL = strings.Replace(rawTCP(t, func(c net.Conn) { accepted <- struct{}{}; wait(c) }), "http", "ws", 1)
	b := short()
	b.Connect = time.Hour
	target, recorded := target(t, c, b)
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-accepted
		cancel()
	}()
	_, err = user.Connect(ctx)
	require.ErrorAs(t, err, new(*DialError))
	records, _ := recorded.close(t)
	got := of(records, history.Close)[0].Closed.Broken
	assert.Equal(t, history.Broken{Step: history.StepAnswer, Error: context.Canceled.Error()}, *got)
}
