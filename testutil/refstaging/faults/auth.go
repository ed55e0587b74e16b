package faults

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var authFaults = map[string]fault{
	"auth-secret-mismatch":                secretMismatch,
	"auth-service-id-generated":           everyUpgradeIs403,
	"auth-url-not-loaded":                 everyUpgradeIs403,
	"auth-service-principal-refused":      principalRefused,
	"auth-breaker-stays-open":             breakerStaysOpen,
	"auth-missing-token-403":              missingTokenIs403,
	"auth-failure-closed-as-server-error": failureClosedAsServerError,
	"auth-validation-not-awaited": func(s *seams) {
		s.api(upgrading(at("/ws", raises(http.StatusInternalServerError, // 99 bytes
			`{"error":"Internal Server Error","message":"WebSocket connection failed","status":500,"path":"/ws"}`))))
	},
	"auth-logout-not-enforced": func(s *seams) {
		around(&s.Hooks.Tokens.Revoke, func(refstaging.RevokeToken) refstaging.RevokeToken { return func(refstaging.Identity) {} })
	},
	"auth-reachability-probe-too-short": probeTooShort,
	"auth-test-key-rejected": func(s *seams) {
		s.auth(at("POST /auth/e2e/test-auth", raises(http.StatusUnauthorized, `{"detail":"Invalid E2E bypass key"}`)))
	},
	"auth-oauth-redirect-mismatch": func(s *seams) {
		s.auth(at("GET /auth/config", altered(func(_ *http.Request, all map[string]any) {
			all["authorized_redirect_uris"] = []string{"https://staging.netrasystems.ai/auth/callback"}
			all["oauth_redirect_uri"] = "https://staging.netrasystems.ai/auth/callback"
		})))
	},

	// Who gets in: auth_doors.go.
	"auth-staging-treated-as-bypass":   stagingIsBypass,
	"auth-identity-collapse":           identityCollapse,
	"auth-forged-token-accepted":       forgedTokenAccepted,
	"auth-legacy-mode-unauthenticated": legacyModeUnauthenticated,

	// What a refresh gives: auth_refresh.go.
	"auth-refresh-placeholder-token": placeholderToken,
	"auth-refresh-field-drift":       refreshFieldDrift,
}

// secretMismatch: the backend refuses what the auth service issued, while that calls its own tokens valid.
func secretMismatch(s *seams) {
	s.api(bearing(unverified))
	everyUpgradeIs403(s)
}

// everyUpgradeIs403: the backend cannot ask anybody about a token, and closes before it accepts.
func everyUpgradeIs403(s *seams) {
	around(&s.Hooks.Handshake.Negotiate, func(refstaging.Negotiate) refstaging.Negotiate {
		return func([]string) (string, bool) { return "", false }
	})
}

// principalRefused: no request of a user gets a session of the database, and no agent either.
func principalRefused(s *seams) {
	m := s.mint()
	accepted := func(r *http.Request) bool { return m.judged(r) == nil }
	refused := on(accepted, raises(http.StatusInternalServerError, longError("INTERNAL_ERROR", http.StatusInternalServerError, "403: Not authenticated")))
	for _, stored := range []string{"/api/threads*", "/api/chat/messages", "/api/v1/user/*"} {
		s.api(at(stored, bearing(refused)))
	}
	around(&s.Hooks.Emitter.Emit, func(refstaging.Emit) refstaging.Emit { return func(context.Context, refstaging.Event) {} })
}

// breakerStaysOpen: a token that is refused is the one error that opens the circuit breaker of REST for good.
func breakerStaysOpen(s *seams) {
	m := s.mint()
	var open atomic.Bool
	s.api(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		presents := bearer(r) != "" || isUpgrade(r) && m.extract(r) != ""
		wasOpen := open.Load()
		if presents && m.judged(r) != nil {
			open.Store(true)
		}
		if wasOpen {
			bearing(unverified)(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// missingTokenIs403: the code AUTH_UNAUTHORIZED is mapped to another status.
func missingTokenIs403(s *seams) {
	m := s.mint()
	forbidden := rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
		if a.Code == http.StatusUnauthorized {
			a.Code = http.StatusForbidden
		}
	})
	s.api(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") == "":
			forbidden(next, w, r)
		case !isUpgrade(r) && errors.Is(m.judged(r), jwt.ErrTokenExpired):
			r = r.Clone(r.Context())
			r.Header.Del("Authorization")
			forbidden(next, w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// failureClosedAsServerError: the codes of authentication are mapped to a failure of the server.
func failureClosedAsServerError(s *seams) {
	around(&s.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
		return func(user refstaging.Identity, why error) *refstaging.Refusal {
			r := next(user, why)
			if r.Code == websocket.ClosePolicyViolation {
				r.Code = websocket.CloseInternalServerErr
			}
			return r
		}
	})
}

// probeTooShort: the probe before a session's authentication runs out now and then.
func probeTooShort(s *seams) {
	s.opening(func() error {
		if !s.chance.strikes(0.2) {
			return nil
		}
		const why = "auth_service_unreachable"
		return &refstaging.Refusal{Frame: errorFrame("AUTH_FAILED", why), Code: websocket.ClosePolicyViolation, Reason: why}
	})
}
