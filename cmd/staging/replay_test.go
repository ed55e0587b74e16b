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

// Whatever shows nothing is no success.
func TestAProofWithoutARedHistoryShowsNothing(t *testing.T) {
	out, code := run(t, nil, "replay", "--proof", filepath.Dir(recorded(t)))
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "is red: that shows nothing")
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
