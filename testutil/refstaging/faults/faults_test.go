package faults

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestEveryFaultIsARegression holds faults and catalogue together: each fault has an entry that says that it is
// reproducible. That each such entry has a fault is TestEveryRegressionCanBeProven's (testutil/proof).
func TestEveryFaultIsARegression(t *testing.T) {
	entries, err := regressions.All()
	require.NoError(t, err)
	beside, err := regressions.Uncatalogued()
	require.NoError(t, err)
	entries = append(entries, beside...)
	reproducible := map[string]bool{}
	for _, e := range entries {
		reproducible[e.ID] = e.Reproducible
	}
	for _, id := range IDs() {
		assert.True(t, reproducible[id], "%s is in the catalogue, and reproducible", id)
	}
}

// TestEverySymptomIsSeen holds the catalogue and the bare clients together: somebody looks at each fault without the
// suite.
func TestEverySymptomIsSeen(t *testing.T) {
	files, err := filepath.Glob("symptom_*_test.go")
	require.NoError(t, err)
	var looks strings.Builder
	for _, path := range files {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		looks.Write(source)
	}
	entries, err := regressions.All()
	require.NoError(t, err)
	for _, e := range entries {
		if e.Reproducible {
			assert.Contains(t, looks.String(), `"`+e.ID+`"`, "which bare client sees its symptom? (symptom_%s_test.go)", e.Group)
		}
	}
}

func TestUnknownFaults(t *testing.T) {
	var c refstaging.Config
	err := Apply(&c, []string{"auth-secret-mismatch", "auth-secret", "nonsense"}, Options{})
	require.ErrorContains(t, err, `no fault "auth-secret" (perhaps auth-secret-mismatch`)
	require.ErrorContains(t, err, `no fault "nonsense"`)
	assert.Nil(t, c.Hooks.HTTP.API, "nothing was applied")
}
