package proof

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func legal(t *testing.T, env ...string) Legal {
	o := with(t)
	return Legal{
		Stories: told3, Variants: []string{"e1", "e2", "pings"}, Env: append(o.Env, env...),
		Build: func(string, ...string) (Binaries, error) { return *o.Binaries, nil },
	}
}

func TestLegalVariantsAreEachMetAlone(t *testing.T) {
	l := legal(t)
	steps := 0
	l.Progress = func(done, of int, _ HealthyRun) {
		steps++
		assert.Equal(t, steps, done)
		assert.Equal(t, 3, of)
	}
	runs, err := l.Stay(t.Context())
	require.NoError(t, err)
	for i, r := range runs {
		assert.Equal(t, l.Variants[i], r.Adversity)
	}
	assert.Equal(t, 3, steps)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// The red ones are told, and what they left is kept.
func TestARedVariantIsAnAlarm(t *testing.T) {
	runs, err := legal(t, "PROOF_RED=e2").Stay(t.Context())
	var alarms Alarms
	require.ErrorAs(t, err, &alarms)
	assert.Equal(t, Alarms{1, 3}, alarms)
	for _, r := range runs {
		assert.Equal(t, r.Adversity == "e2", len(r.Red) > 0, r.Line())
		assert.Equal(t, r.Adversity == "e2", strings.Contains(r.Line(), "RED"))
	}
	assert.DirExists(t, runs[1].Kept)
}

func TestLegalJobsAreNotNegative(t *testing.T) {
	l := legal(t)
	l.Jobs = -1
	_, err := l.Stay(t.Context())
	require.ErrorContains(t, err, "negative")
}
