package suite_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// silent accepts connections and says nothing, as a hanging deployment does.
func silent(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		var held []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				break
			}
			held = append(held, conn)
		}
		for _, conn := range held {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return "http://" + listener.Addr().String()
}

func againstSilence(t *testing.T, dir, timeout string) *exec.Cmd {
	t.Helper()
	url := silent(t)
	return stories(t, "goldenpath", dir, "Golden", timeout,
		"STAGING_API_URL="+url, "STAGING_AUTH_URL="+url, "E2E_OAUTH_SIMULATION_KEY=simulation-key", "STAGING_MAX_REQUESTS_PER_MINUTE=0")
}

// requireTold asks that a story that was cut short says what it saw, and left a whole history.
func requireTold(t *testing.T, dir, output, why string) {
	t.Helper()
	for _, part := range []string{"--- FAIL: TestStagingCompleteGoldenPathUserFlow", "FINDING", why, "target:    remote", "run again: STAGING_TARGET=remote go test", "replay:    STAGING_TARGET=remote go run ./cmd/staging replay ", "look:      go run ./cmd/staging show ", "history:"} {
		assert.Contains(t, output, part)
	}
	assert.NotContains(t, output, "panic:")
	files, err := filepath.Glob(filepath.Join(dir, "goldenpath", "*", "history.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	r, err := history.ReadFile(files[0])
	require.NoError(t, err)
	for err == nil {
		_, err = r.Next()
	}
	require.ErrorIs(t, err, io.EOF)
	assert.True(t, r.Complete())
	require.NoError(t, r.Close())
	findings, err := os.ReadFile(filepath.Join(filepath.Dir(files[0]), "findings.txt"))
	require.NoError(t, err)
	assert.NotEmpty(t, findings)
}

func TestTheTimeoutOfGoTestIsToldFromWithin(t *testing.T) {
	dir := t.TempDir()
	out, err := againstSilence(t, dir, "4s").CombinedOutput()
	var failed *exec.ExitError
	require.True(t, errors.As(err, &failed))
	requireTold(t, dir, string(out), "-timeout leaves no more time")
}

func TestAnInterruptIsToldFromWithin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("a process cannot be interrupted there")
		return
	}
	dir := t.TempDir()
	command := againstSilence(t, dir, "90s")
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	var output strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		output.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "netra.history") { // the story has begun
			require.NoError(t, command.Process.Signal(os.Interrupt))
		}
	}
	require.Error(t, command.Wait())
	requireTold(t, dir, output.String(), "interrupted by a signal")
}
