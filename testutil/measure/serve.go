package measure

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// served runs the stories against "staging serve --tls" in another process, by environment variables
// only.
func (b *bench) served(ctx context.Context, g group) (rows []Row, err error) {
	want, err := b.take(ctx)
	if err != nil {
		return nil, err
	}
	server, env, err := b.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop(server)) }()
	s, err := b.repeat(ctx, g, want, env, verboseJob...)
	if err != nil {
		return nil, err
	}
	row := s.row("against staging serve --tls in another process, -v", "every story green")
	row.Notes = append(row.Notes, fmt.Sprintf("%d stories, configured by %s", len(want.stories), strings.Join(variableNames(env), " ")))
	return []Row{row}, nil
}

// serve starts the reference deployment as a user does and returns the variables that it prints.
func (b *bench) serve(ctx context.Context) (*exec.Cmd, []string, error) {
	c := exec.CommandContext(ctx, b.Staging, "serve", "--tls")
	var said bytes.Buffer
	c.Stderr = &said
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = child.Graceful
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start staging serve: %w", err)
	}
	if err := c.Start(); err != nil {
		return nil, nil, fmt.Errorf("start staging serve: %w", err)
	}
	env, err := exported(out)
	if err != nil {
		err = errors.Join(err, stop(c))
		return nil, nil, fmt.Errorf("%w\n%s", err, child.Tail(said.Bytes()))
	}
	return c, env, nil
}

// stop ends a server in order, or kills it after a grace period.
func stop(c *exec.Cmd) error {
	if err := c.Process.Signal(os.Interrupt); err != nil {
		_ = c.Process.Kill() // a system without interrupts, or it has ended already
	}
	impatient := time.AfterFunc(child.Graceful, func() { _ = c.Process.Kill() })
	defer impatient.Stop()
	if err := c.Wait(); err != nil {
		return fmt.Errorf("staging serve did not end in order: %w", err)
	}
	return nil
}

var (
	exportLine  = regexp.MustCompile(`^export ([A-Z0-9_]+)='([^']*)'$`)
	errNoExport = errors.New("staging serve ended before it said how to find it")
)

// exported reads the variables that staging serve prints, NAME=value, up to its comment that it serves.
func exported(out io.Reader) (env []string, err error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			break
		}
		m := exportLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("staging serve printed %q, which exports nothing", line)
		}
		env = append(env, m[1]+"="+m[2])
	}
	if len(env) == 0 {
		return nil, errors.Join(errNoExport, lines.Err())
	}
	return env, nil
}

// variableNames leaves the values out: one of them is a key.
func variableNames(env []string) []string {
	names := make([]string, len(env))
	for i, entry := range env {
		names[i], _, _ = strings.Cut(entry, "=")
	}
	return names
}
