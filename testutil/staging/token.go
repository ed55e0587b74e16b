package staging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// mostSkew bounds how far a Date header is believed: no zone is further from another.
const mostSkew = 26 * time.Hour

// A pair is what login and refresh answer with.
type pair struct {
	Access    string  `json:"access_token"`
	Refresh   string  `json:"refresh_token"`
	Type      string  `json:"token_type"`
	ExpiresIn float64 `json:"expires_in"`

	issued, expires time.Time     // of the access token, by the clock of the auth service
	skew            time.Duration // that clock minus ours
}

// parsePair reads what it can: an answer that is no pair has no tokens.
func parsePair(body []byte) (p pair) {
	if json.Unmarshal(body, &p) != nil {
		var tokens struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		}
		_ = json.Unmarshal(body, &tokens) // fields of other types do not hide these
		p.Access, p.Refresh = tokens.Access, tokens.Refresh
	}
	return p
}

func (p pair) secrets() []string { return []string{p.Access, p.Refresh} }

// repeats names the tokens that are those of the pair before (http.md 3.5: both are new).
func (p pair) repeats(before pair) (names []string) {
	if p.Access != "" && p.Access == before.Access {
		names = append(names, "access_token")
	}
	if p.Refresh != "" && p.Refresh == before.Refresh {
		names = append(names, "refresh_token")
	}
	return names
}

// identify reads the claims of the access token, whose signature only the target can verify. The error
// says why the token is of no use.
func (p *pair) identify(i *history.Identity) error {
	i.ExpiresIn = time.Duration(p.ExpiresIn * float64(time.Second))
	if p.Access == "" {
		return errors.New("the answer holds no access_token")
	}
	var claims struct {
		jwt.RegisteredClaims
		Email string `json:"email"`
	}
	if _, _, err := jwt.NewParser().ParseUnverified(p.Access, &claims); err != nil {
		return errors.New("the access token is not a JWT")
	}
	i.Subject, i.Claimed = claims.Subject, claims.Email
	if claims.IssuedAt != nil {
		i.Issued = claims.IssuedAt.UTC()
	}
	switch {
	case claims.ExpiresAt == nil:
		return errors.New(`the access token has no "exp"`)
	case claims.Subject == "":
		return errors.New(`the access token has no "sub"`)
	}
	i.Expires = claims.ExpiresAt.UTC()
	p.issued, p.expires = i.Issued, i.Expires
	return nil
}

// due says when to fetch another: a minute before the token expires (http.md 4.2), or in the middle of
// the life of one that lives less than two. It is a time of our clock, which need not be right.
func (p pair) due() time.Time {
	early := time.Minute
	if !p.issued.IsZero() {
		early = min(early, p.expires.Sub(p.issued)/2)
	}
	return p.expiry().Add(-early)
}

// expiry is when the access token expires, by our clock.
func (p pair) expiry() time.Time { return p.expires.Add(-p.skew) }

// Token returns an access token that is good for a while yet, and so makes a User an
// [oauth2.TokenSource]. It blocks for an exchange when the one it has is about to expire: then it
// refreshes, or logs in again where the refresh token is refused (http.md 3.5, 4.2). Goroutines that
// ask at once share one refresh, since refresh tokens serve once. Expiry is the token's own "exp",
// set to our clock by the Date header with which the token came.
func (u *User) Token() (*oauth2.Token, error) {
	return u.token(context.Background())
}

func (u *User) token(ctx context.Context) (*oauth2.Token, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.kept() && time.Now().After(u.pair.due()) {
		if err := u.renew(ctx); err != nil {
			return nil, fmt.Errorf("token of %s: %w", u.label, err)
		}
	}
	return &oauth2.Token{AccessToken: u.pair.Access, TokenType: "Bearer", RefreshToken: u.pair.Refresh, Expiry: u.pair.expiry()}, nil
}
