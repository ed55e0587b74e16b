package refstaging

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every rule of http.md 3.4, one row each: a token that breaks it is refused.
func TestValidationRules(t *testing.T) {
	cfg, err := Config{}.withDefaults()
	require.NoError(t, err)
	clock := newClock()
	tokens := newTokens(cfg, clock, &idSource{clock: clock})
	now := clock.now().Unix()
	good := func() claims {
		return claims{
			Subject: "u", IssuedAt: now, ExpiresAt: now + 60, TokenType: AccessToken, Type: AccessToken,
			Issuer: issuer, Audience: userAudience, ID: "jti_1",
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*claims)
		ok     bool
	}{
		{"good", func(*claims) {}, true},
		{"service audience", func(c *claims) { c.Audience = "netra-backend" }, true},
		{"expired", func(c *claims) { c.ExpiresAt = now - 1 }, false},
		{"issued in the future", func(c *claims) { c.IssuedAt = now + 30 }, false},
		{"not yet valid", func(c *claims) { c.NotBefore = now + 30 }, false},
		{"older than a day", func(c *claims) { c.IssuedAt = now - 24*3600 - 2 }, false},
		{"nearly a day old", func(c *claims) { c.IssuedAt = now - 24*3600 + 60 }, true},
		{"no exp", func(c *claims) { c.ExpiresAt = 0 }, false},
		{"no iat", func(c *claims) { c.IssuedAt = 0 }, false},
		{"no sub", func(c *claims) { c.Subject = "" }, false},
		{"no jti", func(c *claims) { c.ID = "" }, false},
		{"no issuer", func(c *claims) { c.Issuer = "" }, false},
		{"wrong issuer", func(c *claims) { c.Issuer = "somebody" }, false},
		{"wrong audience", func(c *claims) { c.Audience = "somebody" }, false},
		{"no audience", func(c *claims) { c.Audience = "" }, false},
		{"refresh token", func(c *claims) { c.TokenType = RefreshToken }, false},
		{"no token type", func(c *claims) { c.TokenType = "" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := good()
			tt.change(&c)
			token, err := tokens.sign(c)
			require.NoError(t, err)
			_, err = tokens.validate(token, AccessToken)
			assert.Equal(t, tt.ok, err == nil, "%v", err)
		})
	}
}

func TestSignatureRules(t *testing.T) {
	cfg, err := Config{}.withDefaults()
	require.NoError(t, err)
	clock := newClock()
	tokens := newTokens(cfg, clock, &idSource{clock: clock})
	token, err := tokens.issue(Identity{UserID: "u"}, AccessToken)
	require.NoError(t, err)
	c := jwtClaims{}
	_, _, err = jwt.NewParser().ParseUnverified(token, &c)
	require.NoError(t, err)
	sign := func(method jwt.SigningMethod, key any) string {
		signed, err := jwt.NewWithClaims(method, c).SignedString(key)
		require.NoError(t, err)
		return signed
	}
	parts := strings.Split(token, ".")
	flipped := []byte(token)
	flipped[len(flipped)-1] ^= 1
	for name, bad := range map[string]string{
		"another key":       sign(jwt.SigningMethodHS256, []byte("other")),
		"HS384":             sign(jwt.SigningMethodHS384, tokens.key),
		"none":              sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"last bit flipped":  string(flipped),
		"no signature":      parts[0] + "." + parts[1] + ".",
		"two parts":         parts[0] + "." + parts[1],
		"four parts":        token + ".x",
		"empty":             "",
		"signature swapped": parts[0] + "." + parts[2] + "." + parts[1],
	} {
		_, err := tokens.validate(bad, AccessToken)
		assert.Error(t, err, name)
	}
	_, err = tokens.validate(token, AccessToken)
	assert.NoError(t, err)
}

func TestExpiredRevocationsAreForgotten(t *testing.T) {
	tokens := &tokens{clock: clock{start: time.Now()}, revoked: map[string]time.Time{}}
	require.True(t, tokens.spend(Identity{TokenID: "old", Expires: time.Now().Add(-time.Hour)}))
	tokens.nextCleanup = time.Time{}
	require.True(t, tokens.spend(Identity{TokenID: "new", Expires: time.Now().Add(time.Hour)}))
	assert.Len(t, tokens.revoked, 1)
	assert.False(t, tokens.spend(Identity{TokenID: "new"}))
}
