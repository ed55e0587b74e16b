package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Legal says how targets are to be met that are unusual and not wrong. Stories and Variants are required.
type Legal struct {
	Stories  []Story
	Variants []string // each is met alone
	// Jobs is how many processes are alive at a time; 0: [Jobs].
	Jobs int
	Env  []string
	// Build compiles the stories into a folder; nil is [Build].
	Build func(dir string, flags ...string) (Binaries, error)
	// Progress is told of every run, one at a time; nil is not.
	Progress func(done, of int, r HealthyRun)
}

// Stay tells all stories once at each variant and returns the runs in the order of the variants, the red ones
// with what they left. The error is [Alarms] if one is red.
func (l Legal) Stay(ctx context.Context) (runs []HealthyRun, err error) {
	dir, err := os.MkdirTemp("", "staging-legal-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the runs: %w", err)
	}
	if l.Build == nil {
		l.Build = func(dir string, flags ...string) (Binaries, error) { return Build(ctx, dir, l.Stories, flags...) }
	}
	stories := filepath.Join(dir, "stories")
	built, err := l.Build(stories)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	runs, err = l.all(ctx, built, dir)
	red := 0
	for _, r := range runs {
		if len(r.Red) > 0 {
			red++
		}
	}
	if err == nil && red > 0 {
		return runs, errors.Join(Alarms{red, len(runs)}, os.RemoveAll(stories))
	}
	return runs, errors.Join(err, os.RemoveAll(dir))
}

// all meets several variants at a time, each with as many processes as there are cores.
func (l Legal) all(ctx context.Context, built Binaries, dir string) ([]HealthyRun, error) {
	if l.Jobs < 0 {
		return nil, errors.New("jobs cannot be negative")
	}
	orInt(&l.Jobs, Jobs())
	h := Healthy{Stories: l.Stories, Env: l.Env}
	return each(ctx, max(1, l.Jobs/runtime.NumCPU()), l.Variants, func(ctx context.Context, name string) (HealthyRun, error) {
		met := adversity{name: name, env: []string{"STAGING_VARIANT=" + name}}
		run, err := h.under(ctx, met, built, filepath.Join(dir, name))
		if err != nil {
			return run, fmt.Errorf("meet the variant %s: %w", name, err)
		}
		return run, nil
	}, l.Progress)
}
