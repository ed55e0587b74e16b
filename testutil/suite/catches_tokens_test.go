package suite_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeTokensThatDoNotRotate breaks the refresh of tokens.
func TestStoriesSeeTokensThatDoNotRotate(t *testing.T) {
	const rotates, race, refresh = "RefreshRotatesTokens", "ConcurrentRefreshHasOneWinner", "auth/refresh"
	again := refreshing(func(m *minting, all map[string]any) {
		if token := text(all, "refresh_token"); text(claims(token), "token_type") == "refresh" {
			all["refresh_token"] = m.other(token, refstaging.RefreshToken)
		}
	}, nil)
	caught(t, "september", []situation{
		{"a refresh token serves again", rotates, again, "auth/bad-credentials-accepted"},
		{"a refresh token serves several at once", race, again, "auth/refresh-once"},
		{"a refresh token serves two at once", race, twice(again), "auth/refresh-once"},
		{"a refresh token serves nobody of several", race, onAuth(at("/auth/refresh", answers(http.StatusUnauthorized, `{"detail":"Invalid refresh token"}`))), "auth/refresh-once"},
		{"an access token refreshes", rotates, refreshing(func(m *minting, all map[string]any) {
			if token := text(all, "refresh_token"); text(claims(token), "token_type") == "access" {
				all["refresh_token"] = m.other(token, refstaging.RefreshToken)
			}
		}, nil), "auth/bad-credentials-accepted"},
		{"the refresh token stays", rotates, refreshing(nil, func(_ *minting, spent string, all map[string]any) {
			if spent != "" {
				all["refresh_token"] = spent
			}
		}), refresh},
		{"the access token stays", rotates, func(c *refstaging.Config) {
			var first atomic.Value
			m := mint(c)
			m.hook(c, nil, func(_ *minting, _ string, all map[string]any) {
				if !first.CompareAndSwap(nil, all["access_token"]) {
					all["access_token"] = first.Load()
				}
			})
		}, refresh},
		{"the subject changes", rotates, refreshing(nil, func(m *minting, spent string, all map[string]any) {
			if spent != "" {
				all["access_token"] = m.good("")
			}
		}), refresh},
		{"the new token ends earlier", rotates, claimed(func(all map[string]any) { all["exp"] = all["exp"].(float64) - 600 }), refresh},
		{"the new token lost the e-mail", rotates, claimed(func(all map[string]any) { delete(all, "email") }), refresh},
		{"no refresh token comes back", rotates, refreshing(nil, func(_ *minting, spent string, all map[string]any) {
			if spent != "" {
				delete(all, "refresh_token")
			}
		}), refresh},
		{"a refresh ends the session's token", rotates, func(c *refstaging.Config) {
			var refreshed atomic.Bool
			mint(c).hook(c, nil, func(_ *minting, spent string, _ map[string]any) { refreshed.Store(spent != "") })
			extracting(func(_ *http.Request, token string) string {
				if refreshed.Load() {
					return ""
				}
				return token
			})(c)
		}, "auth/token-refused"},
	})
}

