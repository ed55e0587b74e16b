package suite

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

func embedded(t *testing.T, where venue.Placing) *deployment {
	t.Helper()
	d, err := deploy(t.Context(), config.Config{Target: config.Embedded, Dialect: "auto", EventShape: "auto"}, where)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return d
}

func TestAStoryWithoutAHistoryKeepsNoFileOpen(t *testing.T) {
	before := here
	defer func() { here = before }()
	here = &process{pkg: "goldenpath", config: config.Config{Artifacts: t.TempDir()}}
	s := &Story{t: t, deployment: embedded(t, venue.Own)}
	// What stands in the way of the history, in the directory of this second and of the next.
	for _, at := range []time.Time{time.Now(), time.Now().Add(time.Second)} {
		dir := filepath.Join(here.config.Artifacts, here.pkg, directoryName(t.Name(), at, 1))
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "history.jsonl"), 0o700))
	}
	require.Error(t, s.open(s.deployment.Target))
	require.NotNil(t, s.file)
	assert.ErrorIs(t, s.file.Close(), os.ErrClosed)
}
