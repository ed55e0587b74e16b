package faults

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// seams are where a fault can be: the hooks of a deployment, and its configuration. What a fault hooks in is
// put around what other faults have hooked in before.
type seams struct {
	*refstaging.Config
	Hooks  *refstaging.Hooks
	chance *chance
}

// around puts a hook around the one that is there.
func around[F any](hook *func(F) F, outer func(F) F) {
	inner := *hook
	*hook = func(next F) F {
		if inner != nil {
			next = inner(next)
		}
		return outer(next)
	}
}

// An answering answers a request; next is the correct answer.
type answering func(next http.Handler, w http.ResponseWriter, r *http.Request)

// api and auth let a service answer otherwise.
func (s *seams) api(a answering)  { around(&s.Hooks.HTTP.API, a.hook) }
func (s *seams) auth(a answering) { around(&s.Hooks.HTTP.Auth, a.hook) }

// everywhere lets both services answer otherwise.
func (s *seams) everywhere(a answering) { s.api(a); s.auth(a) }

func (a answering) hook(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a(next, w, r) })
}

// at answers otherwise at one path, with its method before it or without; a path that ends in * is the
// beginning of many. Everything else is answered as it should be.
func at(where string, a answering) answering {
	method, path, given := strings.Cut(where, " ")
	if !given {
		method, path = "", where
	}
	prefix, many := strings.CutSuffix(path, "*")
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if (method == "" || method == r.Method) && (r.URL.Path == path || many && strings.HasPrefix(r.URL.Path, prefix)) {
			a(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// status is always the same JSON answer.
func status(code int, body string) answering {
	return func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body) // a client that is gone reads no error either
	}
}

// altered changes the members of the correct answer, if it is a JSON object. Nothing else of it changes.
func altered(change func(r *http.Request, all map[string]any)) answering {
	return rewritten(func(r *http.Request, a *httptest.ResponseRecorder) {
		a.Body = bytes.NewBuffer(with(a.Body.Bytes(), func(all map[string]any) { change(r, all) }))
		a.Header().Del("Content-Length")
	})
}
