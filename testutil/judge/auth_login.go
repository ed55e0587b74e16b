package judge

import (
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var loginRules = []Rule{
	{
		ID: "auth/login-refused", Hard: true, Source: "http.md 3.1, 1",
		Says:  "The credentials of the story buy a token.",
		Hooks: Hooks{Exchange: loginRefused, Login: noToken},
	},
	{
		ID: "auth/lifetime", Hard: true, Source: "http.md 3.4",
		Says:  "A token is valid from the moment it is issued, for longer than a minute.",
		Hooks: Hooks{Login: lifetimeOf},
	},
	{
		ID: "auth/expires-in", Source: "http.md 3.4",
		Says:  "What a login claims as expires_in equals the token's exp minus iat.",
		Hooks: Hooks{Login: expiresIn},
	},
	{
		ID: "auth/one-user-only", Hard: true, Source: "issue #2, Configuration",
		Says:  "A story of several users has credentials for several users.",
		Hooks: Hooks{Note: oneUserOnly},
	},
}

func isLogin(x *history.Exchange) bool {
	return x.Purpose == history.PurposeLogin || x.Purpose == history.PurposeRefresh
}

func isRefusal(code int) bool { return code == http.StatusUnauthorized || code == http.StatusForbidden }

func loginRefused(v *View) {
	x := v.Record.Exchange
	if isLogin(x) && isRefusal(x.Status) && ordinary(v.Record) && !mayBeRefused(v) {
		report(v, x)
	}
}

// mayBeRefused tells whether a refresh at hand need not succeed: of those that use a token together all
// but one fail (auth/refresh-once), and what logout does to a refresh token is not said (http.md 3.6).
func mayBeRefused(v *View) bool {
	refresh := v.Record.Exchange.Purpose == history.PurposeRefresh
	return refresh && (contested(v.Record.Intent) || v.User != nil && v.User.LoggedOut)
}

// noToken judges a login that was answered and yet gave no token; what kept an answer away is infra.
func noToken(v *View) {
	if id := v.Record.Login; id.Problem != "" && (v.User.lastLogin == 0 || v.User.lastLogin/100 == 2) {
		v.Report(v.Here(), "%s has no usable token after the %s login: %s", bounded(id.Email), id.Method, quote(id.Problem))
	}
}

func lifetimeOf(v *View) {
	id, now := v.Record.Login, v.Record.Wall
	if id.Problem != "" || id.Expires.IsZero() || now.IsZero() {
		return
	}
	if left := id.Expires.Sub(now); left <= time.Minute && !v.shortTokens() {
		v.Report(v.Here(), "the new token of %s expires at %s, %s after it was received", bounded(id.Email), id.Expires.UTC().Format(time.RFC3339), left.Round(time.Second))
	}
	if !id.Issued.IsZero() && !id.Expires.After(id.Issued) {
		v.Report(v.Here(), "the new token of %s expires at %s, not after it was issued", bounded(id.Email), id.Expires.UTC().Format(time.RFC3339))
	}
}

// shortTokens tells whether the target declares tokens that live for seconds, so that stories need
// not wait half an hour for one to expire.
func (v *View) shortTokens() bool { return v.Header.Target.Can(history.ShortTokens) }

func expiresIn(v *View) {
	id := v.Record.Login
	if id.ExpiresIn == 0 || id.Issued.IsZero() || id.Expires.IsZero() {
		return
	}
	if lives := id.Expires.Sub(id.Issued); lives != id.ExpiresIn {
		v.Report(v.Here(), "expires_in says %s, the token lives %s", id.ExpiresIn, lives)
	}
}

func oneUserOnly(v *View) {
	if n := v.Record.Note; n != nil && n.Topic == history.TopicOneUser {
		v.Report(v.Here(), "the story needs several users, the configuration has one: %s", quote(n.Text))
	}
}
