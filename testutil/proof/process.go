package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// A telling is one process that tells stories of one package.
type telling struct {
	stories []Story // of one package
	env     []string
	dir     string // for its output and its histories
	limit   time.Duration
}

// A told is what became of a telling.
type told struct {
	red  bool // by its exit code
	hung bool // it lived past its limit, and was killed
	took time.Duration
}

// outputName is the file in a telling's folder that holds what the process said.
const outputName = "output.log"

// tell runs the stories to their end. The error says that they could not be run, or that they are green and one of
// them was not told; a red story is none.
func (b Binaries) tell(ctx context.Context, t telling) (told, error) {
	pkg := t.stories[0].Package
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return told{}, fmt.Errorf("make a folder for the stories of e2e/%s: %w", pkg, err)
	}
	output, err := os.Create(filepath.Join(t.dir, outputName))
	if err != nil {
		return told{}, fmt.Errorf("keep what the stories of e2e/%s say: %w", pkg, err)
	}
	became, err := b.run(ctx, t, output)
	if err = errors.Join(err, output.Close()); err != nil || became.red {
		return became, err
	}
	return became, t.allPassed()
}

// allPassed is the error of a green process that did not say of each story that it passed: go test is also green
// when it skips a story, or has none of that name.
func (t telling) allPassed() error {
	path := filepath.Join(t.dir, outputName)
	said, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read what the stories say: %w", err)
	}
	for _, s := range t.stories {
		if !bytes.Contains(said, []byte("--- PASS: "+s.Name+" (")) {
			return fmt.Errorf("e2e/%s is green, and %s did not pass: see %s", s.Package, s.Name, path)
		}
	}
	return nil
}

func (b Binaries) run(ctx context.Context, t telling, output *os.File) (told, error) {
	pkg := t.stories[0].Package
	limited, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	// The limit must strike before go test's, of which the suite keeps a part to say what it saw.
	c := exec.CommandContext(limited, b.Files[pkg], "-test.run="+pattern(t.stories), "-test.v", "-test.timeout="+(2*t.limit).String())
	c.Dir = filepath.Join(b.Folder, pkg)
	c.Env = append(config.Unconfigured(os.Environ()), "STAGING_TARGET=embedded", "STAGING_ENV_FILE=none", "STAGING_ARTIFACTS="+t.dir)
	c.Env = append(c.Env, t.env...)
	c.Stdout, c.Stderr = output, output
	start := time.Now()
	err := c.Run()
	became := told{red: err != nil, took: time.Since(start)}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return became, fmt.Errorf("tell stories of e2e/%s: %w", pkg, context.Cause(ctx))
	case limited.Err() != nil && err != nil:
		became.hung = true
	case err != nil && !errors.As(err, &exit):
		return became, fmt.Errorf("tell stories of e2e/%s: %w", pkg, err)
	}
	return became, nil
}
