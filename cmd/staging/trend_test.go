package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/store"
)

// trend runs the command.
func trend(t *testing.T, args ...string) (out, noise string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command()
	c.SetArgs(append([]string{"trend"}, args...))
	c.SetOut(&stdout)
	c.SetErr(&stderr)
	err = c.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// artifacts are those of a night with one story.
func artifacts(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	log, err := history.Create(filepath.Join(folder, "history.jsonl"), history.Header{
		Suite: "1.0", Package: "example/e2e", Story: "TestStagingA", Attempt: 1, Start: time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC),
		Target: history.Target{Kind: "remote", API: "https://api.example"},
	}, nil)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	return folder
}

func TestANightIsAddedAndShown(t *testing.T) {
	path, night := filepath.Join(t.TempDir(), "nights.db"), artifacts(t)
	_, _, err := trend(t, path, "--add", night)
	require.ErrorContains(t, err, "there is no store of nights")
	assert.NoFileExists(t, path)

	out, _, err := trend(t, path, "--new", "--add", night, "--night", "n1")
	require.NoError(t, err)
	assert.Contains(t, out, "remote https://api.example: 1 night, 2026-05-01")
	assert.Contains(t, out, "1 of 1", "a story that did nothing is red")

	_, noise, err := trend(t, path, "--add", night, "--night", "n1")
	require.NoError(t, err)
	assert.Equal(t, "night n1 was added before\n", noise)

	out, _, err = trend(t, path, "--json")
	require.NoError(t, err)
	var shown nights.Trend
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	assert.Equal(t, nights.TrendVersion, shown.Version)
	require.Len(t, shown.Nights, 1)
	assert.Equal(t, "n1", shown.Nights[0].ID)
}

func TestTheOldestNightIsForgottenAndSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nights.db")
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	for i := range 20 {
		added, err := s.Add(t.Context(), nights.Night{ID: fmt.Sprint("old", i), Began: time.Date(2026, 4, 1+i, 2, 0, 0, 0, time.UTC), Target: nights.Target{Kind: "remote", API: "https://api.example"}})
		require.NoError(t, err)
		require.True(t, added)
	}
	require.NoError(t, s.Close())
	_, noise, err := trend(t, path, "--add", artifacts(t), "--keep", "18")
	require.NoError(t, err)
	assert.Equal(t, "3 of the oldest nights forgotten, so that 18 remain of each target (--keep): old0, old1, old2\n", noise)
	_, noise, err = trend(t, path, "--keep", "15")
	require.NoError(t, err)
	assert.Empty(t, noise, "looking forgets nothing")
}

func TestATrendThatCannotBeShownSaysWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nights.db")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no night":         {[]string{path, "--new"}, "give it one with --add DIR"},
		"no nights":        {[]string{path, "--nights", "0"}, "1 at least"},
		"no window":        {[]string{path, "--keep", "14"}, "15 at least"},
		"no evidence":      {[]string{path, "--new", "--add", t.TempDir()}, "no history is in"},
		"no store to name": {nil, "accepts 1 arg"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := trend(t, c.args...)
			require.ErrorContains(t, err, c.says)
			assert.NoFileExists(t, path, "nothing is begun in vain")
		})
	}
}
