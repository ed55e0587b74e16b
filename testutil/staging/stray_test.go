package staging

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// silent accepts connections, or takes datagrams, and says nothing.
func silent(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// A stall is a place at which opening a connection never ends by itself.
type stall struct {
	name    string
	base    func(t *testing.T) string
	connect connectFunc // nil: the ordinary one
	proxied bool        // base is the proxy
	step    history.Step
}

// stalls are those of every system; some are added where they can be made.
var stalls = []stall{
	{name: "TCP", step: history.StepTCP, base: func(*testing.T) string { return "http://door.example" },
		connect: func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }},
	{name: "TLS", step: history.StepTLS, base: func(t *testing.T) string { return "https://" + silent(t).Addr().String() }},
	{name: "proxy", step: history.StepProxy, proxied: true, base: func(t *testing.T) string { return "http://" + silent(t).Addr().String() }},
	{name: "DNS", step: history.StepDNS, base: func(*testing.T) string { return "http://door.example" }, connect: nameless},
	{name: "DNS of the proxy", step: history.StepProxy, proxied: true, base: func(*testing.T) string { return "http://proxy.example" }, connect: nameless},
}

// nameless looks names up at a server that never answers.
func nameless(ctx context.Context, network, address string) (net.Conn, error) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = server.Close() }()
	names := resolver(func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	})
	names.PreferGo = true // the system's own resolver cannot be told whom to ask
	return (&net.Dialer{Resolver: names}).DialContext(ctx, network, address)
}

// towards makes a target whose services are at the stall.
func (s stall) towards(t *testing.T) (*Target, *recording) {
	base := s.base(t)
	c := at(base)
	if s.proxied {
		c = at("https://door.example")
	}
	b := short()
	b.HTTP, b.Connect = 5*turnRetry, 5*turnRetry
	whole, err := NewTarget(c, b)
	require.NoError(t, err)
	whole.proxy = func(*http.Request) (*url.URL, error) {
		if s.proxied {
			return url.Parse(base)
		}
		return nil, nil
	}
	if s.connect != nil {
		whole.connect = s.connect
	}
	r := record(t)
	story := whole.Record(r.log)
	return story, r
}

func TestNothingOfADialOutlivesItsStory(t *testing.T) {
	for _, s := range stalls {
		t.Run(s.name+", exchange", func(t *testing.T) {
			target, recorded := s.towards(t)
			before := goleak.IgnoreCurrent()
			_, err := target.do(t.Context(), get(target, target.config.APIURL+"/health"))
			var exchange *ExchangeError
			require.ErrorAs(t, err, &exchange)
			assert.Equal(t, s.step, exchange.Broken.Step, exchange.Broken.Error)
			assert.True(t, exchange.Broken.Timeout, exchange.Broken.Error)
			goleak.VerifyNone(t, before)
			target.Close()
			recorded.close(t)
		})
		t.Run(s.name+", dial", func(t *testing.T) {
			target, recorded := s.towards(t)
			user := &User{target: target, label: "u1", correlation: new(correlation), pair: pair{Access: "a token", expires: farFuture}}
			before := goleak.IgnoreCurrent()
			_, err := user.Connect(t.Context())
			var dial *DialError
			require.ErrorAs(t, err, &dial)
			assert.Equal(t, s.step, dial.Broken.Step, dial.Broken.Error)
			assert.True(t, dial.Broken.Timeout, dial.Broken.Error)
			goleak.VerifyNone(t, before)
			target.Close()
			recorded.close(t)
		})
	}
}

func TestAnEndedStoryLeavesNoDial(t *testing.T) {
	for _, s := range stalls {
		t.Run(s.name, func(t *testing.T) {
			target, recorded := s.towards(t)
			target.budgets.HTTP *= 3600
			before := goleak.IgnoreCurrent()
			ctx, cancel := context.WithTimeoutCause(t.Context(), turnRetry, errSignal)
			defer cancel()
			_, err := target.do(ctx, get(target, target.config.APIURL+"/health"))
			require.ErrorContains(t, err, errSignal.Error())
			require.NotContains(t, err.Error(), "STAGING_")
			goleak.VerifyNone(t, before)
			recorded.close(t)
		})
	}
}
