package staging

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// recovering makes a target that takes good credentials again after a time, on both doors.
func recovering(t *testing.T, budget, after time.Duration) (*Target, *recording) {
	b := fixtures.EmbeddedBudgets()
	b.Recovery = budget
	start := time.Now()
	d, target, recorded := bubble(t, b, func(c *config.Config) {}, func(c *websocket.Conn, _ *http.Request) {
		if time.Since(start) < after {
			sayClose(c, websocket.ClosePolicyViolation, "Authentication failed")
			return
		}
		say(c, mainWelcome)
		drain(c)
	})
	d.mux.HandleFunc("/api/threads", func(w http.ResponseWriter, _ *http.Request) {
		if time.Since(start) < after {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answerJSON(w, http.StatusOK, []string{})
	})
	return target, recorded
}

func TestRecovery(t *testing.T) {
	const never = time.Hour
	for _, row := range []struct {
		name          string
		budget, after time.Duration
		tries         [2]int // at least, at most
		took          [2]time.Duration
		fails         bool
	}{
		{name: "at once", budget: 35 * time.Second, tries: [2]int{1, 1}},
		{name: "no budget, at once", tries: [2]int{1, 1}},
		{name: "no budget, too late", after: time.Second, tries: [2]int{1, 1}, fails: true},
		{name: "in time", budget: 35 * time.Second, after: 20 * time.Second, tries: [2]int{3, 12}, took: [2]time.Duration{20 * time.Second, 33 * time.Second}},
		{name: "at the end of the budget", budget: 35 * time.Second, after: 35 * time.Second, tries: [2]int{4, 20}, took: [2]time.Duration{35 * time.Second, 35 * time.Second}},
		{name: "never", budget: 35 * time.Second, after: never, tries: [2]int{4, 20}, took: [2]time.Duration{35 * time.Second, 35 * time.Second}, fails: true},
	} {
		for door, recover := range map[string]func(context.Context, *User) error{
			"WebSocket": func(ctx context.Context, u *User) error { _, err := u.Recover(ctx, Listening()); return err },
			"REST":      func(ctx context.Context, u *User) error { return u.RecoverREST(ctx) },
		} {
			t.Run(row.name+" over "+door, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					target, recorded := recovering(t, row.budget, row.after)
					user, err := target.Login(t.Context())
					require.NoError(t, err)
					start := time.Now()
					err = recover(t.Context(), user)
					took := time.Since(start)
					assert.Equal(t, row.fails, err != nil, "%v", err)
					assert.GreaterOrEqual(t, took, row.took[0])
					assert.LessOrEqual(t, took, row.took[1]+time.Second)
					records, _ := recorded.close(t)
					tries := 0
					for _, r := range records {
						if r.Kind == history.Dial || r.Kind == history.HTTP && r.Exchange.Purpose == history.PurposeThreads {
							tries++
							assert.True(t, r.Intent.Recovers)
							assert.Empty(t, r.Intent.Expect)
							assert.Equal(t, r.Kind == history.Dial, r.Intent.Listens)
						}
					}
					assert.GreaterOrEqual(t, tries, row.tries[0])
					assert.LessOrEqual(t, tries, row.tries[1])
				})
			})
		}
	}
}

func TestAPlaceThatWasLeftIsTakenWhenItIsFree(t *testing.T) {
	for _, row := range []struct {
		name  string
		free  time.Duration // after the first dial
		code  int           // of the refusals before
		tries [2]int        // at least, at most
		took  [2]time.Duration
		fails bool
	}{
		{name: "at once", tries: [2]int{1, 1}},
		{name: "a moment later", free: 300 * time.Millisecond, code: 1013, tries: [2]int{2, 4}, took: [2]time.Duration{300 * time.Millisecond, time.Second}},
		{name: "never", free: time.Hour, code: 1013, tries: [2]int{3, 10}, took: [2]time.Duration{5 * time.Second, 5 * time.Second}, fails: true},
		{name: "refused in another way", free: time.Hour, code: 1011, tries: [2]int{1, 1}, fails: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					if time.Since(start) < row.free {
						sayClose(c, row.code, "Connection limit")
						return
					}
					say(c, mainWelcome)
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				_, err = user.ConnectWhenFree(t.Context())
				took := time.Since(start)
				assert.Equal(t, row.fails, err != nil, "%v", err)
				assert.GreaterOrEqual(t, took, row.took[0])
				assert.LessOrEqual(t, took, row.took[1])
				records, _ := recorded.close(t)
				dials := of(records, history.Dial)
				assert.GreaterOrEqual(t, len(dials), row.tries[0])
				assert.LessOrEqual(t, len(dials), row.tries[1])
				for _, r := range dials {
					assert.True(t, r.Intent.Freed)
				}
			})
		})
	}
}

func TestThePaceTakesNothingFromARecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, recorded := recovering(t, 10*time.Second, time.Hour)
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		target.pace, err = newPaceIn(t.TempDir(), "http://door.example", 3, 30)
		require.NoError(t, err)
		_, err = user.Recover(t.Context())
		require.Error(t, err)
		records, _ := recorded.close(t)
		dials := of(records, history.Dial)
		assert.GreaterOrEqual(t, len(dials), 3)
		var waited time.Duration
		for _, r := range dials {
			waited += r.Dialled.Waited
		}
		assert.Greater(t, waited, 30*time.Second)
		assert.GreaterOrEqual(t, dials[len(dials)-1].At-dials[0].At+dials[0].Dialled.Waited-waited, 10*time.Second-time.Millisecond)
	})
}

func TestARecoveryEndsWithABanAndWithItsStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, _ := recovering(t, 35*time.Second, time.Hour)
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		timer := time.AfterFunc(5*time.Second, func() { cancel(errSignal) })
		defer timer.Stop()
		_, err = user.Recover(ctx)
		require.ErrorIs(t, err, errSignal)

		target.pace, err = newPaceIn(t.TempDir(), "http://door.example", 90, 900)
		require.NoError(t, err)
		require.NoError(t, target.pace.ban(t.Context(), "door.example", http.Header{}))
		start := time.Now()
		_, err = user.Recover(t.Context())
		require.ErrorAs(t, err, new(*BannedError))
		require.ErrorAs(t, user.RecoverREST(t.Context()), new(*BannedError))
		assert.Zero(t, time.Since(start))
	})
}
