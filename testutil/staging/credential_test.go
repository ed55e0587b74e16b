package staging

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// someToken is signed by nobody whom any target knows.
func someToken(t *testing.T) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "e2e-somebody", "token_type": "access"}).SignedString([]byte("a stranger's key"))
	require.NoError(t, err)
	return token
}

// otherwise is a token with another signature.
func otherwise(t *testing.T, token string) string {
	t.Helper()
	damaged, err := flipped(token)
	require.NoError(t, err)
	return damaged
}

func TestWhatABadCredentialOffers(t *testing.T) {
	own := &oauth2.Token{AccessToken: someToken(t), RefreshToken: "a-refresh-token"}
	raw, packed := own.AccessToken, encoded(own.AccessToken)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+raw))
	for name, row := range map[string]struct {
		subprotocols []string
		header       string // of the upgrade
		rest         string
		refusal      string
	}{
		"no token":    {refusal: history.Refused},
		"empty token": {subprotocols: []string{"jwt-auth", "jwt."}, header: "Bearer ", rest: "Bearer ", refusal: history.Refused},
		"garbage":     {subprotocols: []string{"jwt-auth", "jwt." + encoded(garbage)}, header: "Bearer " + garbage, rest: "Bearer " + garbage, refusal: history.Refused},
		"signature byte flipped, in the subprotocols alone": {subprotocols: []string{"jwt-auth", "jwt." + encoded(otherwise(t, raw))}, refusal: history.Refused},
		"subprotocol token.<raw>":                           {subprotocols: []string{"token." + raw}, refusal: "403"},
		"subprotocol <raw>":                                 {subprotocols: []string{raw}, refusal: "403"},
		"subprotocols jwt, <raw>":                           {subprotocols: []string{"jwt", raw}, refusal: history.Refused},
		"scheme Token":                                      {header: "Token " + raw, rest: "Token " + raw, refusal: history.Refused},
		"scheme Basic":                                      {header: basic, rest: basic, refusal: history.Refused},
		"refresh token as access token": {subprotocols: []string{"jwt-auth", "jwt." + encoded("a-refresh-token")},
			header: "Bearer a-refresh-token", rest: "Bearer a-refresh-token", refusal: history.Refused},
	} {
		c := credential(t, name)
		token, err := c.token(own)
		require.NoError(t, err, name)
		o := c.upgrade(token)
		assert.Equal(t, row.subprotocols, o.subprotocols, name)
		assert.Equal(t, row.header, o.header.Get("Authorization"), name)
		assert.Equal(t, row.refusal, c.Refusal, name)
		assert.Equal(t, row.rest != "" || name == "no token", c.REST, name)
		if c.REST {
			assert.Equal(t, row.rest, c.header(token).Get("Authorization"), name)
		}
	}
	names := map[string]bool{}
	for _, c := range BadCredentials {
		assert.NotEmpty(t, c.Name)
		assert.False(t, names[c.Name], "%s is there twice", c.Name)
		names[c.Name] = true
		assert.True(t, c.REST || c.Refusal != "", "%s has no form at all", c.Name)
		token, err := c.token(own)
		require.NoError(t, err, c.Name)
		for _, entry := range c.upgrade(token).subprotocols {
			assert.NotEqual(t, "jwt."+packed, entry, "%s offers a good token in a good form", c.Name)
		}
		assert.NotEqual(t, "Bearer "+raw, c.upgrade(token).header.Get("Authorization"), c.Name)
		if c.REST {
			assert.NotEqual(t, "Bearer "+raw, c.header(token).Get("Authorization"), c.Name)
		}
	}
}

