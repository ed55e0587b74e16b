package diagnosis_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

// What is in order is no sign of anything, refusals that the story asks for included.
func TestHealthyDeploymentShowsNoSign(t *testing.T) {
	r, err := history.Read(bytes.NewReader(travel(t, legs...)))
	require.NoError(t, err)
	w := diagnosis.NewWitness(r.Header)
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		w.Observe(next)
	}
	assert.Empty(t, w.Signs().Seen)
	for _, subject := range []string{"run", "failing", "door", "malformed", "refresh", "cors", "control", "threads"} {
		assert.True(t, w.Signs().Tried[subject], subject)
	}
}
