package proof

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func healthy(t *testing.T, env ...string) Healthy {
	o := with(t)
	own, err := os.Executable()
	require.NoError(t, err)
	return Healthy{
		Stories: told3, Runs: len(adversities), Burn: []string{own, "burn"}, Env: append(o.Env, env...),
		Build: func(string, ...string) (Binaries, error) { return *o.Binaries, nil },
	}
}

func TestHealthyStaysGreen(t *testing.T) {
	h := healthy(t)
	var met []string
	h.Progress = func(done, of int, r HealthyRun) {
		met = append(met, r.Adversity)
		assert.Len(t, met, done)
		assert.Equal(t, len(adversities), of)
	}
	runs, err := h.Stay(t.Context())
	require.NoError(t, err)
	assert.Len(t, runs, len(adversities))
	assert.Equal(t, []string{"plain", "race", "burnt", "jitter", "gc"}, met)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// A red run is kept, and the others are still made.
func TestARedRunIsAnAlarm(t *testing.T) {
	runs, err := healthy(t, "PROOF_RED=jitter").Stay(t.Context())
	require.ErrorIs(t, err, Alarms{1, len(adversities)})
	require.Len(t, runs, len(adversities))
	assert.Equal(t, []string{"e2e/goldenpath"}, runs[3].Red)
	assert.DirExists(t, runs[3].Kept)
	assert.Contains(t, runs[3].Line(), "jitter              RED: e2e/goldenpath")
	assert.NotContains(t, runs[0].Line(), "RED")
}

// Green is who told every story.
func TestAGreenRunThatTellsNotAllIsNone(t *testing.T) {
	for _, who := range []interface {
		Stay(context.Context) ([]HealthyRun, error)
	}{healthy(t, "PROOF_UNTOLD=TestStagingTwo"), legal(t, "PROOF_UNTOLD=TestStagingTwo")} {
		_, err := who.Stay(t.Context())
		require.ErrorContains(t, err, "green, and TestStagingTwo did not pass")
	}
}

func TestBurningNeedsACommand(t *testing.T) {
	h := healthy(t)
	h.Burn = nil
	_, err := h.Stay(t.Context())
	require.ErrorContains(t, err, "no command")
}
