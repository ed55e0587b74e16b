package cloud

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Handler puts a service behind the platform's front: a request goes to an instance of a revision that
// has traffic, waits until the application has started there, and is logged and counted when it ends. A
// request that no started instance can take is answered 503. Of a hijacked connection, which is how a
// WebSocket begins, the end is the closing of the connection (deployment.md 5). The application learns
// from the request's context what [From] tells.
func (s *Service) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := s.assign()
		if i == nil {
			http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
			return
		}
		a := &answered{ResponseWriter: w, request: newRequest(i, r)}
		defer a.request.left()
		select {
		case <-r.Context().Done():
			a.request.status = clientClosed
		case <-i.booted:
			if i.failure == nil {
				next.ServeHTTP(a, r.WithContext(a.request.within(r.Context())))
				a.request.answered()
				return
			}
			http.Error(a, "Service Unavailable", http.StatusServiceUnavailable)
		}
	})
}

// clientClosed is how the platform logs a client that did not wait for its answer.
const clientClosed = 499

// request is one entry of the request log in the making.
type request struct {
	instance *Instance
	entry    Entry
	begun    time.Time
	status   int
	size     atomic.Int64 // of the answer; a hijacked connection is written to from anywhere
	hijacked bool
	ending   sync.Once
}

func newRequest(i *Instance, r *http.Request) *request {
	p := i.revision.service.project
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	remote, _, _ := net.SplitHostPort(r.RemoteAddr) // empty is left out
	e := Entry{HTTPRequest: &HTTPRequest{
		Method: r.Method, URL: scheme + r.Host + r.URL.RequestURI(), RequestSize: max(0, r.ContentLength),
		UserAgent: r.UserAgent(), RemoteIP: remote, Protocol: r.Proto,
	}}
	at := traced(r.Header)
	e.Trace, e.SpanID, e.Sampled = "projects/"+p.cfg.Project+"/traces/"+at.trace, at.id, at.sampled
	return &request{instance: i, entry: e, begun: p.cfg.Now()}
}

// answered is called when the application has answered, or has left it to net/http to say 200.
func (r *request) answered() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
}

// left is called when nothing is left to do for the request here. One that has no status by then was
// aborted, for which the platform answers.
func (r *request) left() {
	if r.status == 0 {
		r.status = http.StatusServiceUnavailable
	}
	if !r.hijacked {
		r.end()
	}
}

// end writes the entry, once. Its time is that of the request's begin.
func (r *request) end() {
	r.ending.Do(func() {
		revision := r.instance.revision
		p := revision.service.project
		took := p.cfg.Now().Sub(r.begun)
		e := r.entry
		e.at, e.Severity = r.begun, severityOf(r.status)
		e.HTTPRequest.Status, e.HTTPRequest.ResponseSize = r.status, r.size.Load()
		e.HTTPRequest.Latency = fmt.Sprintf("%.9fs", took.Seconds())
		r.instance.write(requestLog, e)
		p.count(revision, r.status, took)
		end(r.instance.done())
	})
}

// severityOf is that of the request log (deployment.md 4).
func severityOf(status int) string {
	switch {
	case status >= 500:
		return "ERROR"
	case status >= 400:
		return "WARNING"
	}
	return "INFO"
}

// answered is the ResponseWriter of a request.
type answered struct {
	http.ResponseWriter
	request *request
}

func (a *answered) WriteHeader(status int) {
	if a.request.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.request.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(body []byte) (int, error) {
	n, err := a.ResponseWriter.Write(body)
	a.request.size.Add(int64(n))
	return n, err
}

// Unwrap is for [http.ResponseController].
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush does nothing when nothing can be flushed.
func (a *answered) Flush() {
	http.NewResponseController(a.ResponseWriter).Flush() // without effect where it is not supported
}

// Hijack takes the connection over. Whoever takes it answers 101.
func (a *answered) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := a.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("take a connection over: its server does not allow it")
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, nil, err
	}
	a.request.hijacked, a.request.status = true, http.StatusSwitchingProtocols
	return &watched{conn, a.request}, buffered, nil
}

// watched ends its request when it closes.
type watched struct {
	net.Conn
	request *request
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.request.size.Add(int64(n))
	return n, err
}

func (w *watched) Close() error {
	defer w.request.end()
	return w.Conn.Close()
}
