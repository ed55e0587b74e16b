package variants

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// slowed is a deployment's configuration with one variant.
func slowed(t *testing.T, c refstaging.Config, name string) refstaging.Config {
	t.Helper()
	require.NoError(t, Apply(&c, []string{name}))
	return c
}

// took is how long something takes, on the clock of its bubble.
func took(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func TestFirstSessionsAreWelcomedLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := slowed(t, refstaging.Config{}, "slow-welcome").Hooks.Sessions.Open(func(user refstaging.Identity) (refstaging.Identity, error) { return user, nil })
		for _, row := range []struct {
			user string
			want time.Duration
		}{{"alice", 3 * time.Second}, {"alice", 0}, {"bob", 0}, {"b2", 0}, {"b3", 0}, {"b4", 0}, {"carol", 3 * time.Second}} {
			assert.Equal(t, row.want, took(func() { _, _ = open(refstaging.Identity{UserID: row.user}) }), row.user)
		}
	})
}

func TestFirstRunsAreSlow(t *testing.T) {
	for _, row := range []struct {
		name string
		c    refstaging.Config
		want []time.Duration // before each event
	}{
		{"with time", refstaging.Config{}, []time.Duration{3 * time.Second, 3 * time.Second, 3 * time.Second, 0, 0}},
		{"limited", refstaging.Config{RunLimit: 2 * time.Second}, []time.Duration{400 * time.Millisecond, 400 * time.Millisecond, 400 * time.Millisecond, 0, 0}},
	} {
		synctest.Test(t, func(t *testing.T) {
			emit := slowed(t, row.c, "slow-runs").Hooks.Emitter.Emit(func(context.Context, refstaging.Event) {})
			for i, want := range row.want {
				assert.Equal(t, want, took(func() { emit(t.Context(), refstaging.Event{UserID: "alice", RunID: "first"}) }), "%s: event %d", row.name, i)
			}
			assert.Zero(t, took(func() { emit(t.Context(), refstaging.Event{UserID: "alice", RunID: "second"}) }), row.name)
		})
	}
}

func TestFirstAnswersAreLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := slowed(t, refstaging.Config{}, "slow-answers").Hooks.HTTP.API(http.NotFoundHandler())
		for _, row := range []struct {
			path string
			want time.Duration
		}{{"/api/threads", 3 * time.Second}, {"/api/threads/1", 0}, {"/api/agents/2", 3 * time.Second}, {"/health", 3 * time.Second}} {
			request := httptest.NewRequestWithContext(t.Context(), "GET", row.path, nil)
			assert.Equal(t, row.want, took(func() { served.ServeHTTP(httptest.NewRecorder(), request) }), row.path)
		}
	})
}
