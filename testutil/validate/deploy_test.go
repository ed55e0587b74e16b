//go:build unix

package validate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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

func deploying(command string, limit time.Duration) (*validation, *shown) {
	out := &shown{}
	c := config.Config{Target: config.Remote, DeployCommand: command, DeployTimeout: limit}
	return &validation{Options: Options{Config: c, Shown: out, Tell: func(Moment) {}}, result: &Result{}}, out
}

func TestDeployShowsWhatTheCommandSays(t *testing.T) {
	v, out := deploying("echo building; echo warning >&2", time.Minute)
	require.NoError(t, v.deploy(t.Context()))
	assert.Equal(t, "building\nwarning\n", out.String())
	assert.True(t, v.result.Deployed)
	require.Len(t, v.env, 1)
	began, ok := strings.CutPrefix(v.env[0], "STAGING_DEPLOYMENT_BEGAN=")
	require.True(t, ok)
	_, err := time.Parse(time.RFC3339, began)
	require.NoError(t, err)
}

func TestNothingIsDeployedWithoutACommand(t *testing.T) {
	v, _ := deploying("", time.Minute)
	require.NoError(t, v.deploy(t.Context()))
	assert.False(t, v.result.Deployed)
	assert.Empty(t, v.env)
}

func TestDeployFails(t *testing.T) {
	v, _ := deploying("echo no; exit 7", time.Minute)
	assert.ErrorContains(t, v.deploy(t.Context()), "the deploy command failed, so nothing new is there to validate: exit status 7")
	assert.False(t, v.result.Deployed)
}

// A command that takes too long is ended.
func TestDeployIsTimeLimited(t *testing.T) {
	v, _ := deploying("sleep 600", 50*time.Millisecond)
	err := v.deploy(t.Context())
	require.ErrorIs(t, err, errTooLong)
	assert.False(t, v.result.Deployed)
}

// An interrupt reaches what the command started, once, and lets it end in order.
func TestDeployIsInterruptedInOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ended")
	v, out := deploying("trap 'echo interrupted >>"+file+"; exit 0' INT; echo begun; while :; do sleep 0.05; done", time.Minute)
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
