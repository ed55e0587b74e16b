package refstaging

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The kinds of token that the auth service hands to users.
const (
	AccessToken  = "access"
	RefreshToken = "refresh"
)

const serviceToken = "service"

// Identity is the owner of a token, as the token says.
type Identity struct {
	UserID string // the token's sub; the only source of identity anywhere in the deployment
	Email  string

	TokenID string    // jti
	Issued  time.Time // iat
	Expires time.Time // exp
}

// claims are those of http.md 3.4, in its order.
type claims struct {
	Subject   string   `json:"sub"`
	IssuedAt  int64    `json:"iat"`
	ExpiresAt int64    `json:"exp"`
	NotBefore int64    `json:"nbf,omitzero"`
	TokenType string   `json:"token_type"`
	Type      string   `json:"type"`
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	ID        string   `json:"jti"`
	Env       string   `json:"env"`
	ServiceID string   `json:"svc_id"`
	Email     string   `json:"email,omitzero"`
	Grants    []string `json:"permissions,omitzero"`
	Service   string   `json:"service,omitzero"`
}

const (
	issuer          = "netra-auth-service"
	userAudience    = "netra-platform"
	serviceAudience = "netra-services"
	serviceID       = "netra_auth_service_staging"
	environment     = "staging"
)

var audiences = []string{userAudience, serviceAudience, "netra-backend", "netra-admin"}

// tokens issues, checks and revokes. It is the one authority for both services, so that a logout is
// known everywhere at once.
type tokens struct {
	key         []byte
	clock       clock
	ids         *idSource
	access      time.Duration
	refresh     time.Duration
	mu          sync.Mutex
	revoked     map[string]time.Time // jti to exp, of logged-out access and of used refresh tokens
	nextCleanup time.Time
}

func newTokens(cfg Config, clock clock, ids *idSource) *tokens {
	return &tokens{
		key: []byte(cfg.SigningKey), clock: clock, ids: ids,
		access: cfg.AccessTTL, refresh: cfg.RefreshTTL,
		revoked: make(map[string]time.Time),
	}
}

func (t *tokens) issue(user Identity, kind string) (string, error) {
	return t.sign(t.claims(user, kind))
}

func (t *tokens) claims(user Identity, kind string) claims {
	now := t.clock.now()
	c := claims{
		Subject: user.UserID, IssuedAt: now.Unix(), ExpiresAt: now.Add(t.access).Unix(),
		TokenType: kind, Type: kind, Issuer: issuer, Audience: userAudience,
		ID: t.ids.numbered("jti", now), Env: environment, ServiceID: serviceID, Email: user.Email,
	}
	switch kind {
	case AccessToken:
		c.Grants = []string{} // whatever was asked for (http.md 3.4)
	case RefreshToken:
		c.ExpiresAt = now.Add(t.refresh).Unix()
	case serviceToken:
		c.ExpiresAt = now.Add(serviceTokenLife).Unix()
		c.Audience, c.Service = serviceAudience, user.UserID
	}
	return c
}

func (t *tokens) sign(c claims) (string, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwtClaims{claims: c}).SignedString(t.key)
	if err != nil {
		return "", fmt.Errorf("sign a %s token: %w", c.TokenType, err)
	}
	return token, nil
}

// ErrAuthUnavailable is what a [TokenHooks] Validate hook returns when the token could not be judged at
// all: the backend then answers 503, never 401 (http.md 4.3), and a WebSocket is closed with 1011.
var ErrAuthUnavailable = errors.New("the auth service is not available")

var (
	errRevoked   = errors.New("the token is revoked")
	errTokenType = errors.New("the token is of another type")
)

// validate applies every rule of http.md 3.4; revocation comes before anything that could be cached.
func (t *tokens) validate(token, kind string) (Identity, error) {
	var c jwtClaims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithTimeFunc(t.clock.now), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithIssuer(issuer), jwt.WithStrictDecoding(),
	)
	if _, err := parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.key, nil }); err != nil {
		return Identity{}, fmt.Errorf("check a token: %w", err)
	}
	if err := c.check(kind, t.clock.now()); err != nil {
		return Identity{}, fmt.Errorf("check a token: %w", err)
	}
	if t.isRevoked(c.ID) {
		return Identity{}, errRevoked
	}
	return c.identity(), nil
}

func (c claims) check(kind string, now time.Time) error {
	switch {
	case c.Subject == "" || c.ID == "" || c.IssuedAt == 0:
		return errors.New("sub, iat or jti is missing")
	case c.TokenType != kind:
		return fmt.Errorf("%w: token_type is %q, want %q", errTokenType, c.TokenType, kind)
	case !slices.Contains(audiences, c.Audience):
		return fmt.Errorf("audience %q is not known", c.Audience)
	case now.Sub(time.Unix(c.IssuedAt, 0)) > maxAge:
		return errors.New("the token is older than 24 hours")
	}
	return nil
}

func (c claims) identity() Identity {
	return Identity{
		UserID: c.Subject, Email: c.Email, TokenID: c.ID,
		Issued: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.ExpiresAt, 0).UTC(),
	}
}

// revoke makes a validated token invalid everywhere.
func (t *tokens) revoke(user Identity) { t.spend(user) }

// spend revokes a token and reports whether this call was the one that did: of any number of
// simultaneous refreshes with one token exactly one wins (http.md 3.5).
func (t *tokens) spend(user Identity) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forgetExpired()
	if _, spent := t.revoked[user.TokenID]; spent {
		return false
	}
	t.revoked[user.TokenID] = user.Expires
	return true
}

func (t *tokens) isRevoked(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, revoked := t.revoked[id]
	return revoked
}

// forgetExpired keeps the list from growing for ever: an expired token is refused anyway.
func (t *tokens) forgetExpired() {
	now := t.clock.now()
	if now.Before(t.nextCleanup) {
		return
	}
	t.nextCleanup = now.Add(time.Minute)
	for id, expires := range t.revoked {
		if now.After(expires) {
			delete(t.revoked, id)
		}
	}
}

// listed reports whether a token is revoked, without asking whether it is otherwise valid.
func (t *tokens) listed(token string) bool {
	var c jwtClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		return false
	}
	return t.isRevoked(c.ID)
}

// jwtClaims gives claims the methods that the JWT library asks for.
type jwtClaims struct{ claims }

func (c jwtClaims) MarshalJSON() ([]byte, error)                 { return json.Marshal(c.claims) }
func (c *jwtClaims) UnmarshalJSON(raw []byte) error              { return json.Unmarshal(raw, &c.claims) }
func (c jwtClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c jwtClaims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c jwtClaims) GetAudience() (jwt.ClaimStrings, error)       { return jwt.ClaimStrings{c.Audience}, nil }
func (c jwtClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return date(c.IssuedAt), nil }
func (c jwtClaims) GetExpirationTime() (*jwt.NumericDate, error) { return date(c.ExpiresAt), nil }
func (c jwtClaims) GetNotBefore() (*jwt.NumericDate, error)      { return date(c.NotBefore), nil }

func date(unix int64) *jwt.NumericDate {
	if unix == 0 {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(unix, 0))
}
