package validate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// test tells all stories: those that look at the start-up window first, and then the others side by side. Red ones
// are no error, and keep nobody from being told.
func (v *validation) test(ctx context.Context, packages []pkg) (err error) {
	stream, err := os.OpenFile(filepath.Join(v.Out, "tests.jsonl"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep what go test says: %w", err)
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	t := &telling{validation: v, live: newLive(len(v.Verdict.Expected), v.Tell), stream: stream}
	defer t.live.watch()()

	firsts := slices.DeleteFunc(slices.Clone(packages), func(p pkg) bool { return p.name() != first })
	others := slices.DeleteFunc(slices.Clone(packages), func(p pkg) bool { return p.name() == first })
	for _, together := range [][]pkg{firsts, others} {
		var group errgroup.Group
		if v.Config.Target != config.Remote {
			group.SetLimit(runtime.GOMAXPROCS(0)) // as go test -p; at a remote target stories wait, and need no processor
		}
		for _, p := range together {
			group.Go(func() error { return t.tell(ctx, p) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	v.say(t.live.result())
	return nil
}

// A telling is the stories at work.
type telling struct {
	*validation
	live   *live
	mu     sync.Mutex
	stream *os.File // what go test says, of all packages
	broken error    // of writing it
}

// tell runs the stories of one package to their end.
func (t *telling) tell(ctx context.Context, p pkg) error {
	if ctx.Err() != nil {
		return nil
	}
	out := filepath.Join(t.Out, p.name())
	if err := os.Mkdir(out, 0o700); err != nil {
		return fmt.Errorf("make a folder for the stories of e2e/%s: %w", p.name(), err)
	}
	c := grouped(ctx, "go", "tool", "test2json", "-t", "-p", p.path, p.binary,
		"-test.v=test2json", "-test.run=^TestStaging", "-test.artifacts", "-test.outputdir="+out, "-test.timeout="+t.Timeout.String())
	c.Dir = p.dir
	c.Env = append(os.Environ(), t.env...)
	err := t.read(c)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil, errors.As(err, &exit): // interrupted, or red: the stream says so
		return t.broken
	case err != nil:
		return fmt.Errorf("tell the stories of e2e/%s: %w", p.name(), err)
	}
	return t.broken
}

// read runs the command, keeps what it says, and follows it.
func (t *telling) read(c *exec.Cmd) error {
	reader, writer := io.Pipe()
	c.Stdout, c.Stderr = writer, writer
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewReader(reader)
		for {
			line, err := lines.ReadBytes('\n')
			t.take(line)
			if err != nil {
				return
			}
		}
	}()
	err := t.conduct(c)
	_ = writer.Close() // of a pipe, it never fails
	<-done
	return err
}

func (t *telling) take(line []byte) {
	if len(line) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := t.stream.Write(line); err != nil && t.broken == nil {
		t.broken = fmt.Errorf("keep what go test says: %w", err)
	}
	t.live.take(line)
}
