//go:build unix

package validate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// shown is a buffer that may be written while it is read.
type shown struct {
	mu   sync.Mutex
	text strings.Builder
	wake chan struct{}
}

func (s *shown) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
	return s.text.Write(text)
}

func (s *shown) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func deploying(t *testing.T, command string, limit time.Duration) (*validation, *shown) {
	out := &shown{}
	c := config.Config{Target: config.Remote, DeployCommand: command, DeployTimeout: limit}
	return &validation{Options: Options{Config: c, Out: t.TempDir(), Shown: out, Tell: func(Moment) {}, Patience: t.Context()}, result: &Result{}}, out
}

func TestDeployShowsWhatTheCommandSays(t *testing.T) {
	v, out := deploying(t, "echo building; echo warning >&2", time.Minute)
	require.NoError(t, v.deploy(t.Context()))
	assert.Equal(t, "building\nwarning\n", out.String())
	kept, err := os.ReadFile(filepath.Join(v.Out, "deploy.log"))
	require.NoError(t, err)
	assert.Equal(t, out.String(), string(kept))
	assert.True(t, v.result.Deployed)
	require.Len(t, v.env, 1)
	began, ok := strings.CutPrefix(v.env[0], "STAGING_DEPLOYMENT_BEGAN=")
	require.True(t, ok)
	_, err = time.Parse(time.RFC3339, began)
	require.NoError(t, err)
}

func TestNothingIsDeployedWithoutACommand(t *testing.T) {
	v, _ := deploying(t, "", time.Minute)
	require.NoError(t, v.deploy(t.Context()))
	assert.False(t, v.result.Deployed)
	assert.Empty(t, v.env)
}

func TestDeployFails(t *testing.T) {
	v, _ := deploying(t, "echo no; exit 7", time.Minute)
	assert.ErrorContains(t, v.deploy(t.Context()), "the deploy command failed, so nothing new is there to validate: exit status 7")
	assert.False(t, v.result.Deployed)
}

// A command that takes too long is ended.
func TestDeployIsTimeLimited(t *testing.T) {
	v, _ := deploying(t, "sleep 600", 50*time.Millisecond)
	err := v.deploy(t.Context())
	require.ErrorIs(t, err, errTooLong)
	assert.False(t, v.result.Deployed)
}

// An interrupt reaches what the command started, once, and lets it end in order.
func TestDeployIsInterruptedInOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ended")
	v, out := deploying(t, "trap 'echo interrupted >>"+file+"; exit 0' INT; echo begun; while :; do sleep 0.05; done", time.Minute)
	out.wake = make(chan struct{})
	begun := out.wake
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-begun
		cancel(stop)
	}()
	require.ErrorIs(t, v.deploy(ctx), stop)
	said, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "interrupted\n", string(said))
}

// A command that does not let itself be interrupted is ended, with all that it started, when there is no more patience:
// its output is held by what it started, and conduct waits for that.
func TestPatienceEndsAtOnce(t *testing.T) {
	v, out := deploying(t, "", time.Minute)
	out.wake = make(chan struct{})
	begun := out.wake
	ctx, interrupt := context.WithCancel(t.Context())
	patience, end := context.WithCancel(t.Context())
	v.Patience = patience
	c := shell(ctx, `trap '' INT; sh -c 'trap "" INT; echo begun; sleep 600' & sleep 600`)
	c.Stdout, c.WaitDelay = out, time.Hour // nobody else ends it
	ended := make(chan error, 1)
	go func() { ended <- v.conduct(c) }()
	<-begun
	interrupt()
	end()
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "killed")
	case <-time.After(time.Minute):
		sweep(c)
		t.Fatal("it goes on")
	}
}

func TestConductLeavesNothingBehind(t *testing.T) {
	v, out := deploying(t, "", time.Minute)
	c := shell(t.Context(), "sleep 600 & echo $!")
	c.Stdout = out
	require.ErrorIs(t, func() error { c.WaitDelay = 50 * time.Millisecond; return v.conduct(c) }(), exec.ErrWaitDelay)
	pid, err := strconv.Atoi(strings.TrimSpace(out.String()))
	require.NoError(t, err)
	assert.Eventually(t, func() bool { return gone(pid) }, 10*time.Second, 5*time.Millisecond)
}

// gone tells whether a process has ended, if nobody has asked how, too.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// The command's own text, the suite's secrets, and what looks like one, are nowhere.
func TestDeployTellsNoSecret(t *testing.T) {
	t.Setenv("E2E_OAUTH_SIMULATION_KEY", "canary-key-1")
	t.Setenv("TEST_USER_PASSWORD", "canary-password-2")
	t.Setenv("STAGING_GCP_TOKEN", "canary-token-3")
	t.Setenv("STAGING_DEPLOY_COMMAND", "canary-command-4")
	t.Setenv("STAGING_GCP_PROJECT", "netra-staging")
	v, out := deploying(t, "env; printf canary-; printf 'key-1\\n%s' canary-token-3; : canary-argument-5; echo Authorization: Bearer abcdefgh.ijklmnop", time.Minute)
	v.Config.SimulationKey, v.Config.GCPToken = config.NewSecret("canary-key-1"), config.NewSecret("canary-token-3")
	var news []string
	v.Tell = func(m Moment) { news = append(news, m.News) }
	require.NoError(t, v.deploy(t.Context()))
	kept, err := os.ReadFile(filepath.Join(v.Out, "deploy.log"))
	require.NoError(t, err)
	for _, text := range []string{out.String(), string(kept), strings.Join(news, "\n")} {
		assert.NotContains(t, text, "canary")
		assert.NotContains(t, text, "abcdefgh")
	}
	assert.Contains(t, out.String(), "STAGING_GCP_PROJECT=netra-staging")
	assert.Contains(t, out.String(), "[redacted]\n[redacted]")
	assert.Equal(t, []string{"deploy with STAGING_DEPLOY_COMMAND, at most 1m0s"}, news)
}

func TestACensorWritesWholeLines(t *testing.T) {
	out := &shown{}
	c := newCensor(out, nil)
	for _, part := range []string{"pushing", " 1\rpush", "ing 2\nend"} {
		_, err := c.Write([]byte(part))
		require.NoError(t, err)
	}
	assert.Equal(t, "pushing 1\rpushing 2\n", out.String())
	require.NoError(t, c.end())
	assert.Equal(t, "pushing 1\rpushing 2\nend", out.String())
}