func credential(t *testing.T, name string) Credential {
	for _, c := range BadCredentials {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no credential %q", name)
	return Credential{}
}

func TestTheReferenceRefusesEveryBadCredential(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	ctx := t.Context()
	user, err := target.Login(ctx)
	require.NoError(t, err)
	gone, err := target.Login(ctx)
	require.NoError(t, err)
	require.NoError(t, gone.Logout(ctx))
	bad := append([]Credential{LoggedOut(gone), Forged("a stranger's signature", someToken(t))}, BadCredentials...)
	for _, c := range bad {
		for _, path := range fixtures.Doors {
			require.NoError(t, user.BeRefused(ctx, WithCredential(c), Path(path)), c.Name)
		}
		if c.REST {
			require.NoError(t, user.TryREST(ctx, c), c.Name)
		}
	}
	require.NoError(t, gone.BeRefused(ctx), "her own token")

	records, text := recorded.close(t)
	for _, secret := range []string{user.pair.Access, user.pair.Refresh, gone.pair.Access} {
		for _, part := range strings.Split(secret, ".")[1:] {
			assert.NotContains(t, text, part)
		}
	}
	refused := 0
	intents := map[string]*history.Intent{}
	for _, r := range records {
		switch {
		case r.Kind == history.Dial:
			intents[r.Session] = r.Intent
			assert.Contains(t, []string{history.Refused, "403"}, r.Intent.Expect)
			assert.NotEmpty(t, r.Intent.Token)
		case r.Kind == history.Close && intents[r.Session].Expect == "403":
			assert.Equal(t, http.StatusForbidden, r.Closed.Status, intents[r.Session].Token)
			refused++
		case r.Kind == history.Close:
			assert.Equal(t, websocket.ClosePolicyViolation, r.Closed.Code, intents[r.Session].Token)
			refused++
		case r.Kind == history.Recv:
			assert.Equal(t, "AUTH_FAILED", r.Event.ErrorCode)
		case r.Kind == history.HTTP && r.Intent != nil:
			assert.Equal(t, history.Intent{Expect: "401", Token: r.Intent.Token, Why: badBecause}, *r.Intent)
			assert.NotContains(t, r.Intent.Token, history.Redacted)
			assert.Equal(t, http.StatusUnauthorized, r.Exchange.Status, "%s %s", r.Intent.Token, r.Exchange.URL)
			assert.Equal(t, r.Intent.Token != "no token" && r.Intent.Token != "empty token", r.Exchange.Bearer, r.Intent.Token)
		}
	}
	assert.Equal(t, len(bad)*len(fixtures.Doors)+1, refused)
}

// TestADamageIsAllThatIsWrong shows that a target that forgets one check lets the damaged copies in,
// so that what keeps them out is that check and not something else about them.
func TestADamageIsAllThatIsWrong(t *testing.T) {
	blind := func(refstaging.ValidateToken) refstaging.ValidateToken {
		return func(token, _ string) (refstaging.Identity, error) {
			var claims jwt.RegisteredClaims
			_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
			return refstaging.Identity{UserID: claims.Subject}, err
		}
	}
	_, c := reference(t, refstaging.Config{Hooks: refstaging.Hooks{Tokens: refstaging.TokenHooks{Validate: blind}}})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	opened := 0
	for _, c := range BadCredentials {
		token, err := c.token(&oauth2.Token{AccessToken: user.pair.Access, RefreshToken: user.pair.Refresh})
		require.NoError(t, err)
		if _, _, err := jwt.NewParser().ParseUnverified(token, &jwt.RegisteredClaims{}); err != nil || len(c.upgrade(token).subprotocols) != 2 || c.header == nil {
			continue
		}
		opened++
		require.NoError(t, user.BeRefused(t.Context(), WithCredential(c)), "the session is for the judge: %s", c.Name)
		require.NoError(t, user.TryREST(t.Context(), c), c.Name)
	}
	require.Equal(t, 9, opened)
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.Recv), opened)
	for _, r := range of(records, history.Close) {
		assert.Equal(t, history.Closed{By: history.ByClient, Code: websocket.CloseNormalClosure}, *r.Closed)
	}
	for _, r := range of(records, history.HTTP)[1:] {
		assert.Equal(t, http.StatusOK, r.Exchange.Status)
	}
}

func TestACredentialWithoutAFormIsNotOffered(t *testing.T) {
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) { say(c, mainWelcome); drain(c) })
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	other, err := target.Login(t.Context())
	require.NoError(t, err)
	ctx := t.Context()
	require.ErrorContains(t, user.TryREST(ctx, credential(t, "subprotocol <raw>")), "no REST request can carry it")
	require.ErrorContains(t, user.BeRefused(ctx, WithCredential(Credential{Name: "REST alone"})), "there is no upgrade with it")
	_, err = user.Connect(ctx, WithCredential(Credential{Name: "REST alone"}))
	require.ErrorContains(t, err, "there is no upgrade with it")
	require.ErrorContains(t, user.BeRefused(ctx), "the credentials of u1 are good")
	require.ErrorContains(t, user.BeRefused(ctx, WithCredential(LoggedOut(other))), "u2 has no logged-out token")
	require.ErrorContains(t, user.TryREST(ctx, Expired(other)), "u2 has no expired token")
	user.pair.Refresh = ""
	require.ErrorContains(t, user.TryREST(ctx, credential(t, "refresh token as access token")), "no refresh token")
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.HTTP), 2, "the logins")
	assert.Empty(t, of(records, history.Dial))
}

func TestABadCredentialThatIsEchoedIsNotRecorded(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "debug: "+r.Header.Get("Authorization"), http.StatusUnauthorized)
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	const forged = "an opaque token that opens everything"
	require.NoError(t, user.TryREST(t.Context(), Forged("opaque", forged)))
	require.NoError(t, user.TryREST(t.Context(), credential(t, "scheme Basic")))
	require.NoError(t, user.TryREST(t.Context(), credential(t, "garbage")))
	_, text := recorded.close(t)
	assert.NotContains(t, text, forged[:20])
	assert.NotContains(t, text, base64.StdEncoding.EncodeToString([]byte("token:" + user.pair.Access))[:40])
	assert.Contains(t, text, `"token":"garbage"`, "the name of a row is no secret")
}
