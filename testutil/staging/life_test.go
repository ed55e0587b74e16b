package staging

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestTheEndOfATokenIsAwaitedByTheClockOfItsIssuer(t *testing.T) {
	for name, skew := range map[string]time.Duration{"no skew": 0, "ahead": 17 * time.Minute, "behind": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i, target, recorded := issuing(t, 10*time.Second, nil)
				i.skew = skew
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				assert.WithinDuration(t, time.Now().Add(10*time.Second), user.Expiry(), 0)
				before, err := user.Token()
				require.NoError(t, err)
				start := time.Now()
				require.NoError(t, user.AwaitExpiry(t.Context()))
				assert.Equal(t, 11*time.Second, time.Since(start))
				dead, err := user.Token()
				require.NoError(t, err)
				assert.Equal(t, before.AccessToken, dead.AccessToken)
				assert.Equal(t, []string{loggedIn}, i.asked, "nothing renewed it")
				require.NoError(t, user.Refresh(t.Context()))
				require.ErrorContains(t, user.BeRefused(t.Context()), "are good")
				<-time.After(time.Hour)
				_, err = user.Token()
				require.NoError(t, err)
				assert.Equal(t, []string{loggedIn, refreshed, refreshed}, i.asked, "a new one is renewed again")
				recorded.close(t)
			})
		})
	}
}

func TestAwaitingTheEndOfATokenInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, target, _ := issuing(t, time.Hour, nil)
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		defer time.AfterFunc(time.Minute, func() { cancel(errSignal) }).Stop()
		require.ErrorIs(t, user.AwaitExpiry(ctx), errSignal)
		require.ErrorContains(t, user.TryREST(t.Context(), Expired(user)), "has no expired token")
		<-time.After(2 * time.Hour)
		_, err = user.Token()
		require.NoError(t, err)
		assert.Equal(t, []string{loggedIn, refreshed}, i.asked, "it is renewed again")

		defer time.AfterFunc(time.Minute, func() { assert.NoError(t, user.Refresh(t.Context())) }).Stop()
		require.ErrorContains(t, user.AwaitExpiry(t.Context()), "was replaced")
		require.ErrorContains(t, user.BeRefused(t.Context()), "are good")
		<-time.After(time.Hour)
		_, err = user.Token()
		require.NoError(t, err)
		assert.Equal(t, []string{loggedIn, refreshed, refreshed, refreshed}, i.asked, "it is renewed as ever")
	})
}

func TestADeadTokenIsOfferedUntilARefresh(t *testing.T) {
	for name, kill := range map[string]func(context.Context, *User) error{
		"logged-out token": func(ctx context.Context, u *User) error { return u.Logout(ctx) },
		"expired token":    func(ctx context.Context, u *User) error { return u.AwaitExpiry(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var offered []string
				d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, r *http.Request) {
					offered = append(offered, r.Header.Get("Authorization"))
					sayClose(c, websocket.ClosePolicyViolation, "Authentication failed")
				})
				d.mux.HandleFunc("/auth/refresh", func(w http.ResponseWriter, _ *http.Request) {
					answerJSON(w, http.StatusOK, map[string]string{"access_token": sign(t, "e2e-somebody", time.Hour), "refresh_token": sign(t, "refresh", time.Hour)})
				})
				d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
					answerJSON(w, http.StatusOK, map[string]bool{"valid": false})
				})
				other, err := target.Login(t.Context())
				require.NoError(t, err)
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				before := "Bearer " + user.pair.Access
				require.NoError(t, kill(t.Context(), user))
				require.NoError(t, user.BeRefused(t.Context()))
				require.NoError(t, user.Inspect(t.Context()))
				dead := LoggedOut(user)
				if name == "expired token" {
					dead = Expired(user)
				}
				require.NoError(t, other.BeRefused(t.Context(), WithCredential(dead)))
				require.NoError(t, other.TryREST(t.Context(), dead))
				require.NoError(t, user.BeRefused(t.Context(), WithToken(Authorization)))
				assert.Equal(t, []string{before, before, before}, offered)
				require.NoError(t, user.Refresh(t.Context()))
				require.Error(t, other.BeRefused(t.Context(), WithCredential(dead)), "it is gone")

				records, text := recorded.close(t)
				assert.NotContains(t, text, before[7:])
				want := history.Intent{Expect: history.Refused, Token: name, Why: badBecause}
				dials := of(records, history.Dial)
				assert.Equal(t, want, *dials[0].Intent)
				assert.Equal(t, want, *dials[1].Intent)
				assert.Equal(t, name+" in Authorization", dials[2].Intent.Token)
				inspected := map[string]bool{}
				for _, r := range of(records, history.HTTP) {
					if r.Exchange.Purpose == history.PurposeVerify {
						assert.Equal(t, want, *r.Intent)
						inspected[r.Exchange.Method+" "+r.Exchange.URL[len(d.URL):]] = true
					}
				}
				assert.Equal(t, name == "logged-out token", inspected["POST /auth/check-blacklist"], "which knows of no expiry")
				assert.Len(t, inspected, map[bool]int{true: 5, false: 4}[name == "logged-out token"])
			})
		})
	}
}

