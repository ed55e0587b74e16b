package faults

import (
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

var authFaults = map[string]fault{
	// The services do not sign and verify with the same secret: the backend refuses what the auth service
	// issued, while that calls its own tokens valid.
	"auth-secret-mismatch": func(s *seams) {
		s.api(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" && r.Header.Get("Upgrade") == "" {
				status(http.StatusUnauthorized, `{"detail":"Invalid or expired token"}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
		around(&s.Hooks.Handshake.Negotiate, func(refstaging.Negotiate) refstaging.Negotiate {
			return func([]string) (string, bool) { return "", false } // 403
		})
	},
}
