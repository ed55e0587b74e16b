package deployment

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// stepOf says how far a request came that has no answer.
func stepOf(err error) history.Step {
	var (
		name        *net.DNSError
		operation   *net.OpError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		noTLS       tls.RecordHeaderError
		alert       tls.AlertError
	)
	switch {
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return history.StepProxy
	case errors.As(err, &name):
		return history.StepDNS
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &noTLS), errors.As(err, &alert):
		return history.StepTLS
	case operation != nil && operation.Op == "dial":
		return history.StepTCP
	}
	return history.StepAnswer
}

func broken(ctx context.Context, step history.Step, err error) *history.Broken {
	late := errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
	return &history.Broken{Step: step, Timeout: late, Error: err.Error()}
}