func TestEveryoneWhoCanTellIsAskedAboutAToken(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	require.NoError(t, user.Inspect(t.Context()))
	id, err := user.Me(t.Context())
	require.NoError(t, err)
	assert.Equal(t, user.Subject(), id)
	require.NoError(t, user.Logout(t.Context()))
	require.NoError(t, user.Inspect(t.Context()))
	_, err = user.Me(t.Context())
	require.ErrorAs(t, err, new(*StatusError))

	records, text := recorded.close(t)
	assert.NotContains(t, text, user.pair.Access[50:100])
	good := true
	asked := 0
	for _, r := range of(records, history.HTTP) {
		switch x := r.Exchange; x.Purpose {
		case history.PurposeLogout:
			good = false
		case history.PurposeVerify:
			asked++
			assert.Equal(t, 200, x.Status)
			assert.Equal(t, good, r.Intent == nil)
			assert.Equal(t, x.Method == http.MethodGet, x.Bearer)
			if x.Method == http.MethodPost {
				assert.JSONEq(t, `{"token":"[redacted]"}`, x.Request)
			}
			var said struct{ Valid, Blacklisted *bool }
			require.NoError(t, json.Unmarshal([]byte(x.Body), &said))
			if said.Blacklisted != nil {
				assert.Equal(t, !good, *said.Blacklisted)
			} else {
				assert.Equal(t, good, *said.Valid)
			}
		}
	}
	assert.Equal(t, 10, asked)
}

func TestASecondLoginOfAUserOutlivesTheFirst(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	ctx := t.Context()
	first, err := target.Login(ctx)
	require.NoError(t, err)
	second, err := first.LoginAgain(ctx)
	require.NoError(t, err)
	assert.Equal(t, "u2", second.Label())
	assert.Equal(t, first.Email(), second.Email())
	assert.Equal(t, first.Subject(), second.Subject())
	assert.NotEqual(t, first.pair.Access, second.pair.Access)
	assert.Same(t, first.cookies, second.cookies)

	talks, err := first.Connect(ctx)
	require.NoError(t, err)
	hears, err := second.Connect(ctx)
	require.NoError(t, err)
	run, err := talks.Ask(prompts.Sum(prompts.NewNonce()))
	require.NoError(t, err)
	_, err = run.Wait(ctx)
	require.NoError(t, err)
	require.NoError(t, hears.Ping(ctx), "after the events, which it heard too")

	require.NoError(t, first.Logout(ctx))
	require.NoError(t, first.BeRefused(ctx))
	require.NoError(t, second.Verify(ctx))
	_, err = second.Connect(ctx)
	require.NoError(t, err)
	require.NoError(t, target.Archive(ctx))
	records, _ := recorded.close(t)
	heard := 0
	for _, r := range of(records, history.Recv) {
		if r.Session == "u2.s1" && ofRun(r.Event.Type) {
			heard++
			assert.Equal(t, "u1.s1.r1", r.Run)
		}
	}
	assert.Positive(t, heard)
	assert.Equal(t, 1, asked(records, history.PurposeArchive), "once, whoever heard of it")
}
