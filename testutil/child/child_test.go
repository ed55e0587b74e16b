package child_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// TestMain lets the test binary be its own child, which doubles numbers and fails at a negative one.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "double" {
		numbers := json.NewDecoder(os.Stdin)
		for {
			var n int
			if numbers.Decode(&n) != nil {
				os.Exit(0)
			}
			if n < 0 {
				fmt.Fprintln(os.Stderr, "a negative number")
				os.Exit(3)
			}
			fmt.Println(2 * n)
		}
	}
	goleak.VerifyTestMain(m)
}

func double(t *testing.T) *child.Process {
	exe, err := os.Executable()
	require.NoError(t, err)
	p, err := child.Start("doubling", exec.Command(exe, "double"))
	require.NoError(t, err)
	return p
}

func TestProcess(t *testing.T) {
	p := double(t)
	assert.Positive(t, p.PID())
	for n := range 3 {
		var twice int
		require.NoError(t, p.Tell(n))
		require.NoError(t, p.Hear(&twice))
		assert.Equal(t, 2*n, twice)
	}
	require.NoError(t, p.End())
	require.NoError(t, p.End(), "twice is once")
	assert.GreaterOrEqual(t, int64(p.CPU()), int64(0))
}

func TestProcessThatFails(t *testing.T) {
	p := double(t)
	require.NoError(t, p.Tell(-1))
	var twice int
	err := p.Hear(&twice)
	require.ErrorContains(t, err, "doubling")
	require.ErrorContains(t, err, "a negative number", "what the process said")
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.ExitCode())

	_, err = child.Start("no", exec.Command("/no/such/program"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTail(t *testing.T) {
	assert.Equal(t, "short", child.Tail([]byte("short")))
	long := strings.Repeat("x", 5000) + "end"
	assert.Len(t, child.Tail([]byte(long)), 2000)
	assert.True(t, strings.HasSuffix(child.Tail([]byte(long)), "end"))
}
