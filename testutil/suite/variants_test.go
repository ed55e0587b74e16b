package suite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A variant reaches the stories, in the suite's own process and apart from it, with what it declares; and it hides
// no fault.
func TestStoriesMeetTheVariant(t *testing.T) {
	for pkg, story := range map[string]string{
		"goldenpath": "TestStagingCompleteGoldenPathUserFlow", "deployment": "TestStagingNothingAccumulates",
	} {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			kept := t.TempDir()
			out := runStories(t, pkg, kept, "^"+story+"$", "STAGING_VARIANT=e8,heartbeats", "STAGING_FAULT=events-tool-events-missing")
			assert.Contains(t, out, "FINDING")
			histories, err := filepath.Glob(filepath.Join(kept, pkg, story+"-*", "history.jsonl"))
			require.NoError(t, err)
			require.NotEmpty(t, histories, "%s", out)
			told, err := os.ReadFile(histories[0])
			require.NoError(t, err)
			assert.Contains(t, string(told), `"shape":"e8"`)
			assert.Contains(t, string(told), `"duration_ms"`, "only E8 has it")
			assert.Regexp(t, `"type":"heartbeat"`, string(told))
		})
	}
}
