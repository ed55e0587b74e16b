package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var identityRules = []Rule{
	{
		ID: "auth/identity", Hard: true, Source: "http.md 4.1, 6; websocket.md V5, 7",
		Says:  "Wherever the target names the user, it names the token's subject, in full or by its first characters.",
		Hooks: Hooks{Frame: wrongIdentity, Exchange: wrongIdentity},
	},
	{
		ID: "auth/one-identity", Hard: true, Source: "http.md 6; websocket.md 3.5",
		Says:  "Two users are told two identities.",
		Hooks: Hooks{Frame: sameIdentity, Login: sameSubject},
	},
}

// wrongIdentity reports ids that belong to nobody here; another user's are isolation/foreign-user.
func wrongIdentity(v *View) {
	for _, s := range v.Strangers {
		if s.Owner == nil && !isFresh(s.ID) {
			v.Report(v.Here(v.loginSeq()), "%s, subject %s, is called %s", v.name(), quote(v.User.Subject), quote(s.ID))
		}
	}
}

// isFresh tells whether an id holds the mark of a user that a suite made.
func isFresh(id string) bool { return strings.Contains(id, ownMark) }

// shownPrefix is how many characters of an id a welcome shows at least (websocket.md 2.1). Two users
// may share fewer, and fresh users share their first ones.
const shownPrefix = 8

// sameIdentity compares what welcomes tell two users. Truncated ids are compared where the subjects
// differ in what is shown.
func sameIdentity(v *View) {
	if v.Event == nil || v.Event.Type != wire.Welcome || v.User.Told == "" {
		return
	}
	told := v.User.Told
	other := v.names.told(told, v.User)
	if other == nil || len(told) < shownPrefix || strings.HasPrefix(other.Subject, told) && strings.HasPrefix(v.User.Subject, told) {
		return
	}
	v.Report(v.Here(other.ToldSeq), "%s and %s are both called %s", other.Label, v.User.Label, quote(told))
}

func sameSubject(v *View) {
	u := v.User
	if other := v.names.twin(u); other != nil {
		v.Report(v.Here(other.LoginSeq), "%s and %s logged in with different e-mail addresses, and both tokens have subject %s", other.Label, u.Label, quote(u.Subject))
	}
}
