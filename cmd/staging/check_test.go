package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

func historyIn(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "history.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files[len(files)-1]
}

func TestCheckEndsAsItJudged(t *testing.T) {
	green, red, cut, gap := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	sample.Green(t, green, "goldenpath", "TestStagingX")
	sample.Leak(t, red, "concurrentusers", "TestStagingY", 3)
	sample.Green(t, cut, "goldenpath", "TestStagingX")
	whole, err := os.ReadFile(historyIn(t, cut))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(historyIn(t, cut), whole[:len(whole)-40], 0o600))
	sample.Green(t, gap, "goldenpath", "TestStagingX")
	require.NoError(t, os.WriteFile(filepath.Join(gap, "history.jsonl"), []byte("{}\n"), 0o600))

	died := t.TempDir()
	sample.Green(t, died, "goldenpath", "TestStagingX")
	require.NoError(t, os.WriteFile(filepath.Join(died, "tests.jsonl"), []byte(`{"Action":"fail","Package":"example.org/e2e/consistency"}`+"\n"), 0o600))

	for name, tc := range map[string]struct {
		paths []string
		code  int
		says  []string
	}{
		"green":            {[]string{green}, 0, []string{"green   TestStagingX", "1 history: 0 red, 1 green"}},
		"one file":         {[]string{historyIn(t, green)}, 0, []string{"1 green"}},
		"red":              {[]string{red, green}, 1, []string{"RED     TestStagingY", "FINDING isolation/foreign-user", "← agent_started", "looks like: 1.", "run again: go test", "replay:    go run ./cmd/staging replay", "1 of 2 histories are red"}},
		"not whole":        {[]string{cut}, 1, []string{"RED     TestStagingX", "its history is not whole"}},
		"unreadable":       {[]string{gap}, 3, []string{"GAP ", "1 of 2 files cannot be read"}},
		"red, unreadable":  {[]string{gap, red}, 1, []string{"GAP ", "are red"}},
		"a package died":   {[]string{died}, 1, []string{"green   TestStagingX", "GAP     package consistency: fail", "what go test said speaks against the stories"}},
		"no path":          {nil, 3, []string{"requires at least 1 arg"}},
		"no such flag":     {[]string{"--bogus", green}, 3, []string{"unknown flag"}},
		"nothing":          {[]string{t.TempDir()}, 3, []string{"no history is in"}},
		"a file not there": {[]string{filepath.Join(green, "nowhere")}, 3, []string{"nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := run(t, nil, append([]string{"check"}, tc.paths...)...)
			assert.Equal(t, tc.code, code, "%s", out)
			for _, text := range tc.says {
				assert.Contains(t, out, text)
			}
		})
	}
}

func TestCheckWritesJSON(t *testing.T) {
	dir := t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingY", 3)
	out, code := run(t, nil, "check", "--json", dir)
	assert.Equal(t, 1, code)
	var read struct {
		Version int
		Stories []struct{ Red bool }
	}
	require.NoError(t, json.NewDecoder(bytes.NewBufferString(out)).Decode(&read))
	assert.Equal(t, 1, read.Version)
	require.Len(t, read.Stories, 1)
	assert.True(t, read.Stories[0].Red)
}
