package refstaging_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A forged token is refused at every door, and mending its one claim opens them.
func TestForgedTokensHaveOneFlaw(t *testing.T) {
	const key = "a secret for this test"
	s := start(t, refstaging.Config{SigningKey: key, AccessTTL: time.Second})
	now := time.Now()
	for flaw, mend := range map[refstaging.Flaw]func(jwt.MapClaims){
		refstaging.Expired:       func(c jwt.MapClaims) { c["exp"] = now.Add(time.Minute).Unix() },
		refstaging.NotYetValid:   func(c jwt.MapClaims) { c["iat"] = now.Unix() },
		refstaging.WrongAudience: func(c jwt.MapClaims) { c["aud"] = "netra-platform" },
		refstaging.WrongIssuer:   func(c jwt.MapClaims) { c["iss"] = "netra-auth-service" },
		refstaging.TooOld:        func(c jwt.MapClaims) { c["iat"] = now.Add(-23 * time.Hour).Unix() },
	} {
		t.Run(string(flaw), func(t *testing.T) {
			forged, err := s.Forge(refstaging.Forgery{Subject: "e2e-forged", Email: "forged@example.com", Flaw: flaw})
			require.NoError(t, err)
			assert.Equal(t, 401, call(t, "GET", s.AuthURL()+"/auth/me", bearer(forged), nil).status)
			assert.Equal(t, 401, call(t, "GET", s.APIURL()+"/api/threads", bearer(forged), nil).status)
			assertRefused(t, dial(t, s.WebSocketURL(), bearer(forged)))

			claims := jwt.MapClaims{}
			_, _, err = jwt.NewParser().ParseUnverified(forged, claims)
			require.NoError(t, err)
			if flaw != refstaging.Expired {
				assert.Greater(t, claims["exp"], float64(now.Add(30*time.Minute).Unix()), "short lives are not a second flaw")
			}
			mend(claims)
			mended, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
			require.NoError(t, err)
			assert.Equal(t, "e2e-forged", call(t, "GET", s.AuthURL()+"/auth/me", bearer(mended), nil).json["user_id"])
			assert.Equal(t, 200, call(t, "GET", s.APIURL()+"/api/threads", bearer(mended), nil).status)
			connect(t, s, mended)
		})
	}
	for _, bad := range []refstaging.Forgery{{}, {Flaw: refstaging.Expired}, {Subject: "u"}, {Subject: "u", Flaw: "rusty"}} {
		_, err := s.Forge(bad)
		assert.Error(t, err)
	}
}
