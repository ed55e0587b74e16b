package refstaging

import (
	"slices"
	"time"
)

// dialect is a generation of the wire protocol: the correct behaviour wherever generations differ. The
// hooks wrap that of the dialect that is served.
type dialect struct {
	negotiate  Negotiate
	extract    ExtractToken
	connection func(ids *idSource, user string, now time.Time) string // mints a connection id
	welcome    WelcomeFrame
	content    func(Message) string // the prompt in a message; "" when there is none
	encode     Encode
	epilogue   []string // the types of the events that follow a run's end, in order

	// handshakes says that a session begins with a [handshake], and hears only the runs of its thread.
	handshakes bool
	route      func(next Route) Route // goes before the router
}

// dialects are those that [Config] may name.
var dialects = map[string]dialect{"september": september, "october": october}

// tokenPrefixes begin the subprotocols that a token is looked for in (websocket.md 3.4).
var tokenPrefixes = []string{"jwt.", "jwt-auth.", "bearer.", "staging-auth."}

// negotiable are the subprotocols without a token (websocket.md 3.3).
var negotiable = []string{"jwt-auth", "jwt", "bearer", "e2e-testing", "staging-auth", "agent_chat"}

// negotiate is websocket.md 3.3: the first entry that bears a token behind one of the prefixes is echoed
// verbatim, token included; without any, the first entry that is negotiable by its name.
func negotiate(prefixes ...string) Negotiate {
	return func(offered []string) (string, bool) {
		if i := slices.IndexFunc(offered, func(name string) bool { _, ok := cutAnyPrefix(name, prefixes); return ok }); i >= 0 {
			return offered[i], true
		}
		if i := slices.IndexFunc(offered, func(name string) bool { return slices.Contains(negotiable, name) }); i >= 0 {
			return offered[i], true
		}
		return "", len(offered) == 0
	}
}
