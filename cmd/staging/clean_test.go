package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// abandoned is the history of a story at a remote target that made a thread for each of two users and archived
// neither, and the variables that name the target.
func abandoned(t *testing.T) (text string, variables map[string]string) {
	t.Helper()
	s, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // for the locks of a remote target
	variables = map[string]string{
		"STAGING_TARGET": "remote", "STAGING_API_URL": s.APIURL(), "STAGING_AUTH_URL": s.AuthURL(),
		"STAGING_WEBSOCKET_URL": s.WebSocketURL(), "E2E_OAUTH_SIMULATION_KEY": s.SimulationKey(),
	}
	v, err := venue.Open(t.Context(), config.Config{
		Target: config.Remote, APIURL: s.APIURL(), AuthURL: s.AuthURL(), WebSocketURL: s.WebSocketURL(),
		SimulationKey: config.NewSecret(s.SimulationKey()), Dialect: "auto", EventShape: "auto",
	}, venue.Shared)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "history.jsonl")
	log, err := history.Create(path, history.Header{Story: t.Name(), Start: time.Now(), Target: v.Target.Describe(), Budgets: v.Target.Budgets()}, nil)
	require.NoError(t, err)
	target := v.Target.Record(log)
	for range 2 {
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		_, err = user.CreateThread(t.Context(), "Notes")
		require.NoError(t, err)
	}
	target.Close()
	require.NoError(t, errors.Join(log.Close(), v.Close()))
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(written), variables
}

func written(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "history.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// What is left is archived once. Where the history does not tell all, the target does; that it was damaged, and may
// have named further users, is said all the same.
func TestCleanArchivesWhatIsLeft(t *testing.T) {
	text, remote := abandoned(t)
	lines := strings.SplitAfter(text, "\n")
	damaged := written(t, strings.Join(lines[:len(lines)-3], "")+lines[len(lines)-3][:9])
	out, code := run(t, remote, "clean", damaged)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "the history has no end: the target was asked")
	assert.Contains(t, out, "nothing is left: 2 archived, 0 gone already\n")
	assert.Contains(t, out, "history damaged at line")

	whole := written(t, text)
	out, code = run(t, remote, "clean", whole, damaged+".absent", whole)
	assert.Equal(t, 1, code, out)
	assert.Equal(t, 2, strings.Count(out, "nothing is left: 0 archived, 2 gone already\n"), out)
	assert.Contains(t, out, "open "+damaged+".absent: ")
	assert.Contains(t, out, whole+":\nu1 ")
}

func TestCleanGoesNowhereElse(t *testing.T) {
	text, _ := abandoned(t)
	path := written(t, text)
	out, code := run(t, nil, "clean", path)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "and the configuration names the embedded target: set STAGING_TARGET=remote, STAGING_API_URL")

	_, other := abandoned(t)
	out, code = run(t, other, "clean", path)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "and the configuration names "+other["STAGING_API_URL"])
}

func TestCleanOfWhatIsNoHistory(t *testing.T) {
	for text, says := range map[string]string{"": "the file is empty", "{\n": "not a history header", "{}\n": `no "version"`} {
		out, code := run(t, nil, "clean", written(t, text))
		assert.Equal(t, 1, code, out)
		assert.Contains(t, out, says)
		assert.NotContains(t, out, "nothing is left")
	}
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
