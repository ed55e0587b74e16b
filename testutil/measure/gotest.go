package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/child"
	"github.com/netra-systems/staging-e2e/testutil/config"
)

// A goRun is one go test command that has ended.
type goRun struct {
	reading
	wall   time.Duration
	output []byte
}

// commandLimit bounds one go command. It is longer than go test's own -timeout, which ends the tests.
const commandLimit = 12 * time.Minute

// goTest runs go test in the module's root with no configuration but env, NAME=value, which is for the
// embedded target if it names none. The error says that the command could not be run; tests that fail are
// none.
func (b *bench) goTest(ctx context.Context, env []string, args ...string) (goRun, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	c := exec.CommandContext(ctx, "go", append([]string{"test"}, args...)...)
	c.Dir = b.root
	c.Env = append(config.Unconfigured(os.Environ()), "STAGING_ENV_FILE=none", "STAGING_ARTIFACTS="+filepath.Join(b.dir, "histories"))
	if env == nil {
		env = []string{"STAGING_TARGET=embedded"}
	}
	c.Env = append(c.Env, env...)
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	start := time.Now()
	err := c.Run()
	run := goRun{wall: time.Since(start), output: output.Bytes()}
	run.reading = read(output.String())
	run.green = err == nil
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		return run, fmt.Errorf("go test %s: %w\n%s", strings.Join(args, " "), errors.Join(ctx.Err(), err), child.Tail(run.output))
	}
	return run, nil
}

// moduleRoot is the folder of the go.mod that the working directory belongs to.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("ask the go command for the module: %w", err)
	}
	path := strings.TrimSpace(string(out))
	if filepath.Base(path) != "go.mod" {
		return "", errors.New("this is no Go module: measure in a clone of the project")
	}
	return filepath.Dir(path), nil
}

// keep stores the output of a run that went wrong and returns its path.
func (b *bench) keep(name string, r goRun) string {
	path := filepath.Join(b.dir, name+".log")
	if err := os.WriteFile(path, r.output, 0o600); err != nil {
		return err.Error()
	}
	return path
}
