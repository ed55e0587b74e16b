package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

func leaking(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingY", 3)
	return dir, historyIn(t, dir)
}

func TestShowNarrows(t *testing.T) {
	dir, file := leaking(t)
	all, code := run(t, nil, "show", file)
	require.Zero(t, code, "what a history shows is no failure to show it")
	assert.Contains(t, all, "\nu3.s1 ")
	assert.NotContains(t, all, "\x1b", "not on a terminal")
	same, _ := run(t, nil, "show", dir)
	assert.Equal(t, all, same)
	beside := filepath.Join(dir, "other.jsonl")
	require.NoError(t, os.WriteFile(beside, nil, 0o600))
	besides, _ := run(t, nil, "show", dir)
	assert.Contains(t, besides, beside+" is not shown: it cannot be read")

	one, _ := run(t, nil, "show", file, "--session", "u3.s1", "--frames")
	assert.NotContains(t, one, "\nu1.s1 ")
	assert.Contains(t, one, `"connection_id":"main_u3.s1_`)
	users, _ := run(t, nil, "show", file, "--session", "u3")
	assert.Contains(t, users, "\nu3.s1 ")
	nothing, _ := run(t, nil, "show", file, "--from", "1h")
	assert.Contains(t, nothing, "nothing happened")
	about, _ := run(t, nil, "show", file, "--finding", "1")
	assert.NotContains(t, about, "\nu3.s1 ")
	coloured, _ := run(t, nil, "show", file, "--color", "always")
	assert.Contains(t, coloured, "\x1b[")
	narrow, _ := run(t, map[string]string{"COLUMNS": "50"}, "show", file)
	wide, _ := run(t, nil, "show", file, "--width", "50")
	assert.Equal(t, narrow, wide)
}

func TestShowSaysWhatItNeeds(t *testing.T) {
	dir, file := leaking(t)
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"no such finding": {[]string{file, "--finding", "99"}, "there is no finding 99"},
		"no such colour":  {[]string{file, "--color", "blue"}, "--color is auto, always or never"},
		"no file":         {[]string{filepath.Join(dir, "nowhere")}, "nowhere"},
		"a frame beside":  {[]string{file, "--follow", "--frames"}, "follow"},
		"follow nothing":  {[]string{filepath.Join(dir, "nowhere"), "--follow"}, "nowhere: no such file or directory: go test -v says"},
		"follow a folder": {[]string{dir, "--follow"}, "it is a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := run(t, nil, append([]string{"show"}, tc.args...)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, out, tc.says)
		})
	}
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	out, code := run(t, nil, "show", dir)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "holds 2 histories")
	assert.Contains(t, out, file)
}

func TestShowFollowsToTheEnd(t *testing.T) {
	_, file := leaking(t)
	out, code := run(t, nil, "show", "--follow", file)
	assert.Zero(t, code)
	assert.Contains(t, out, "the history is closed")
	assert.Contains(t, out, "FINDING isolation/")
}

// Ctrl-C ends following in order, also that of a history whose process died.
func TestShowFollowsUntilItIsInterrupted(t *testing.T) {
	_, file := leaking(t)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := bytes.SplitAfter(whole, []byte("\n"))
	require.NoError(t, os.WriteFile(file, bytes.Join(lines[:len(lines)-2], nil), 0o600))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, said := io.Pipe()
	c := command()
	c.SetArgs([]string{"show", "--follow", file})
	c.SetOut(said)
	ended := make(chan error, 1)
	go func() {
		ended <- c.ExecuteContext(ctx)
		said.Close()
	}()
	var read strings.Builder
	for b := make([]byte, 1<<10); !strings.Contains(read.String(), "ended by the client"); {
		n, err := out.Read(b)
		require.NoError(t, err)
		read.Write(b[:n])
	}
	interrupt()
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	require.NoError(t, <-ended)
}
