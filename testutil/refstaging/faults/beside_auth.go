package faults

import (
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// besideAuth are failures of who is who that no catalogue knows. Those of the doors are in beside_auth_doors.go.
var besideAuth = map[string]fault{
	"beside-auth-identity": func(s *seams) {
		s.auth(at("POST /auth/validate", naming("user_id", "svc-netra-backend")))
	},
	"beside-auth-subject": func(s *seams) {
		s.auth(at("POST /auth/validate", naming("email", nil)))
	},
	"beside-auth-verify": func(s *seams) {
		s.auth(at("POST /auth/check-blacklist", altered(func(_ *http.Request, all map[string]any) {
			all["blacklisted"], all["status"] = false, "valid"
		})))
	},
	"beside-auth-expires-in": func(s *seams) {
		s.auth(at("POST /auth/refresh", naming("expires_in", 14*24*60*60))) // the refresh token's life
	},
	"beside-auth-lifetime": func(s *seams) { s.AccessTTL = 45 * time.Second },
	"beside-auth-one-identity": func(s *seams) {
		first := &firstUser{}
		around(&s.Hooks.Tokens.Issue, func(next refstaging.IssueToken) refstaging.IssueToken {
			return func(user refstaging.Identity, kind string) (string, error) {
				user.UserID = first.of(user.UserID)
				return next(user, kind)
			}
		})
	},
	"beside-auth-refresh":      providersSubject,
	"beside-auth-refresh-once": answeredAgain,
	"beside-auth-refresh-once-losers": func(s *seams) {
		s.auth(at("POST /auth/refresh", rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusUnauthorized {
				a.Code = http.StatusConflict
			}
		})))
	},
	"beside-auth-login-refused": func(s *seams) {
		first := &firstUser{}
		s.auth(at("POST /auth/e2e/test-auth", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if email := emailIn(r); first.of(email) != email {
				raises(http.StatusForbidden, `{"detail":"The quota of test users is used up"}`)(next, w, r)
				return
			}
			next.ServeHTTP(w, r)
		}))
	},

	"beside-auth-bad-credentials-accepted": refreshTokenReads,
	"beside-auth-recovery":                 lockedOut,
	"beside-auth-refusal-stable":           countedRefusals,
	"beside-auth-refusal": func(s *seams) {
		around(&s.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
			return func(user refstaging.Identity, why error) *refstaging.Refusal {
				r := next(user, why)
				if r.Code == websocket.ClosePolicyViolation {
					r.Code = 4401 // of the range for private use
				}
				return r
			}
		})
	},
	"beside-auth-token-refused": func(s *seams) {
		s.app(at("POST /api/threads", bearing(raises(http.StatusForbidden, longError("INSUFFICIENT_SCOPE", http.StatusForbidden, "The token lacks the scope threads:write")))))
	},
}

// naming gives a member that the correct answer has another value.
func naming(member string, value any) answering {
	return altered(func(_ *http.Request, all map[string]any) {
		if _, there := all[member]; there {
			all[member] = value
		}
	})
}

// providersSubject: a refresh calls the user as the identity provider does.
func providersSubject(s *seams) {
	m := s.mint()
	s.auth(at("POST /auth/refresh", altered(func(_ *http.Request, all map[string]any) {
		token, _ := all["access_token"].(string) // a refusal has none
		if user, err := m.validate(token, refstaging.AccessToken); err == nil {
			user.UserID = "oauth2|" + user.UserID
			all["access_token"] = m.token(user)
		}
	})))
}

// answeredAgain: who repeats a refresh gets the same answer again, as if it had been lost the first time.
func answeredAgain(s *seams) {
	given := &answers{}
	s.auth(at("POST /auth/refresh", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		token := refreshTokenIn(r)
		rewritten(func(_ *http.Request, a *httptest.ResponseRecorder) {
			switch before := given.to(token); {
			case a.Code == http.StatusOK:
				given.keep(token, a)
			case before != nil:
				a.Code, a.Body = before.Code, bytesOf(before)
				a.Header().Set("Content-Length", before.Header().Get("Content-Length"))
			}
		})(next, w, r)
	}))
}
