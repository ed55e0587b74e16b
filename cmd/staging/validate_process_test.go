//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// validatingWith is the command as a process, against a reference deployment of its own, configured otherwise as it is
// said here.
func validatingWith(t *testing.T, otherwise map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	_, variables, end := serveUntil(t)
	t.Cleanup(func() { assert.NoError(t, end()) })
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self, append([]string{"validate"}, args...)...)
	c.Env = append(config.Unconfigured(os.Environ()), asCommand+"=1", "STAGING_ENV_FILE=none")
	for _, set := range []map[string]string{variables, otherwise} {
		for name, value := range set {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	return c
}

func statusOf(err error) int {
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode()
	}
	return 0
}

// A suite whose key is not the target's has measured nothing behind a login: that is loud, names the variable, and
// is no reason to roll back.
func TestValidateWithAWrongKey(t *testing.T) {
	c := validatingWith(t, map[string]string{"E2E_OAUTH_SIMULATION_KEY": "not-the-key-of-this-target", "STAGING_BUDGET_INGEST": "1s"}, "--json", "--out", filepath.Join(t.TempDir(), "out"))
	var log bytes.Buffer
	c.Stderr = &log
	said, err := c.Output()
	require.Equal(t, 1, statusOf(err), "%v\n%s", err, log.String())
	var r validate.Result
	require.NoError(t, json.Unmarshal(said, &r))
	assert.Equal(t, summary.Investigate, r.Verdict.Decision)
	assert.Equal(t, "LOW", r.Verdict.Confidence)
	assert.Regexp(t, `^the suite could not get in: all \d+ logins were refused \(401\)\. Is E2E_OAUTH_SIMULATION_KEY the target's\?`, r.Verdict.Reasons[0])
	assert.Regexp(t, `^not measured: .*F1, F2, F3, F4, F5, P1, P2`, r.Verdict.Reasons[1])
	assert.Equal(t, summary.Pass, r.Verdict.Criterion("D3").Verdict)
	assert.NotContains(t, string(said)+log.String(), "not-the-key-of-this-target")
}

// The first Ctrl-C lets what is at work end in order; what does not is ended by the second, with all that it started.
func TestValidateInterruptedTwice(t *testing.T) {
	c := validatingWith(t, map[string]string{"STAGING_DEPLOY_COMMAND": `trap '' INT; sh -c 'trap "" INT; echo pid $$; sleep 600'; true`}, "--out", filepath.Join(t.TempDir(), "out"))
	out, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	var pid int
	for pid == 0 && lines.Scan() {
		if number, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, err = strconv.Atoi(number)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, pid, "the deploy command is at work")
	require.NoError(t, c.Process.Signal(os.Interrupt))
	said := ""
	for !strings.Contains(said, "once more ends it at once") && lines.Scan() {
		said += lines.Text()
	}
	require.NoError(t, syscall.Kill(pid, 0), "the first interrupt lets it end in order")

	rest := make(chan string, 1)
	go func() {
		var more bytes.Buffer
		for lines.Scan() {
			more.WriteString(lines.Text() + "\n")
		}
		rest <- more.String()
	}()
	again := time.NewTicker(100 * time.Millisecond) // as somebody does who has lost patience
	defer again.Stop()
	for {
		select {
		case <-again.C:
			require.NoError(t, c.Process.Signal(os.Interrupt))
		case text := <-rest:
			assert.Equal(t, 4, statusOf(c.Wait()))
			assert.Contains(t, text, "interrupted twice, and ended at once: nothing was judged; what the stories left is in ")
			assert.True(t, over(pid), "nothing of the deploy command is left")
			return
		}
	}
}

// over tells whether a process has ended, whoever is to hear of it.
func over(pid int) bool {
	stat, err := os.Open("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return syscall.Kill(pid, 0) != nil
	}
	defer stat.Close()
	text, _ := io.ReadAll(stat) // it may end meanwhile
	return len(text) == 0 || bytes.Contains(text, []byte(") Z "))
}
