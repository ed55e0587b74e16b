package staging

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// progress follows one request or dial through its steps, so that a failure can be told by where it
// happened. The transports' own errors do not say.
type progress struct {
	proxied bool

	mu    sync.Mutex
	step  history.Step // under way
	wrote time.Time    // when the request had been sent
}

func newProgress(proxied bool) *progress {
	return &progress{proxied: proxied, step: history.StepRequest}
}

// ownContext is the key under which a request's context holds itself, for a dial that the transport
// detaches from it.
type ownContext struct{}

// follow returns a context under which a transport reports to p.
func (p *progress) follow(ctx context.Context) context.Context {
	ctx = httptrace.WithClientTrace(ctx, p.trace())
	return context.WithValue(ctx, ownContext{}, ctx)
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			if p.proxied {
				p.reach(history.StepProxy)
			} else {
				p.reach(history.StepTCP)
			}
		},
		DNSStart: func(httptrace.DNSStartInfo) { p.lookUp(history.StepDNS) },
		DNSDone: func(info httptrace.DNSDoneInfo) {
			if info.Err == nil {
				p.lookUp(history.StepTCP)
			}
		},
		TLSHandshakeStart: func() { p.reach(history.StepTLS) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				p.reach(history.StepWrite)
			}
		},
		GotConn: func(httptrace.GotConnInfo) { p.reach(history.StepWrite) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				p.reach(history.StepAnswer)
			}
		},
	}
}

// lookUp reaches a step of finding the target's own host; that of a proxy is looked up as well.
func (p *progress) lookUp(s history.Step) {
	if !p.proxied {
		p.reach(s)
	}
}

func (p *progress) reach(s history.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = s
	if s == history.StepAnswer {
		p.wrote = time.Now()
	}
}

// sinceWrote is how long ago the request had been sent.
func (p *progress) sinceWrote() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.wrote)
}

// broken tells the step at which err ended the request.
func (p *progress) broken(ctx context.Context, err error) *history.Broken {
	p.mu.Lock()
	step := p.step
	p.mu.Unlock()
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case step == history.StepTCP && errors.As(err, &dns):
		step = history.StepDNS
	case step == history.StepWrite && !(errors.As(err, &op) && op.Op == "write"):
		step = history.StepAnswer // the peer hung up before the transport told that it had written
	}
	return broken(ctx, step, err)
}

// broken describes err, which ended step while ctx bounded it.
func broken(ctx context.Context, step history.Step, err error) *history.Broken {
	if (errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe)) && ctx.Err() != nil {
		err = context.Cause(ctx) // the connection was closed by us, since the context ended
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err // method and URL stand beside it already
	}
	return &history.Broken{Step: step, Timeout: isTimeout(err), Error: err.Error()}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &n) && n.Timeout()
}

// isTransport tells an error of the connection from one of the protocol that it carries.
func isTransport(err error) bool {
	var n net.Error
	var alert tls.AlertError
	var header tls.RecordHeaderError
	return errors.As(err, &n) || errors.Is(err, net.ErrClosed) || errors.As(err, &alert) ||
		errors.As(err, &header) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
