package staging

import (
	"encoding/base64"
	"net/http"
)

// A TokenForm is a way of offering the access token on an upgrade (websocket.md 3.4).
type TokenForm struct {
	Name  string // as recorded in the intent
	offer func(token string) offer
}

type offer struct {
	subprotocols []string
	header       http.Header
}

// The token forms. Default is what our client offers (websocket.md 3.4); the others are one each of
// the doors that must open, and NoToken none.
var (
	Default = TokenForm{"jwt-auth, jwt.<base64url>, Authorization", func(t string) offer {
		return offer{[]string{"jwt-auth", "jwt." + encoded(t)}, bearer(t)}
	}}
	Pair = TokenForm{"jwt-auth, jwt.<base64url>", func(t string) offer {
		return offer{[]string{"jwt-auth", "jwt." + encoded(t)}, nil}
	}}
	ReversedPair = TokenForm{"jwt.<base64url>, jwt-auth", func(t string) offer {
		return offer{[]string{"jwt." + encoded(t), "jwt-auth"}, nil}
	}}
	Raw           = subprotocol("jwt.<raw>", "jwt.")
	JWTAuth       = subprotocol("jwt-auth.<raw>", "jwt-auth.")
	Bearer        = subprotocol("bearer.<raw>", "bearer.")
	Authorization = TokenForm{"Authorization", func(t string) offer { return offer{nil, bearer(t)} }}
	NoToken       = TokenForm{"none", func(string) offer { return offer{} }}
)

// TokenForms are all of them, the default first.
var TokenForms = []TokenForm{Default, Pair, ReversedPair, Raw, JWTAuth, Bearer, Authorization, NoToken}

func subprotocol(name, prefix string) TokenForm {
	return TokenForm{name, func(t string) offer { return offer{[]string{prefix + t}, nil} }}
}

func encoded(token string) string { return base64.RawURLEncoding.EncodeToString([]byte(token)) }

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
