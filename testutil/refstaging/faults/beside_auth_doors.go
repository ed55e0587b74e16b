package faults

import (
	"net/http"
	"sync/atomic"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// refreshTokenReads: to the backend's REST a token is a token, whatever it was issued for.
func refreshTokenReads(s *seams) {
	m := s.mint()
	s.app(bearing(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if user, err := m.validate(bearer(r), refstaging.RefreshToken); err == nil {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+m.token(user))
		}
		next.ServeHTTP(w, r)
	}))
}

// lockedOut: who has knocked too often with a bad token is shut out, and with it all who come by the same way,
// which behind a balancer is everybody.
func lockedOut(s *seams) {
	const most = 5
	m := s.mint()
	var refused atomic.Int64
	s.accepting(func(r *http.Request) error {
		if m.judged(r) != nil {
			refused.Add(1)
			return nil
		}
		if refused.Load() < most {
			return nil
		}
		const why = "Too many failed attempts from this address"
		return &refstaging.Refusal{Frame: errorFrame("AUTH_BLOCKED", why), Code: websocket.ClosePolicyViolation, Reason: why}
	})
}

// countedRefusals: what is refused once more is refused for another reason.
func countedRefusals(s *seams) {
	m, seen := s.mint(), &tally{}
	s.app(bearing(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if m.judged(r) == nil || seen.count(r.Method+r.URL.Path+bearer(r)) == 1 {
			next.ServeHTTP(w, r)
			return
		}
		altered(func(_ *http.Request, all map[string]any) { all["error_code"] = "ACCOUNT_LOCKED" })(next, w, r)
	}))
}
