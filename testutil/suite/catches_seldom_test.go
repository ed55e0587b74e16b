package suite_test

import (
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var tallied = regexp.MustCompile(`netra\.consistency (\d+) of (\d+) runs failed(.*)`)

// TestStoriesSeeWhatFailsNowAndThen lets every second run fail, and then none.
func TestStoriesSeeWhatFailsNowAndThen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rate, name string
		few        bool
	}{{"0.5", "half of them", true}, {"0", "none", false}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			command := stories(t, "consistency", dir, ".", "90s", "STAGING_FAULT=session-thread-id-mismatch", "STAGING_FAULT_RATE="+row.rate,
				"STAGING_MAX_FAILURE_RATE=0.02", "STAGING_CONFIDENCE=0.9")
			command.Args = append(command.Args, "-test.artifacts", "-test.outputdir="+dir)
			out, err := command.CombinedOutput()
			said := tallied.FindStringSubmatch(string(out))
			require.NotNil(t, said, "%s", out)
			of, wrong := strconv.Atoi(said[2])
			require.NoError(t, wrong)
			if !row.few {
				require.NoError(t, err, "%s", out)
				assert.Equal(t, "0", said[1])
				assert.Equal(t, 114, of)
				assert.Contains(t, said[3], "at most 2 % with 90 % confidence")
				return
			}
			require.Error(t, err)
			assert.NotEqual(t, "0", said[1])
			assert.Contains(t, string(out), "FINDING ")
			assert.Less(t, of, 114)
			assert.Equal(t, of, promptsBeforeTheEnd(t, dir))
		})
	}
}

// promptsBeforeTheEnd counts the prompts of the one history in the folder, and asks that none was sent after the
// story had said that a run failed.
func promptsBeforeTheEnd(t *testing.T, dir string) (prompts int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "_artifacts", "*", "history.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	r, err := history.ReadFile(files[0])
	require.NoError(t, err)
	defer func() { assert.NoError(t, r.Close()) }()
	stopped := false
	for {
		next, err := r.Next()
		if err == io.EOF {
			assert.True(t, stopped, "the story says why it stops")
			return prompts
		}
		require.NoError(t, err)
		switch {
		case next.Kind == history.Send && next.Event != nil && next.Event.Type == wire.Prompt:
			assert.False(t, stopped, "record %d is a prompt after the failure", next.Seq)
			prompts++
		case next.Kind == history.Note && next.Note != nil && next.Note.Topic == history.TopicStory:
			stopped = true
		}
	}
}
