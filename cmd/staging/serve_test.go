package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serveUntil runs the command until it is told to end, and returns the variables that it printed.
func serveUntil(t *testing.T, args ...string) (printed string, variables map[string]string, end func() error) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	c := command()
	c.SetArgs(append([]string{"serve"}, args...))
	c.SetOut(in)
	ended := make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = in.CloseWithError(err) // for who reads what is not printed
		ended <- err
	}()

	variables = map[string]string{}
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "#"); {
		printed += lines.Text() + "\n"
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		require.True(t, ok, lines.Text())
		variables[name] = strings.Trim(value, "'")
	}
	return printed, variables, func() error { interrupt(); return <-ended }
}

func TestServePrintsWhatFindsIt(t *testing.T) {
	env := filepath.Join(t.TempDir(), "serve.env")
	printed, variables, end := serveUntil(t, "--tls", "--dialect", "october", "--env", env)
	written, err := os.ReadFile(env)
	require.NoError(t, err)
	assert.Equal(t, printed, string(written))
	assert.Equal(t, "remote", variables["STAGING_TARGET"])
	assert.NotEmpty(t, variables["E2E_OAUTH_SIMULATION_KEY"])
	assert.Equal(t, "10", variables["STAGING_SESSION_LIMIT"])
	assert.Equal(t, "october", variables["STAGING_DIALECT"])
	assert.Equal(t, "october", variables["STAGING_EVENT_SHAPE"])
	assert.Equal(t, "exact-answers,simulated-failures", variables["STAGING_ABILITIES"])

	ca, err := os.ReadFile(variables["STAGING_CA_FILE"])
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	for _, name := range []string{"STAGING_API_URL", "STAGING_AUTH_URL"} {
		answer, err := client.Get(variables[name] + "/health")
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
	}

	require.NoError(t, end())
	assert.NoFileExists(t, env)
	assert.NoFileExists(t, variables["STAGING_CA_FILE"])
}

// What it prints is what it serves, also where a flag leaves that to it.
func TestServePrintsTheDialectThatItSpeaks(t *testing.T) {
	authority := filepath.Join(t.TempDir(), "ca.pem")
	_, variables, end := serveUntil(t, "--dialect=", "--tls", "--ca-file", authority)
	assert.Equal(t, "september", variables["STAGING_DIALECT"])
	assert.Equal(t, "september", variables["STAGING_EVENT_SHAPE"])
	assert.Equal(t, authority, variables["STAGING_CA_FILE"])
	assert.FileExists(t, authority)
	require.NoError(t, end())
	assert.NoFileExists(t, authority)
}

func TestServeLeavesNothingBehindWhenItDoesNotStart(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	authority := filepath.Join(temporary, "ca.pem")
	for _, args := range [][]string{
		{"--tls", "--dialect", "may"},
		{"--tls", "--dialect", "may", "--ca-file", authority},
		{"--tls", "--ca-file", filepath.Join(temporary, "nowhere", "ca.pem")},
	} {
		_, _, end := serveUntil(t, args...)
		require.Error(t, end())
		left, err := os.ReadDir(temporary)
		require.NoError(t, err)
		assert.Empty(t, left, args)
	}
}

func TestServeRefuses(t *testing.T) {
	mine := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(mine, []byte("TEST_USER_PASSWORD=x\n"), 0o600))
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"an address for others": {[]string{"--addr", "0.0.0.0:0"}, "is not on loopback"},
		"an empty host":         {[]string{"--auth-addr", ":0"}, "is not on loopback"},
		"no address":            {[]string{"--addr", "localhost"}, "--addr"},
		"somebody's authority":  {[]string{"--tls", "--ca-file", mine}, "does not exist yet"},
		"somebody's file":       {[]string{"--env", mine}, "does not exist yet"},
		"an unknown dialect":    {[]string{"--dialect", "may"}, "may"},
		"no TLS for a CA file":  {[]string{"--ca-file", "ca.pem"}, "add --tls"},
		"a word too many":       {[]string{"now"}, "now"},
	} {
		t.Run(name, func(t *testing.T) {
			c := command()
			c.SetArgs(append([]string{"serve"}, row.args...))
			c.SetOut(io.Discard)
			require.ErrorContains(t, c.ExecuteContext(t.Context()), row.want)
		})
	}
	kept, err := os.ReadFile(mine)
	require.NoError(t, err)
	assert.Equal(t, "TEST_USER_PASSWORD=x\n", string(kept))
}
