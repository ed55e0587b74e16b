package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var verifyRules = []Rule{
	{
		ID: "auth/verify", Hard: true, Source: "http.md 3.1, 3.2, 3.6",
		Says:  "Asked about a token, every endpoint of the auth service says with status 200 that it is good if the service issued it, and that it is not if it is damaged, has expired or was given back.",
		Hooks: Hooks{Exchange: verified},
	},
	{
		ID: "auth/subject", Hard: true, Source: "http.md 3.1, 3.2; catalogue, auth-refresh-placeholder-token",
		Says:  "Asked about a good token, the auth service names its user, by id and e-mail address.",
		Hooks: Hooks{Exchange: named},
	},
}

// A verdict is what an answer says about a token. Endpoints differ in what they say: whether it is
// valid, or whether it was given back.
type verdict struct{ valid, invalid, kept, revoked bool }

func verdictOf(fields map[string]any) (d verdict) {
	for _, name := range []string{"valid", "authenticated"} {
		if valid, ok := fields[name].(bool); ok {
			d.valid, d.invalid = valid, !valid
		}
	}
	if revoked, ok := fields["blacklisted"].(bool); ok {
		d.kept, d.revoked = !revoked, revoked
	}
	return d
}

func verified(v *View) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeVerify || v.User == nil {
		return
	}
	if isRefusal(x.Status) && mustRefuse(v) && wanted(v.Record.Intent) != x.Status {
		v.ReportAs(v.Declared(), v.Here(), "%s was answered %s about a token that has to be refused (%s), want 200 with the verdict", what(x), status(x.Status), why(v))
	}
	if !succeeded(x) {
		return
	}
	fields := object(x)
	if fields == nil {
		noObject(v)
		return
	}
	refuse, returned := mustRefuse(v), wasReturned(v)
	switch d := verdictOf(fields); {
	case d == verdict{}:
		v.Report(v.Here(), "%s does not say whether the token is good: %s", what(x), quote(x.Body))
	case d.valid && refuse:
		v.Report(v.Here(), "%s calls a token valid that has to be refused (%s)", what(x), why(v))
	case d.kept && returned:
		v.Report(v.Here(), "%s does not know that %s gave the token back: %s", what(x), v.User.Label, quote(x.Body))
	case (d.invalid || d.revoked) && !refuse:
		v.Report(v.Here(), "%s calls the token of %s invalid, which login gave: %s", what(x), v.User.Label, quote(x.Body))
	}
}

// wasReturned tells whether the token of the exchange at hand was given back.
func wasReturned(v *View) bool {
	in := v.Record.Intent
	return v.User.LoggedOut && !provokes(in) || in != nil && in.Token == history.LoggedOutToken
}

// mustRefuse tells whether the token of the exchange at hand is no good.
func mustRefuse(v *View) bool { return v.User.LoggedOut || provokes(v.Record.Intent) }

// provokes tells whether the story wants a refusal.
func provokes(in *history.Intent) bool { return wanted(in) != 0 || expectsRefusal(in) }

func expectsRefusal(in *history.Intent) bool { return in != nil && in.Expect == history.Refused }

// why says in words for what reason the story provokes a refusal.
func why(v *View) string {
	in := v.Record.Intent
	switch {
	case in != nil && in.Why != "":
		return in.Why
	case in != nil && in.Token != "":
		return in.Token
	case v.User != nil && v.User.LoggedOut:
		return "logged out"
	}
	return "no reason given"
}

// named leaves wrong ids to auth/identity and the isolation rules, which read every body.
func named(v *View) {
	x := v.Record.Exchange
	asks := x.Purpose == history.PurposeMe || x.Purpose == history.PurposeVerify
	if !asks || v.User == nil || !succeeded(x) || mustRefuse(v) || len(v.Strangers) > 0 {
		return
	}
	fields := object(x)
	if fields == nil || x.Purpose == history.PurposeVerify && !verdictOf(fields).valid {
		return
	}
	email := text(fields, "email")
	switch {
	case text(fields, "user_id") == "":
		v.Report(v.Here(v.loginSeq()), "%s does not say who %s is: %s", what(x), v.User.Label, quote(x.Body))
	case email == "":
		v.ReportAs(v.Declared(), v.Here(v.loginSeq()), "%s does not name the e-mail address of %s: %s", what(x), v.User.Label, quote(x.Body))
	case v.User.Email != "" && !strings.EqualFold(email, v.User.Email):
		v.Report(v.Here(v.loginSeq()), "%s, who logged in as %s, is called %s", v.User.Label, bounded(v.User.Email), quote(email))
	}
}
