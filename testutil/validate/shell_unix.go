//go:build unix

package validate

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long processes have to end in order once they were interrupted: a story judges, and writes down what
// it saw.
const grace = 45 * time.Second

// grouped makes a command, and whatever it starts, a group of its own, so that one interrupt reaches each of them
// once: the keyboard's reaches this process only. It is sent when ctx ends.
func grouped(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.WaitDelay = grace
	c.Cancel = func() error {
		err := syscall.Kill(-c.Process.Pid, syscall.SIGINT)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	return c
}

// sweep ends the group of a command at once, or whatever is left of it.
func sweep(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) } // mostly nobody is left

// shell runs a line of the shell.
func shell(ctx context.Context, line string) *exec.Cmd { return grouped(ctx, "/bin/sh", "-c", line) }
