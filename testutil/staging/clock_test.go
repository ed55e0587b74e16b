package staging

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// farFuture is when a token expires that a test does not want to expire.
var farFuture = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestAWrongClockOfOursDoesNotRefreshOften(t *testing.T) {
	for _, row := range []struct {
		name  string
		skew  time.Duration // the auth service's clock minus ours
		after time.Duration
		asked int // logins and refreshes
	}{
		{"right", 0, 28 * time.Minute, 1},
		{"an hour ahead", -time.Hour, 28 * time.Minute, 1},
		{"an hour ahead, when the token expires", -time.Hour, 29*time.Minute + time.Second, 2},
		{"an hour behind", time.Hour, 28 * time.Minute, 1},
		{"an hour behind, when the token expires", time.Hour, 29*time.Minute + time.Second, 2},
		{"another zone", -14 * time.Hour, 28 * time.Minute, 1},
		{"a Date that cannot be believed", 1000 * time.Hour, 28 * time.Minute, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i, target, recorded := issuing(t, 30*time.Minute, nil)
				i.skew = row.skew
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				<-time.After(row.after)
				for range 3 {
					token, err := user.Token()
					require.NoError(t, err)
					if row.skew > -mostSkew && row.skew < mostSkew {
						assert.True(t, token.Valid(), "by our clock too")
					}
				}
				assert.Len(t, i.asked, row.asked)
				recorded.close(t)
			})
		})
	}
}