// TestStoriesSeeInspectionsThatAreWrong lets one endpoint say something wrong about a token.
func TestStoriesSeeInspectionsThatAreWrong(t *testing.T) {
	const logout, golden, verify = "LogoutEndsOneToken", "CompleteGoldenPathUserFlow", "auth/verify"
	caught(t, "september", []situation{
		{"GET /auth/verify forgets logouts", logout, forgetsAt("GET /auth/verify"), verify},
		{"POST /auth/verify forgets logouts", logout, forgetsAt("POST /auth/verify"), verify},
		{"/auth/validate forgets logouts", logout, forgetsAt("/auth/validate"), verify},
		{"/api/v1/jwt/validate forgets logouts", logout, forgetsAt("/api/v1/jwt/validate"), verify},
		{"/auth/check-blacklist forgets logouts", logout, forgetsAt("/auth/check-blacklist"), verify},
		{"logout does nothing", logout, func(c *refstaging.Config) {
			c.Hooks.Tokens.Revoke = func(refstaging.RevokeToken) refstaging.RevokeToken { return func(refstaging.Identity) {} }
		}, verify + " auth/bad-credentials-accepted"},
		{"everything is on the blacklist", "TokenServesManyTimes", onAuth(at("/auth/check-blacklist", with("blacklisted", true))), verify},
		{"/auth/validate calls a good token invalid", "TokenServesManyTimes", onAuth(at("/auth/validate", answers(http.StatusOK, `{"valid":false,"error":"invalid_service_id"}`))), verify},
		{"an expired token is called valid", "TokenExpiresDuringSession", onAuth(at("/api/v1/jwt/validate", with("valid", true))), verify},
		{"/auth/me names another user", "TokenServesManyTimes", onAuth(at("/auth/me", with("user_id", "e2e-somebody"))), "auth/identity"},
		{"/auth/verify names another e-mail address", golden, onAuth(at("/auth/verify", with("email", "nobody@example.com"))), "auth/subject"},
		{"/auth/verify names nobody", golden, onAuth(at("/auth/verify", with("user_id", ""))), "auth/subject"},
		{"/auth/verify is not there", golden, onAuth(at("/auth/verify", answers(http.StatusNotFound, `{"detail":"Not Found"}`))), "infra/component-missing"},
	})
}

// other is a new token of the user that a token names.
func (m *minting) other(token, kind string) string {
	fresh, _ := m.issue(ownerOf(token), kind) // signing cannot fail
	return fresh
}

// refreshing changes what a refresh reads, and what it or a login answers; spent is the refresh token that
// was offered, "" to a login.
func refreshing(request func(*minting, map[string]any), answer func(m *minting, spent string, all map[string]any)) wrong {
	return func(c *refstaging.Config) { mint(c).hook(c, request, answer) }
}

func (m *minting) hook(c *refstaging.Config, request func(*minting, map[string]any), answer func(m *minting, spent string, all map[string]any)) {
	onAuth(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		var spent string
		changed := asked(func(r *http.Request, all map[string]any) {
			spent = text(all, "refresh_token")
			if request != nil && spent != "" {
				request(m, all)
			}
		})
		respond := altering(func(all map[string]any) {
			if answer != nil && text(all, "access_token") != "" {
				answer(m, spent, all)
			}
		})
		respond(changed.hook(next), w, r)
	})(c)
}

// claimed changes the claims of the access tokens that a refresh gives.
func claimed(change func(map[string]any)) wrong {
	return func(c *refstaging.Config) {
		c.SigningKey = "the-key-that-signs-the-tokens-of-this-test"
		refreshing(nil, func(_ *minting, spent string, all map[string]any) {
			if spent != "" {
				all["access_token"] = resigned(text(all, "access_token"), c.SigningKey, change)
			}
		})(c)
	}
}

// twice is wrong the first two times only.
func twice(w wrong) wrong {
	return func(c *refstaging.Config) {
		w(c)
		strange := c.Hooks.HTTP.Auth
		var refreshes atomic.Int64
		c.Hooks.HTTP.Auth = func(next http.Handler) http.Handler {
			wrongly := strange(next)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/auth/refresh" || refreshes.Add(1) > 1 {
					next.ServeHTTP(w, r) // of which one is right
					return
				}
				wrongly.ServeHTTP(w, r)
			})
		}
	}
}

// forgetsAt lets one endpoint not know which tokens were given back.
func forgetsAt(where string) wrong {
	return func(c *refstaging.Config) {
		m := mint(c)
		revive := func(token string) string {
			if m.wasRevoked(token) {
				return m.good(token)
			}
			return token
		}
		onAuth(at(where, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if token := bearer(r); token != "" {
				r.Header.Set("Authorization", "Bearer "+revive(token))
			}
			asked(func(_ *http.Request, all map[string]any) {
				if token := text(all, "token"); token != "" {
					all["token"] = revive(token)
				}
			})(next, w, r)
		}))(c)
	}
}
