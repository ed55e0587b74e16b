package faults

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// app lets the backend's own code answer otherwise, and leaves CORS as it is.
func (s *seams) app(a answering) { around(&s.Hooks.HTTP.App, a.hook) }

// isUpgrade tells whether a request asks for a WebSocket.
func isUpgrade(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// page is an answer of the edge.
func page(w http.ResponseWriter, code int, html string) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(html)) // a client that is gone reads no error either
}

// accepting lets a connection end between its 101 and its authentication, if begin returns an error.
func (s *seams) accepting(begin func(r *http.Request) error) {
	around(&s.Hooks.Handshake.Accept, func(next refstaging.Accept) refstaging.Accept {
		return func(r *http.Request) error {
			if err := begin(r); err != nil {
				return err
			}
			return next(r)
		}
	})
}

// opening lets an authenticated connection end instead of being welcomed.
func (s *seams) opening(open func() error) {
	s.openingFor(func(refstaging.Identity) error { return open() })
}

// openingFor is opening for some users only.
func (s *seams) openingFor(open func(user refstaging.Identity) error) {
	around(&s.Hooks.Sessions.Open, func(next refstaging.OpenSession) refstaging.OpenSession {
		return func(user refstaging.Identity) (refstaging.Identity, error) {
			if err := open(user); err != nil {
				return refstaging.Identity{}, err
			}
			return next(user)
		}
	})
}

// failing lets agents fail when they have started, for that reason. It is asked for the name by which an
// agent is advertised.
func (s *seams) failing(which func(name string) bool, why string) {
	around(&s.Hooks.Registry.Lookup, func(next refstaging.Lookup) refstaging.Lookup {
		return func(name string) (refstaging.Agent, bool) {
			agent, ok := next(name)
			if ok && which(strings.ToLower(name)) {
				agent = failed{agent, why}
			}
			return agent, ok
		}
	})
}

func every(string) bool { return true }

// failed is an agent that fails when it has started.
type failed struct {
	refstaging.Agent
	why string
}

func (f failed) Run(_ context.Context, task refstaging.Task, report refstaging.Reporter) (refstaging.Answer, error) {
	if err := report.Started(f.Name(), task.Prompt); err != nil {
		return refstaging.Answer{}, err
	}
	return refstaging.Answer{}, errors.New(f.why)
}
