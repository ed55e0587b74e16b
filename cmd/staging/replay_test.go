package main

import (
	"bytes"
	"context"
	"errors"
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
	return recordedAt(t)
}

// recordedAt is that of a target with faults.
func recordedAt(t *testing.T, faults ...string) (path string) {
	t.Helper()
	c := config.Config{Target: config.Embedded, Dialect: "auto", EventShape: "auto", Fault: faults, FaultRate: 1}
	v, err := venue.Open(t.Context(), c, venue.Shared)
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
	return runUntil(t, "\x00", variables, args...)
}

// runUntil is run, which is interrupted as soon as the command has said something.
func runUntil(t *testing.T, something string, variables map[string]string, args ...string) (out string, code int) {
	t.Helper()
	t.Setenv("STAGING_ENV_FILE", "none")
	t.Setenv("STAGING_TARGET", "embedded")
	t.Setenv("STAGING_FAULT", "")
	t.Setenv("STAGING_ARTIFACTS", t.TempDir())
	for name, value := range variables {
		t.Setenv(name, value)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	said := &listener{heard: something, then: interrupt}
	c := command()
	c.SetArgs(args)
	c.SetOut(said)
	c.SetErr(said)
	if err := c.ExecuteContext(ctx); err != nil {
		return said.String() + err.Error(), exitCode(err)
	}
	return said.String(), 0
}

// A listener keeps what it hears, and does something when it has heard what it waits for.
type listener struct {
	bytes.Buffer
	heard string
	then  func()
}

func (l *listener) Write(text []byte) (int, error) {
	defer func() {
		if strings.Contains(l.String(), l.heard) {
			l.then()
		}
	}()
	return l.Buffer.Write(text)
}

func TestReplaySaysByItsExitCodeWhatItFound(t *testing.T) {
	path := recorded(t)
	out, code := run(t, nil, "replay", "--fast", path)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "1 session, 1 message\n")
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

// The smallest that was found can be told again, by the same command that says so, and checked and shown.
func TestReplayKeepsTheSmallest(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.jsonl")
	faulty := map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}
	out, code := run(t, faulty, "replay", "--minimise", "--out", small, recorded(t))
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "the smallest that breaks infra/server-error: 1 login, no session, of 1 session, 1 message; it failed 4 of 4 times\n")
	assert.Contains(t, out, "run again: staging replay "+small)

	out, code = run(t, faulty, "replay", small)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "FINDING infra/server-error")
	out, code = run(t, nil, "replay", small)
	assert.Equal(t, 0, code, out)
	out, code = run(t, nil, "check", small)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "infra/server-error")
	out, _ = run(t, nil, "show", small)
	assert.Contains(t, out, "infra/server-error")
}

func TestAnInterruptedSearchSaysWhatItHas(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.jsonl")
	faulty := map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}
	out, code := runUntil(t, "infra/server-error is broken by 1 session, 1 message ", faulty, "replay", "--minimise", "--out", small, recorded(t))
	assert.Equal(t, 4, code, out)
	assert.Contains(t, out, "interrupted: the smallest so far, 1 session, 1 message, of 1 session, 1 message, is in "+small+"; it may not be minimal")
	out, code = run(t, faulty, "replay", small)
	assert.Equal(t, 1, code, out)
}

func TestFlagsThatDoNotFitAreRefused(t *testing.T) {
	path := recorded(t)
	for _, row := range []struct {
		says string
		args []string
	}{
		{"leave out " + path, []string{"--proof", "kept", path}},
		{"leave out --out", []string{"--proof", "kept", "--out", "small.jsonl"}},
		{"leave out --out", []string{"--proof", "kept", "--minimise", "--out", "small.jsonl"}},
		{"leave out --fast", []string{"--proof", "kept", "--fast"}},
		{"--proof needs a folder", []string{"--proof", ""}},
		{"--all needs a folder", []string{"--all", ""}},
		{"leave one out", []string{"--all", "kept", "--proof", "kept"}},
		{"leave out --all", []string{"--all", "kept", "--minimise"}},
		{"leave out --fast", []string{"--all", "kept", "--fast"}},
		{"--rule says what --minimise looks for", []string{"--proof", "kept", "--rule", "events/all-five"}},
		{"--rule says what --minimise looks for", []string{"--rule", "events/all-five", path}},
		{"--trials is for --minimise, --all and --proof", []string{"--trials", "5", path}},
		{"--trials 0 tells nothing", []string{"--minimise", "--trials", "0", path}},
		{"--trials -1 tells nothing", []string{"--proof", "kept", "--trials", "-1"}},
		{"--out needs the name of a file", []string{"--out", "", path}},
		{`no rule is called "events"`, []string{"--minimise", "--rule", "events", path}},
		{"is there already", []string{"--minimise", "--out", path, path}},
		{"replay needs one history, and 0 are given", nil},
		{"replay needs one history, and 2 are given", []string{path, path}},
		{"unknown flag", []string{"--minimize", path}},
		{"kept: no such file", []string{"--proof", "kept", "--minimise"}},
	} {
		out, code := run(t, nil, append([]string{"replay"}, row.args...)...)
		assert.Equal(t, 3, code, "%v: %s", row.args, out)
		assert.Contains(t, out, row.says)
	}
}

func TestTheSmallestOfAProof(t *testing.T) {
	kept := t.TempDir()
	text, err := os.ReadFile(recordedAt(t, "events-tool-name-nested"))
	require.NoError(t, err)
	dir := filepath.Join(kept, "events-tool-name-nested", "1")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "history.jsonl"), text, 0o600))
	out, code := run(t, nil, "replay", "--proof", kept, "--minimise", "--fast")
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "| events-tool-name-nested | `events/")
}

func TestErrorsAreHarmless(t *testing.T) {
	assert.Equal(t, "a\n    :\\:error:\\:b \\u001b[31m", said(errors.New("a\r\n\t::error::b \x1b[31m")))
}
