package variants

import (
	"bufio"
	"fmt"
	"net"
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// chained is a hook that comes after another: what it wraps is what the first made of the correct behaviour.
func chained[F any](before, hook func(F) F) func(F) F {
	if before == nil {
		return hook
	}
	return func(next F) F { return hook(before(next)) }
}

// encoding lets events travel in other bytes.
func encoding(hook func(refstaging.Encode) refstaging.Encode) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		c.Hooks.Emitter.Encode = chained(c.Hooks.Emitter.Encode, hook)
	}
}

// reporting lets agents report their work otherwise. It is asked once for each run.
func reporting(hook func(refstaging.Reporter) refstaging.Reporter) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		c.Hooks.Registry.Lookup = chained(c.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
			return func(name string) (refstaging.Agent, bool) {
				found, ok := next(name)
				if !ok {
					return nil, false
				}
				return reporter{found, hook}, true
			}
		})
	}
}

// answering lets every HTTP answer of both services, upgrades included, be given otherwise.
func answering(hook func(http.Handler) http.Handler) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		c.Hooks.HTTP.Auth = chained(c.Hooks.HTTP.Auth, hook)
		c.Hooks.HTTP.API = chained(c.Hooks.HTTP.API, hook)
	}
}

// connecting lets what is written to a WebSocket, the answer to its upgrade included, pass another connection.
func connecting(wrap func(net.Conn) net.Conn) func(*refstaging.Config) {
	return func(c *refstaging.Config) {
		c.Hooks.HTTP.API = chained(c.Hooks.HTTP.API, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Upgrade") != "" {
					w = hijackable{w, wrap}
				}
				next.ServeHTTP(w, r)
			})
		})
	}
}

// hijackable wraps the connection that is taken over.
type hijackable struct {
	http.ResponseWriter
	wrap func(net.Conn) net.Conn
}

func (w hijackable) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over a connection that is to be unusual: %w", err)
	}
	return w.wrap(conn), rw, nil
}
