package staging

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Credential is one that must be refused, with its one outcome on the WebSocket; on REST that is 401
// (issue #3; http.md 2.2, 6; websocket.md 3.3 to 3.6).
type Credential struct {
	Name string // as recorded in the intent
	// Refusal is the outcome of an upgrade, as history.Intent.Expect says it: Refused, or "403" because
	// nothing that is offered is negotiable. Empty: there is no such upgrade.
	Refusal string
	// REST tells whether a REST request can carry it, or carry none.
	REST bool

	token   func(dialer *oauth2.Token) (string, error) // what is offered, of the tokens of whoever offers it
	upgrade func(token string) offer
	header  func(token string) http.Header
}

const (
	forbidden    = "403"
	unauthorized = "401"
	badBecause   = "bad credentials"

	// Neither is a JWT; the second has its three parts, so that it reaches whatever reads those.
	garbage      = "no-token-at-all"
	threeGarbage = "no-header.no-payload.no-signature"
)

// SignatureFlipped is the user's own token, with one bit of its signature changed.
var SignatureFlipped = bad("signature byte flipped", damaged(flipped))

var algNone = bad("alg none, signature kept", damaged(func(t string) (string, error) { return unsigned(t, true) }))

// BadCredentials are those that a user of any target can make, of tokens of her own. What needs the
// target's key is Forged, what needs a token that was good once LoggedOut and Expired; and a good token
// in a form that the dialect does not know is among the TokenForms.
var BadCredentials = []Credential{
	{Name: "no token", Refusal: history.Refused, REST: true, token: constant(""),
		upgrade: func(string) offer { return offer{} }, header: func(string) http.Header { return nil }},
	bad("empty token", constant("")),
	bad("garbage", constant(garbage)),
	bad("garbage in three parts", constant(threeGarbage)),
	onUpgrade("subprotocol token.<raw>", forbidden, prefixed("token.")),
	onUpgrade("subprotocol <raw>", forbidden, prefixed("")),
	onUpgrade("subprotocols jwt, <raw>", history.Refused, func(t string) []string { return []string{"jwt", t} }),
	otherScheme("Token", ownToken),
	otherScheme("Basic", func(t *oauth2.Token) (string, error) {
		return base64.StdEncoding.EncodeToString([]byte("token:" + t.AccessToken)), nil
	}),
	SignatureFlipped,
	alone(Pair, "the subprotocols", SignatureFlipped),
	alone(Query, "the query", SignatureFlipped),
	bad("alg none, unsigned", damaged(func(t string) (string, error) { return unsigned(t, false) })),
	algNone,
	alone(Pair, "the subprotocols", algNone),
	bad("subject changed", withClaim("sub", longer)),
	bad("audience changed", withClaim("aud", instead("another-platform"))),
	bad("issuer changed", withClaim("iss", instead("another-auth-service"))),
	bad("expiry moved into the past", withClaim("exp", hoursFromNow(-1))),
	bad("validity moved into the future", withClaim("nbf", hoursFromNow(1))),
	bad("refresh token as access token", func(t *oauth2.Token) (string, error) {
		if t.RefreshToken == "" {
			return "", fmt.Errorf("the login gave no refresh token")
		}
		return t.RefreshToken, nil
	}),
}

// Forged is a token from outside, such as a validly signed one that expired. The name says what is
// wrong with it.
func Forged(name, token string) Credential { return bad(name, constant(token)) }

// LoggedOut is the token that a user lost by Logout, whoever offers it. She must not have gotten
// another one since.
func LoggedOut(of *User) Credential { return bad(string(byLogout), deadOf(of, byLogout)) }

// Expired is the token whose end a user awaited with AwaitExpiry, whoever offers it. She must not have
// gotten another one since.
func Expired(of *User) Credential { return bad(string(byExpiry), deadOf(of, byExpiry)) }

func deadOf(of *User, d death) func(*oauth2.Token) (string, error) {
	return func(*oauth2.Token) (string, error) {
		of.mu.Lock()
		defer of.mu.Unlock()
		if of.death() != d {
			return "", fmt.Errorf("%s has no %s to offer", of.label, d)
		}
		return of.pair.Access, nil
	}
}

// bad is a token in the place of a good one.
func bad(name string, token func(*oauth2.Token) (string, error)) Credential {
	return Credential{Name: name, Refusal: history.Refused, REST: true, token: token, upgrade: Default.offer,
		header: func(t string) http.Header { return authorization("Bearer", t) }}
}

// alone offers a credential on the upgrade in one form alone. Beside an Authorization header nobody looks
// at subprotocols and query (websocket.md 3.4), so that a target which never verifies them seems to.
func alone(form TokenForm, where string, c Credential) Credential {
	c.Name += ", in " + where + " alone"
	c.upgrade, c.REST, c.header = form.offer, false, nil
	return c
}

// otherScheme is a token under another scheme than Bearer.
func otherScheme(scheme string, token func(*oauth2.Token) (string, error)) Credential {
	header := func(t string) http.Header { return authorization(scheme, t) }
	return Credential{Name: "scheme " + scheme, Refusal: history.Refused, REST: true, token: token, header: header,
		upgrade: func(t string) offer { return offer{header: header(t)} }}
}

// onUpgrade is the good token in subprotocols that no dialect looks at. REST knows none.
func onUpgrade(name, refusal string, entries func(token string) []string) Credential {
	return Credential{Name: name, Refusal: refusal, token: ownToken,
		upgrade: func(t string) offer { return offer{subprotocols: entries(t)} }}
}

func constant(token string) func(*oauth2.Token) (string, error) {
	return func(*oauth2.Token) (string, error) { return token, nil }
}

func ownToken(t *oauth2.Token) (string, error) { return t.AccessToken, nil }

func damaged(damage func(token string) (string, error)) func(*oauth2.Token) (string, error) {
	return func(t *oauth2.Token) (string, error) { return damage(t.AccessToken) }
}

func withClaim(claim string, change func(json.RawMessage) any) func(*oauth2.Token) (string, error) {
	return damaged(func(t string) (string, error) { return claiming(t, claim, change) })
}

// provokes is the intent of an exchange with credentials that must be refused.
func provokes(expect, token string) *history.Intent {
	return &history.Intent{Expect: expect, Token: token, Why: badBecause}
}

// of returns what the user offers, and keeps it out of every record: a copy of a token tells the token,
// and a forged one is as good as one.
func (c Credential) of(u *User, own *oauth2.Token) (string, error) {
	token, err := c.token(own)
	if err != nil {
		return "", fmt.Errorf("credential %q: %w", c.Name, err)
	}
	if token != garbage && token != threeGarbage {
		u.target.secret(token)
	}
	return token, nil
}
