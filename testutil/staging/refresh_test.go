package staging

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func refreshes(records []history.Record) (found []history.Record) {
	for _, r := range of(records, history.HTTP) {
		if r.Exchange.Purpose == history.PurposeRefresh {
			found = append(found, r)
		}
	}
	return found
}

func TestTheReferenceRefusesEveryMisuseOfRefresh(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	require.ErrorContains(t, user.TryRefresh(t.Context(), UsedRefreshToken), "refresh first")
	first := user.pair
	require.NoError(t, user.Refresh(t.Context()))
	assert.Equal(t, first.Refresh, user.used)
	before := user.pair
	for _, m := range RefreshMisuses {
		require.NoError(t, user.TryRefresh(t.Context(), m))
	}
	assert.Equal(t, before, user.pair)
	require.NoError(t, user.Refresh(t.Context()), "the current one is still good")
	records, text := recorded.close(t)
	assert.NotContains(t, text, first.Refresh[60:90])
	tried := refreshes(records)
	require.Len(t, tried, 5)
	for i, m := range RefreshMisuses {
		assert.Equal(t, history.Intent{Expect: "401", Token: m.Name, Why: badBecause}, *tried[i+1].Intent)
		assert.Equal(t, http.StatusUnauthorized, tried[i+1].Exchange.Status)
		assert.JSONEq(t, `{"refresh_token":"[redacted]"}`, tried[i+1].Exchange.Request)
	}
	require.Len(t, of(records, history.Login), 3)
	for _, r := range of(records, history.Login) {
		assert.Empty(t, r.Login.Repeats)
		assert.Equal(t, user.Email(), r.Login.Claimed)
	}
}

func TestARaceForARefreshHasOneWinner(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	require.NoError(t, user.Refresh(t.Context()))
	spent := user.pair.Refresh
	require.NoError(t, user.RaceRefresh(t.Context(), 8))
	assert.Equal(t, spent, user.used)
	assert.NotEqual(t, spent, user.pair.Refresh)
	require.NoError(t, user.Verify(t.Context()))
	require.NoError(t, user.TryRefresh(t.Context(), UsedRefreshToken))
	require.NoError(t, user.Refresh(t.Context()))
	records, _ := recorded.close(t)
	statuses := map[int]int{}
	for _, r := range refreshes(records) {
		if r.Intent != nil && r.Intent.Together {
			statuses[r.Exchange.Status]++
			assert.Equal(t, history.Intent{Together: true, Token: "refresh token 2"}, *r.Intent)
		}
	}
	assert.Equal(t, map[int]int{200: 1, 401: 7}, statuses)
	logins := of(records, history.Login)
	require.Len(t, logins, 4)
	assert.Equal(t, byRefresh, logins[2].Login.Method)
}

// TestARaceThatIsNone takes the answers as they come: several winners, none, and one without a token.
func TestARaceThatIsNone(t *testing.T) {
	for _, row := range []struct {
		name    string
		answers []string // "new" of which all are issued at the same time, "later", "same" as before, "empty", "401"
		repeats []string
		logins  []string // methods
		later   bool     // the user goes on with the one that was issued later
		problem string
	}{
		{name: "none", answers: []string{"401", "401"}},
		{name: "several", answers: []string{"new", "401", "new"}, logins: []string{byRefresh, byRace}},
		{name: "the last of several", answers: []string{"new", "later", "new"}, logins: []string{byRefresh, byRace, byRace}, later: true},
		{name: "the same again", answers: []string{"same", "401"}, logins: []string{byRefresh}, repeats: []string{"access_token", "refresh_token"}},
		{name: "no token", answers: []string{"empty", "401"}, problem: "no access_token"},
		{name: "no token and one", answers: []string{"empty", "new"}, problem: "no access_token", logins: []string{byRefresh}},
		{name: "cut off", answers: []string{"cut", "new"}, problem: "waiting for the HTTP answer", logins: []string{byRefresh}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
				var mu sync.Mutex
				n := 0
				var user *User
				later := ""
				d.mux.HandleFunc("/auth/refresh", func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					var body map[string]string
					_ = json.NewDecoder(r.Body).Decode(&body)
					assert.Equal(t, user.pair.Refresh, body["refresh_token"], "all use one")
					issued := time.Now()
					n++
					switch row.answers[n-1] {
					case "401":
						w.WriteHeader(401)
						return
					case "empty":
						answerJSON(w, 200, map[string]string{})
						return
					case "cut":
						panic(http.ErrAbortHandler)
					case "same":
						answerJSON(w, 200, map[string]string{"access_token": user.pair.Access, "refresh_token": user.pair.Refresh})
						return
					case "later":
						issued = issued.Add(2 * time.Second)
					}
					access := signAt(t, issued, "e2e-somebody", time.Hour)
					if row.answers[n-1] == "later" {
						later = access
					}
					answerJSON(w, 200, map[string]string{"access_token": access, "refresh_token": "refresh-token-of-" + access[len(access)-12:]})
				})
				var err error
				user, err = target.Login(t.Context())
				require.NoError(t, err)
				before := user.pair
				err = user.RaceRefresh(t.Context(), len(row.answers))
				if row.problem == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, row.problem)
				}
				assert.Equal(t, len(row.answers), n)
				assert.Equal(t, len(row.logins) == 0 || row.repeats != nil, before.Access == user.pair.Access)
				if row.later {
					assert.Equal(t, later, user.pair.Access)
				}
				records, text := recorded.close(t)
				assert.NotContains(t, text, "refresh-token-of-")
				var methods []string
				for _, r := range of(records, history.Login)[1:] {
					methods = append(methods, r.Login.Method)
					assert.Equal(t, row.repeats, r.Login.Repeats)
				}
				assert.Equal(t, row.logins, methods)
			})
		})
	}
}

func TestARaceWaitsForThePaceBeforeItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := issuing(t, time.Hour, nil)
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		target.pace, err = newPaceIn(t.TempDir(), "http://door.example", 10, 100)
		require.NoError(t, err)
		require.NoError(t, user.RaceRefresh(t.Context(), 4))

		require.NoError(t, target.pace.ban(t.Context(), "door.example", http.Header{}))
		require.ErrorAs(t, user.RaceRefresh(t.Context(), 4), new(*BannedError))
		user.pair.Refresh = ""
		require.ErrorContains(t, user.RaceRefresh(t.Context(), 4), "no refresh token")

		records, _ := recorded.close(t)
		raced := refreshes(records)
		require.Len(t, raced, 5, "and one that the ban kept back")
		assert.Equal(t, history.StepBanned, raced[4].Exchange.Broken.Step)
		waited := time.Duration(0)
		for _, r := range raced[:4] {
			waited += r.Exchange.Waited
			assert.Less(t, r.Exchange.Took, time.Millisecond)
			assert.Equal(t, raced[0].At.Round(time.Millisecond), r.At.Round(time.Millisecond), "at once")
		}
		assert.Greater(t, waited, 15*time.Second)
	})
}

func TestARefreshThatRepeatsATokenIsRecordedAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
		var user *User
		access := ""
		d.mux.HandleFunc("/auth/refresh", func(w http.ResponseWriter, _ *http.Request) {
			answerJSON(w, 200, map[string]string{"access_token": access, "refresh_token": user.pair.Refresh})
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		access = sign(t, user.Subject(), time.Hour)
		require.NoError(t, user.Refresh(t.Context()))
		records, _ := recorded.close(t)
		assert.Equal(t, []string{"refresh_token"}, of(records, history.Login)[1].Login.Repeats)
		assert.True(t, strings.HasPrefix(user.Subject(), "e2e-go-"))
	})
}
