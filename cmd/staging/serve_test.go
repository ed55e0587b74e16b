package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asCommand makes a process of this test binary the command itself.
const asCommand = "NETRA_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// serveUntil runs the command until it is told to end, and returns the variables that it printed.
func serveUntil(t *testing.T, args ...string) (printed string, variables map[string]string, end func() error) {
	t.Helper()
	printed, variables, _, end = serveOn(t, args...)
	return printed, variables, end
}

// serveOn also lets read on, what comes after the variables. Ending it reads what is left.
func serveOn(t *testing.T, args ...string) (printed string, variables map[string]string, lines *bufio.Scanner, end func() error) {
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
	lines = bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "#") {
		printed += lines.Text() + "\n"
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		require.True(t, ok, lines.Text())
		variables[name] = strings.Trim(value, "'")
	}
	return printed, variables, lines, func() error {
		interrupt()
		for lines.Scan() {
			assert.Regexp(t, "^#", lines.Text())
		}
		return <-ended
	}
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

// serviceOn is the backend as the cloud tells it to who has read the variables.
func serviceOn(t *testing.T, variables map[string]string) (ready, created string) {
	t.Helper()
	url := fmt.Sprintf("%s/v2/projects/%s/locations/%s/services/netra-backend-staging", variables["STAGING_GCP_ENDPOINT"], variables["STAGING_GCP_PROJECT"], variables["STAGING_GCP_REGION"])
	request, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+variables["STAGING_GCP_TOKEN"])
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	var service struct {
		Ready   string `json:"latestReadyRevision"`
		Created string `json:"latestCreatedRevision"`
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&service))
	return path.Base(service.Ready), path.Base(service.Created)
}

const baselines, successors = `^netra-backend-staging-00001-[a-z]{3}$`, `^netra-backend-staging-00002-[a-z]{3}$`

func TestServeHasADeploymentToJudge(t *testing.T) {
	_, variables, end := serveUntil(t, "--start-pause", "1ms")
	assert.Regexp(t, baselines, variables["STAGING_BASELINE_REVISION"])
	ready, created := serviceOn(t, variables)
	assert.Regexp(t, successors, ready)
	assert.Equal(t, ready, created)
	assert.Equal(t, "forged-tokens,restart,short-tokens,D4", variables["STAGING_ALLOW_UNMEASURED"])
	require.NoError(t, end())
}

// The deployment is rolled forward while it serves, once, and that is told.
func TestServeDeploysLater(t *testing.T) {
	_, variables, lines, end := serveOn(t, "--deploy-after", "1ms")
	assert.Regexp(t, baselines, variables["STAGING_BASELINE_REVISION"])
	require.True(t, lines.Scan())
	revision, ok := strings.CutPrefix(lines.Text(), "# deployed ")
	require.True(t, ok, lines.Text())
	assert.Regexp(t, successors, revision)
	ready, _ := serviceOn(t, variables)
	assert.Equal(t, revision, ready)
	require.NoError(t, end())
}

// An interruption is no failure, whether the deployment is still to come or under way.
func TestServeIsInterruptedBeforeItDeploys(t *testing.T) {
	_, variables, end := serveUntil(t, "--deploy-after", "1h")
	ready, _ := serviceOn(t, variables)
	assert.Equal(t, variables["STAGING_BASELINE_REVISION"], ready)
	require.NoError(t, end())

	_, variables, end = serveUntil(t, "--deploy-after", "1ns", "--start-pause", "50ms")
	require.Eventually(t, func() bool {
		_, created := serviceOn(t, variables)
		return created != variables["STAGING_BASELINE_REVISION"]
	}, time.Minute, time.Millisecond)
	require.NoError(t, end())
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
		"a deployment before":   {[]string{"--deploy-after", "-1s"}, "--deploy-after -1s is in the past"},
		"an unknown fault":      {[]string{"--fault", "auth-nothing"}, "no fault \"auth-nothing\""},
		"an unknown variant":    {[]string{"--variant", "upside-down"}, "no variant"},
		"a rate too high":       {[]string{"--fault-rate", "2"}, "more than always"},
		"a pause too long":      {[]string{"--start-pause", "1m"}, "pause of the start is 1m"},
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
