package staging

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const apiURL = "https://api.staging.example"

func testPace(t require.TestingT, dir string, perMinute int) *Pace {
	p, err := newPaceIn(dir, apiURL, perMinute, 10*perMinute)
	require.NoError(t, err)
	return p
}

func TestInNoMinuteMoreRequestsPassThanTheLimit(t *testing.T) {
	for _, perMinute := range []int{2, 10, 90} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			var mu sync.Mutex
			var passed []time.Time
			var group sync.WaitGroup
			for range 5 { // as many processes: each has a Pace of its own
				group.Go(func() {
					p := testPace(t, dir, perMinute)
					for range perMinute {
						_, err := p.Wait(t.Context(), "/auth/verify")
						assert.NoError(t, err)
						mu.Lock()
						passed = append(passed, time.Now())
						mu.Unlock()
					}
				})
			}
			group.Wait()
			slices.SortFunc(passed, time.Time.Compare)
			for i := perMinute; i < len(passed); i++ {
				require.GreaterOrEqual(t, passed[i].Sub(passed[i-perMinute]), time.Minute-time.Millisecond, "request %d at %v", i, passed[i])
			}
			spent := passed[len(passed)-1].Sub(passed[0])
			assert.Less(t, spent, 13*time.Minute, "it does not dawdle")
			assert.LessOrEqual(t, spent, testPace(t, dir, perMinute).Plan(5*perMinute))
		})
	}
}

func TestALevelSurvivesTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBucket(rapid.IntRange(2, 900).Draw(t, "per minute"))
		now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		limiter := b.restore(level{})
		var l level
		for range rapid.IntRange(1, 50).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			want := limiter.ReserveN(now, 1).DelayFrom(now)
			text, err := json.Marshal(l)
			require.NoError(t, err)
			l = level{}
			require.NoError(t, json.Unmarshal(text, &l))
			got := b.take(&l, now)
			require.InDelta(t, want.Seconds(), got.Seconds(), 0.002, "as one limiter that is never stored")
		}
	})
}

func TestTheBucketsAreTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPace(t, t.TempDir(), 10)
		waits := func(path string) (total time.Duration) {
			for range 10 {
				waited, err := p.Wait(t.Context(), path)
				require.NoError(t, err)
				total += waited
			}
			return total
		}
		assert.Positive(t, waits("/apis"))
		assert.Zero(t, waits("/api/agents/execute"))
	})
}

func TestABanStopsEverythingUntilItIsOver(t *testing.T) {
	for _, row := range []struct {
		name, after string
		want        time.Duration
	}{
		{"seconds", "120", 2 * time.Minute},
		{"a date", "Sat, 01 Jan 2000 00:05:00 GMT", 5 * time.Minute},
		{"nothing", "", 10 * time.Minute},
		{"nonsense", "soon", 10 * time.Minute},
		{"the past", "Fri, 31 Dec 1999 00:05:00 GMT", 10 * time.Minute},
		{"negative", "-5", 10 * time.Minute},
		{"forever", "99999999", 24 * time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // time begins at 2000-01-01
				dir := t.TempDir()
				h := http.Header{}
				h.Set("Retry-After", row.after)
				require.NoError(t, testPace(t, dir, 90).ban(t.Context(), "auth.example", h))
				other := testPace(t, dir, 90)
				for _, path := range []string{"/ws", "/api/threads"} {
					_, err := other.Wait(t.Context(), path)
					var banned *BannedError
					require.ErrorAs(t, err, &banned)
					assert.Equal(t, row.want, time.Until(banned.Until))
					assert.Contains(t, err.Error(), "2000-01-0")
					assert.Equal(t, "auth.example", banned.Host, "who answered 429, not whose pace it is")
				}
				<-time.After(row.want)
				_, err := other.Wait(t.Context(), "/ws")
				assert.NoError(t, err)
			})
		})
	}
}

func TestABanReachesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPace(t, t.TempDir(), 2)
		_, err := p.Wait(t.Context(), "/ws")
		require.NoError(t, err)
		var group sync.WaitGroup
		group.Go(func() {
			_, err := p.Wait(t.Context(), "/ws")
			assert.ErrorAs(t, err, new(*BannedError))
		})
		synctest.Wait()
		require.NoError(t, p.ban(t.Context(), "auth.example", nil))
		group.Wait()
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPace(t, t.TempDir(), 2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Wait(ctx, "/ws")
		require.NoError(t, err)
		_, err = p.Wait(ctx, "/ws")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestADamagedStateBeginsAnew(t *testing.T) {
	p := testPace(t, t.TempDir(), 90)
	require.NoError(t, os.WriteFile(p.path, []byte(`{"edge":{"tok`), 0o600))
	waited, err := p.Wait(t.Context(), "/ws")
	require.NoError(t, err)
	assert.Zero(t, waited)
}

func TestAClockThatWasSetBackDoesNotStopTheSuite(t *testing.T) {
	b := newBucket(60)
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	l := level{Tokens: 0, At: now.Add(time.Hour)}
	assert.LessOrEqual(t, b.take(&l, now), 2*time.Second)
}

func TestNoPaceLetsEverythingPass(t *testing.T) {
	var p *Pace
	waited, err := p.Wait(t.Context(), "/ws")
	require.NoError(t, err)
	assert.Zero(t, waited)
	assert.Zero(t, p.Plan(1000))
	require.NoError(t, p.ban(t.Context(), "auth.example", nil))
}

const (
	paceDirVariable = "NETRA_PACE_CHILD_DIR" // makes this test binary a process of the test below
	paceRequests    = 6
)

// paceChild sends as many requests as it is told, without waiting for what is reserved, and prints how
// long it would have had to wait for the last.
func paceChild() (bool, int) {
	dir := os.Getenv(paceDirVariable)
	if dir == "" {
		return false, 0
	}
	p, err := newPaceIn(dir, apiURL, 60, 600)
	if err != nil {
		return true, 1
	}
	for range paceRequests {
		err := p.update(context.Background(), func(s *paceState, now time.Time) error {
			p.edge.take(&s.Edge, now)
			return nil
		})
		if err != nil {
			return true, 1
		}
	}
	return true, 0
}

func TestProcessesShareOnePace(t *testing.T) {
	dir := t.TempDir()
	const processes = 4
	start := time.Now()
	var group sync.WaitGroup
	for range processes {
		group.Go(func() {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
			child.Env = append(os.Environ(), paceDirVariable+"="+dir)
			out, err := child.CombinedOutput()
			assert.NoError(t, err, string(out))
		})
	}
	group.Wait()

	p := testPace(t, dir, 60)
	text, err := os.ReadFile(p.path)
	require.NoError(t, err)
	var s paceState
	require.NoError(t, json.Unmarshal(text, &s))
	most := float64(p.edge.burst-processes*paceRequests) + time.Since(start).Seconds()*float64(p.edge.limit)
	assert.LessOrEqual(t, s.Edge.Tokens, most, "no reservation of any process was lost")
	assert.GreaterOrEqual(t, s.Edge.Tokens, float64(p.edge.burst-processes*paceRequests))
}
