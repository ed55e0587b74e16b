package refstaging

import (
	"context"
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// validator is a [ValidateToken] that knows the request which presents the token, from its context.
type validator func(ctx context.Context, token, kind string) (Identity, error)

// critical writes a CRITICAL line where the request of a context is served.
type critical func(ctx context.Context, message string)

func forRequests(validate ValidateToken) validator {
	return func(_ context.Context, token, kind string) (Identity, error) { return validate(token, kind) }
}

// noting writes a line for every refused token (deployment.md 4).
func noting(next validator, write critical) validator {
	return func(ctx context.Context, token, kind string) (Identity, error) {
		user, err := next(ctx, token, kind)
		switch {
		case err == nil || errors.Is(err, ErrAuthUnavailable):
		case errors.Is(err, jwt.ErrTokenMalformed):
			write(ctx, "JWT STRUCTURE ERROR: the token cannot be read")
		case errors.Is(err, errTokenType):
			write(ctx, "JWT TYPE MISMATCH: another type of token was expected")
		case errors.Is(err, errRevoked):
			write(ctx, "JWT BLACKLISTED: the token is revoked")
		default:
			write(ctx, "JWT INVALID: the token is not accepted")
		}
		return user, err
	}
}

// noting401 writes the line of a request that is answered 401 for its token.
func noting401(next validator, write critical) validator {
	return func(ctx context.Context, token, kind string) (Identity, error) {
		user, err := next(ctx, token, kind)
		if err != nil && !errors.Is(err, ErrAuthUnavailable) {
			write(ctx, "AUTH SERVICE FAILURE: Token validation failed at auth service")
		}
		return user, err
	}
}

// notingEach writes the line of every WebSocket that authenticates, well or not.
func notingEach(next validator, write critical) validator {
	return func(ctx context.Context, token, kind string) (Identity, error) {
		write(ctx, "GOLDEN PATH AUTH: Starting permissive authentication")
		return next(ctx, token, kind)
	}
}

// backendCritical and authCritical log on the instance that serves the request, for the auth service in
// the first shape, which is its only one.
func (p *platform) backendCritical(ctx context.Context, message string) {
	if at, ok := cloud.From(ctx); ok {
		lines{at.Instance, p.clock, "netra_backend.app.auth", at.Trace}.error("CRITICAL", message)
	}
}

func (p *platform) authCritical(ctx context.Context, message string) {
	if at, ok := cloud.From(ctx); ok {
		lines{at.Instance, p.clock, "auth_service.auth", at.Trace}.out("CRITICAL", message)
	}
}
