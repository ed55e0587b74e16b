package staging

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// parts decodes a token.
func parts(t require.TestingT, token string) (header, claims map[string]any, signature []byte) {
	all := strings.Split(token, ".")
	require.Len(t, all, 3)
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(all[i])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, into))
	}
	signature, err := base64.RawURLEncoding.DecodeString(all[2])
	require.NoError(t, err)
	return header, claims, signature
}

func TestADamageChangesOneThing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "key")
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"sub": rapid.String().Draw(t, "subject"), "exp": float64(rapid.Int32().Draw(t, "exp")),
			"nested": map[string]any{"<&>": rapid.Float64Range(-1e9, 1e9).Draw(t, "number")},
		}).SignedString(key)
		require.NoError(t, err)
		header, claims, signature := parts(t, token)

		damaged, err := flipped(token)
		require.NoError(t, err)
		h, c, s := parts(t, damaged)
		assert.Equal(t, header, h)
		assert.Equal(t, claims, c)
		assert.NotEqual(t, signature, s, "in its bits, not in its padding")
		assert.Equal(t, signature[1:], s[1:])

		damaged, err = claiming(token, "sub", longer)
		require.NoError(t, err)
		h, c, s = parts(t, damaged)
		assert.Equal(t, header, h)
		assert.Equal(t, signature, s)
		assert.Equal(t, claims["sub"].(string)+"0", c["sub"])
		c["sub"] = claims["sub"]
		assert.Equal(t, claims, c)

		for _, keep := range []bool{true, false} {
			damaged, err = unsigned(token, keep)
			require.NoError(t, err)
			h, c, s = parts(t, damaged)
			assert.Equal(t, map[string]any{"alg": "none", "typ": "JWT"}, h)
			assert.Equal(t, claims, c)
			assert.Equal(t, keep, len(s) > 0)
		}
	})
}

func TestAClaimThatIsMissingIsAdded(t *testing.T) {
	damaged, err := claiming(encoded(`{"alg":"HS256"}`)+"."+encoded(`{"exp":1}`)+".c2ln", "sub", longer)
	require.NoError(t, err)
	_, claims, _ := parts(t, damaged)
	assert.Equal(t, map[string]any{"exp": 1.0, "sub": "0"}, claims)
}

func FuzzDamages(f *testing.F) {
	f.Add("a.b.c")
	f.Add("a.b.")
	f.Add("..")
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl")
	f.Fuzz(func(t *testing.T, token string) {
		for _, damage := range []func(string) (string, error){
			flipped,
			func(t string) (string, error) { return unsigned(t, true) },
			func(t string) (string, error) { return claiming(t, "aud", instead("another")) },
		} {
			damaged, err := damage(token)
			if err == nil && damaged == token {
				t.Errorf("%q was not damaged", token)
			}
		}
	})
}

func TestATokenThatCannotBeDamagedSaysSo(t *testing.T) {
	for _, token := range []string{"", "abc", "a.b", "a.b.", "a.b.c.d"} {
		_, err := flipped(token)
		assert.ErrorContains(t, err, "not signed", token)
		_, err = unsigned(token, false)
		assert.Error(t, err, token)
	}
	_, err := claiming("a.!.c", "sub", longer)
	assert.ErrorContains(t, err, "claims")
	_, err = claiming("a."+encoded("[]")+".c", "sub", longer)
	assert.ErrorContains(t, err, "claims")
}
