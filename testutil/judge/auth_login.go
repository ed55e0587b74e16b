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
		ID: "auth/refresh", Hard: true, Source: "http.md 3.5",
		Says:  "A refreshed token is a new one of the same user: subject and e-mail are kept, and it does not expire earlier.",
		Hooks: Hooks{Login: refreshed},
	},
	{
		ID: "auth/verify", Hard: true, Source: "http.md 3.1",
		Says:  "The auth service verifies the tokens that it issued, and no longer those that were given back.",
		Hooks: Hooks{Exchange: verified},
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
	if x := v.Record.Exchange; isLogin(x) && isRefusal(x.Status) && ordinary(v.Record) {
		report(v, x)
	}
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
func (v *View) shortTokens() bool { return v.Header.Target.Can("short-tokens") }

func expiresIn(v *View) {
	id := v.Record.Login
	if id.ExpiresIn == 0 || id.Issued.IsZero() || id.Expires.IsZero() {
		return
	}
	if lives := id.Expires.Sub(id.Issued); lives != id.ExpiresIn {
		v.Report(v.Here(), "expires_in says %s, the token lives %s", id.ExpiresIn, lives)
	}
}

func refreshed(v *View) {
	id, before := v.Record.Login, v.User.Before
	if id.Problem != "" || id.Method != "refresh" || before == nil {
		return
	}
	proof := v.Here(before.LoginSeq)
	if id.Subject != before.Subject {
		v.Report(proof, "the refresh turned subject %s into %s", quote(before.Subject), quote(id.Subject))
	}
	if id.Email != before.Email {
		v.Report(proof, "the refresh turned e-mail %s into %s", quote(before.Email), quote(id.Email))
	}
	if id.Expires.Before(before.Expires) {
		v.Report(proof, "the refreshed token expires %s before the old one", before.Expires.Sub(id.Expires))
	}
	// iat counts whole seconds: a token issued two seconds later than another must say so.
	if !v.Record.Wall.Before(before.Issued.Add(2*time.Second)) && !id.Issued.After(before.Issued) && !id.Issued.IsZero() {
		v.Report(proof, "the refresh gave a token that was issued at %s, no later than the old one", id.Issued.UTC().Format(time.RFC3339))
	}
}

func verified(v *View) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeVerify || !succeeded(x) || v.User == nil {
		return
	}
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	valid, _ := fields["valid"].(bool)
	refuse := v.User.LoggedOut || !ordinary(v.Record) || expectsRefusal(v.Record.Intent)
	switch {
	case valid && refuse:
		v.Report(v.Here(), "%s calls a token valid that has to be refused (%s)", what(x), why(v))
	case !valid && !refuse:
		v.Report(v.Here(), "%s calls the token of %s invalid, which login gave: %s", what(x), v.User.Label, quote(x.Body))
	}
}

func expectsRefusal(in *history.Intent) bool { return in != nil && in.Expect == history.Refused }

// why says in words for what reason the story provokes a refusal.
func why(v *View) string {
	in := v.Record.Intent
	switch {
	case in == nil && v.User != nil && v.User.LoggedOut:
		return "logged out"
	case in == nil:
		return "no reason given"
	case in.Why != "":
		return in.Why
	}
	return in.Token
}

func oneUserOnly(v *View) {
	if n := v.Record.Note; n != nil && n.Topic == history.TopicOneUser {
		v.Report(v.Here(), "the story needs several users, the configuration has one: %s", quote(n.Text))
	}
}
