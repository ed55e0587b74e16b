package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/replay"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// recorded is the history of a story of one question.
func recorded(t *testing.T) (path string) {
	t.Helper()
	v, err := venue.Open(t.Context(), config.Config{Target: config.Embedded, Dialect: "auto", EventShape: "auto"}, venue.Shared)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "history.jsonl")
	log, err := history.Create(path, history.Header{Story: t.Name(), Start: time.Now(), Target: v.Target.Describe(), Budgets: v.Target.Budgets()}, nil)
	require.NoError(t, err)
	target := v.Target.Record(log)
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	session, err := user.Connect(t.Context())
	require.NoError(t, err)
	run, err := session.Ask(prompts.Sum(prompts.NewNonce()))
	require.NoError(t, err)
	_, err = run.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, session.Close(t.Context()))
	target.Close()
	require.NoError(t, errors.Join(log.Close(), v.Close()))
	return path
}

// run runs a command with nothing configured but what is given.
func run(t *testing.T, variables map[string]string, args ...string) (out string, code int) {
	t.Helper()
	t.Setenv("STAGING_ENV_FILE", "none")
	t.Setenv("STAGING_TARGET", "embedded")
	t.Setenv("STAGING_FAULT", "")
	t.Setenv("STAGING_ARTIFACTS", t.TempDir())
	for name, value := range variables {
		t.Setenv(name, value)
	}
	var said bytes.Buffer
	c := command()
	c.SetArgs(args)
	c.SetOut(&said)
	c.SetErr(&said)
	if err := c.ExecuteContext(t.Context()); err != nil {
		return said.String() + err.Error(), exitCode(err)
	}
	return said.String(), 0
}

func TestReplaySaysByItsExitCodeWhatItFound(t *testing.T) {
	path := recorded(t)
	out, code := run(t, nil, "replay", "--fast", path)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "1 sessions, 1 messages, 0 requests")
	assert.Contains(t, out, "green")

	out, code = run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", path)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "FINDING infra/server-error")
	assert.Contains(t, out, "variables of this run")

	out, code = run(t, nil, "replay", "--minimise", path)
	assert.Equal(t, 3, code, out)

	_, code = run(t, nil, "replay", path+".absent")
	assert.Equal(t, 3, code)

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text[:len(text)-5], 0o600))
	out, code = run(t, nil, "replay", path)
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "REPLAY INCOMPLETE")
}

func TestReplayKeepsTheSmallest(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.jsonl")
	out, code := run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", "--minimise", "--out", small, recorded(t))
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "break infra/server-error")
	assert.FileExists(t, small)
}

func TestAllOfAFolderAreReplayed(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Rename(recorded(t), filepath.Join(folder, "history.jsonl")))
	out, code := run(t, nil, "replay", "--all", folder)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "1 histories, of which 0 were red: 1 hold, 0 hold for other users by chance, 0 do not hold")

	out, code = run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", "--all", folder)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "1 of 1 histories do not hold")
	assert.Contains(t, out, "new: infra/server-error")
}

// Whatever shows nothing is no success.
func TestAFolderThatShowsNothingIsNoSuccess(t *testing.T) {
	proof := t.TempDir()
	green := filepath.Join(proof, "config-secrets-not-mounted", "1")
	require.NoError(t, os.MkdirAll(green, 0o700))
	for _, flag := range []string{"--all", "--proof"} {
		out, code := run(t, nil, "replay", flag, proof)
		assert.Equal(t, 3, code, out)
		assert.Contains(t, out, "no history is below")
	}
	out, code := run(t, nil, "replay", "--proof", filepath.Dir(recorded(t)))
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "leave out --proof")
	out, code = run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", "--proof", proof)
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "leave out STAGING_FAULT")
}

// How a comparison ends tells what holds, and what holds by chance only.
func TestWhatHoldsByChanceIsToldApart(t *testing.T) {
	same := replay.Comparison{Story: "s", Recorded: []replay.Breach{{Rule: "a/x", User: "u1"}}}
	same.Again = [][]replay.Breach{same.Recorded}
	lost := replay.Comparison{Story: "lost", Recorded: same.Recorded}
	for name, row := range map[string]struct {
		all  []replay.Comparison
		code int
		says string
	}{
		"holds":    {[]replay.Comparison{same}, 0, "1 histories, of which 1 were red: 1 hold, 0 hold for other users by chance, 0 do not hold\n"},
		"does not": {[]replay.Comparison{same, lost}, 1, "lost: lost: a/x u1\n2 histories, of which 2 were red: 1 hold, 0 hold for other users by chance, 1 do not hold\n"},
		"green":    {[]replay.Comparison{{}}, 3, "1 histories, of which 0 were red: 1 hold, 0 hold for other users by chance, 0 do not hold\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := 0
			if err := summed(&out, replay.All{Proof: true}, row.all); err != nil {
				code = exitCode(err)
			}
			assert.Equal(t, row.code, code)
			assert.Equal(t, row.says, out.String())
		})
	}
}

func TestACleanUpOfADamagedHistoryIsNotSure(t *testing.T) {
	path := recorded(t)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	header, _, _ := strings.Cut(string(text), "\n")
	require.NoError(t, os.WriteFile(path, []byte(header+"\n{\n"), 0o600))
	out, code := run(t, nil, "clean", path)
	assert.Equal(t, 1, code, out)
	assert.NotContains(t, out, "nothing is left")
}

func TestErrorsAreHarmless(t *testing.T) {
	assert.Equal(t, "a\n    :\\:error:\\:b \\u001b[31m", said(errors.New("a\r\n\t::error::b \x1b[31m")))
}

func TestCleanAtTheEmbeddedTarget(t *testing.T) {
	out, code := run(t, nil, "clean", recorded(t))
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "nothing to clean up")
	_, code = run(t, nil, "clean", "absent.jsonl")
	assert.Equal(t, 1, code)
	_, err := os.Stat("absent.jsonl")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
