package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

func reported(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := command()
	c.SetArgs(append([]string{"report"}, args...))
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestReportWritesAllItsForms(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	sample.Leak(t, dir, "concurrentusers", "TestStagingY", 3)
	for range 2 { // the second replaces the first
		said, err := reported(t, dir, "--out", out)
		require.NoError(t, err)
		assert.Contains(t, said, "1 of 2 stories are red")
		assert.Contains(t, said, "\n  - failed: F5\n", "every reason is told, not the first alone")
		for _, name := range []string{"report.html", "report.md", "report.xml", "report.json"} {
			assert.Contains(t, said, filepath.Join(out, name))
			file, err := os.Stat(filepath.Join(out, name))
			require.NoError(t, err)
			assert.Positive(t, file.Size())
		}
	}
}

func TestReportSaysWhatItNeeds(t *testing.T) {
	out := filepath.Join(t.TempDir(), "report")
	_, err := reported(t, t.TempDir(), "--out", out)
	require.ErrorContains(t, err, "no history is in")
	assert.NoDirExists(t, out)
	_, err = reported(t)
	require.Error(t, err)

	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	_, err = reported(t, dir, "--out", out, "--detection", filepath.Join(dir, "nowhere.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
