package refstaging

import (
	"fmt"
	"time"
)

// Flaw is the one thing that is wrong with a forged token.
type Flaw string

// The flaws, one for each rule of http.md 3.4 that only a holder of the signing key can break.
const (
	Expired       Flaw = "expired"
	NotYetValid   Flaw = "not yet valid" // its iat is in the future
	WrongAudience Flaw = "wrong audience"
	WrongIssuer   Flaw = "wrong issuer"
	TooOld        Flaw = "too old" // by iat, although its exp is in the future
)

// Flaws are all of them.
var Flaws = []Flaw{Expired, NotYetValid, WrongAudience, WrongIssuer, TooOld}

// Forgery describes a token to forge.
type Forgery struct {
	Subject string // whose token it claims to be; required
	Email   string
	Flaw    Flaw
}

// flaws change one claim of a good token; the expired one is also issued before it expires.
var flaws = map[Flaw]func(c *claims, now time.Time){
	Expired: func(c *claims, now time.Time) {
		c.IssuedAt, c.ExpiresAt = now.Add(-time.Hour).Unix(), now.Add(-30*time.Minute).Unix()
	},
	NotYetValid:   func(c *claims, now time.Time) { c.IssuedAt = now.Add(10 * time.Minute).Unix() },
	WrongAudience: func(c *claims, _ time.Time) { c.Audience = "another-platform" },
	WrongIssuer:   func(c *claims, _ time.Time) { c.Issuer = "another-auth-service" },
	TooOld:        func(c *claims, now time.Time) { c.IssuedAt = now.Add(-maxAge - time.Hour).Unix() },
}

// Forge signs an access token that is good but for its flaw: the only reason to refuse it.
func (s *Server) Forge(f Forgery) (string, error) {
	spoil, known := flaws[f.Flaw]
	if !known || f.Subject == "" {
		return "", fmt.Errorf("forge a token with the flaw %q for the subject %q: name a subject and one of the flaws", f.Flaw, f.Subject)
	}
	now := s.tokens.clock.now()
	c := s.tokens.claims(Identity{UserID: f.Subject, Email: f.Email}, AccessToken)
	c.ExpiresAt = now.Add(time.Hour).Unix() // however short tokens live here, this one is not expired too
	spoil(&c, now)
	return s.tokens.sign(c)
}
