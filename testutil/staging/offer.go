package staging

import (
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A TokenForm is a way of offering a good access token on an upgrade, with its one outcome in each
// dialect (websocket.md 3.3, 3.4; October 2.5).
type TokenForm struct {
	Name    string // as recorded in the intent
	offer   func(token string) offer
	refusal refusals
}

// An offer is what of an upgrade request carries a token.
type offer struct {
	subprotocols []string
	header       http.Header
	query        url.Values
}

// refusals are the values of history.Intent.Expect by dialect, empty where the form opens.
type refusals struct{ september, october string }

var (
	opens       = refusals{}
	octoberOnly = refusals{september: history.Refused}
)

// The token forms. Default is what our client offers (websocket.md 3.4); the others are one each of
// the doors that must open in a dialect. September negotiates the forms qualified by an environment,
// finds no token in their four parts, and looks at no later entry (websocket.md 3.4).
var (
	Default = TokenForm{"jwt-auth, jwt.<base64url>, Authorization", func(t string) offer {
		return offer{subprotocols: []string{"jwt-auth", "jwt." + encoded(t)}, header: authorization("Bearer", t)}
	}, opens}
	Pair             = subprotocols("jwt-auth, jwt.<base64url>", opens, func(t string) []string { return []string{"jwt-auth", "jwt." + encoded(t)} })
	ReversedPair     = subprotocols("jwt.<base64url>, jwt-auth", opens, func(t string) []string { return []string{"jwt." + encoded(t), "jwt-auth"} })
	Raw              = subprotocols("jwt.<raw>", opens, prefixed("jwt."))
	JWTAuth          = subprotocols("jwt-auth.<raw>", opens, prefixed("jwt-auth."))
	Bearer           = subprotocols("bearer.<raw>", opens, prefixed("bearer."))
	StagingAuth      = subprotocols("jwt-auth, staging-auth.<raw>", opens, func(t string) []string { return []string{"jwt-auth", "staging-auth." + t} })
	QualifiedJWT     = subprotocols("jwt.staging.<raw>", octoberOnly, prefixed("jwt.staging."))
	QualifiedJWTAuth = subprotocols("jwt-auth.staging.<raw>", octoberOnly, prefixed("jwt-auth.staging."))
	QualifiedBearer  = subprotocols("bearer.staging.<raw>", octoberOnly, prefixed("bearer.staging."))
	OctoberList      = subprotocols("the October client's list", octoberOnly, prefixed(
		"jwt.staging.", "jwt-auth.staging.", "bearer.staging.", "staging-auth.", "jwt.", "jwt-auth.", "bearer."))
	Query = TokenForm{"query token", func(t string) offer {
		return offer{query: url.Values{"token": {t}, "env": {"staging"}}}
	}, octoberOnly}
	Authorization = TokenForm{"Authorization", func(t string) offer { return offer{header: authorization("Bearer", t)} }, opens}
)

// TokenForms are all of them, the default first.
var TokenForms = []TokenForm{
	Default, Pair, ReversedPair, Raw, JWTAuth, Bearer, StagingAuth, Authorization,
	QualifiedJWT, QualifiedJWTAuth, QualifiedBearer, OctoberList, Query,
}

// Opens tells whether a target of the dialect takes a good token in this form. A dialect other than
// October's follows the rules of September.
func (f TokenForm) Opens(d wire.Dialect) bool { return f.Refusal(d) == "" }

// Refusal is how a target of the dialect refuses the form, as history.Intent.Expect says it: Refused
// or an HTTP status; empty where it opens.
func (f TokenForm) Refusal(d wire.Dialect) string {
	if d == wire.October {
		return f.refusal.october
	}
	return f.refusal.september
}

func subprotocols(name string, r refusals, entries func(token string) []string) TokenForm {
	return TokenForm{name, func(t string) offer { return offer{subprotocols: entries(t)} }, r}
}

func prefixed(prefixes ...string) func(string) []string {
	return func(t string) (entries []string) {
		for _, prefix := range prefixes {
			entries = append(entries, prefix+t)
		}
		return entries
	}
}

func encoded(token string) string { return base64.RawURLEncoding.EncodeToString([]byte(token)) }

func authorization(scheme, token string) http.Header {
	return http.Header{"Authorization": {scheme + " " + token}}
}

// at adds what the offer puts into the query to a URL.
func (o offer) at(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || len(o.query) == 0 {
		return raw // a URL that is none has nothing added that an error could show
	}
	query := u.Query()
	for name, values := range o.query {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}
