//go:build !unix

package validate

import (
	"context"
	"os/exec"
)

// grouped makes a command that is killed when ctx ends: the system knows no interrupts.
func grouped(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, name, args...)
}

// sweep ends the command.
func sweep(c *exec.Cmd) { _ = c.Process.Kill() }

// shell runs a line of the shell.
func shell(ctx context.Context, line string) *exec.Cmd { return grouped(ctx, "cmd", "/c", line) }
