package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// Healthy says how the healthy target is to be met. Stories and Runs are required.
type Healthy struct {
	Stories []Story
	Runs    int // of all stories; they take the adversities in turn
	// Burn is a command that keeps a core busy until its standard input ends, after one JSON value. It is
	// needed if there are runs enough for the adversity "burnt".
	Burn []string
	Env  []string
	// Build compiles the stories with flags of go test into a folder; nil is [Build].
	Build func(dir string, flags ...string) (Binaries, error)
	// Progress is told of every run; nil is not.
	Progress func(done, of int, r HealthyRun)
}

// An adversity is something that must turn nothing red.
type adversity struct {
	name  string
	env   []string
	flags []string // for go test -c
	burnt bool
}

// adversities are those of a machine, and of the way to it.
var adversities = []adversity{
	{name: "plain"},
	{name: "race", flags: []string{"-race"}},
	{name: "burnt", burnt: true},
	{name: "jitter", env: []string{"STAGING_VARIANT=jitter"}},
	{name: "gc", env: []string{"GOGC=1", "GOMEMLIMIT=24MiB"}},
}

// A HealthyRun is all stories, once.
type HealthyRun struct {
	Adversity string   `json:"adversity"` // or the variant
	Seconds   float64  `json:"seconds"`   // of the processes, one after the other
	Red       []string `json:"red,omitempty"`
	Kept      string   `json:"kept,omitempty"`
}

// nameWidth aligns the names of adversities and variants.
const nameWidth = 19

// Line is the run on one line.
func (r HealthyRun) Line() string {
	if len(r.Red) == 0 {
		return fmt.Sprintf("%-*s green in %.1f s", nameWidth, r.Adversity, r.Seconds)
	}
	return fmt.Sprintf("%-*s RED: %s; outputs and histories: %s", nameWidth, r.Adversity, strings.Join(r.Red, ", "), r.Kept)
}

// Alarms is the error of healthy runs that were red.
type Alarms struct{ Red, Of int }

func (a Alarms) Error() string {
	return fmt.Sprintf("%d of %d runs at the healthy target are red: each is a defect of the suite, to be mended at its cause", a.Red, a.Of)
}

// Stay tells all stories at the healthy target and returns the runs, the red ones with what they left. The
// error is [Alarms] if one is red.
func (h Healthy) Stay(ctx context.Context) (runs []HealthyRun, err error) {
	dir, err := os.MkdirTemp("", "staging-healthy-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the runs: %w", err)
	}
	if h.Build == nil {
		h.Build = func(dir string, flags ...string) (Binaries, error) { return Build(ctx, dir, h.Stories, flags...) }
	}
	built := map[string]Binaries{} // by flags
	red := 0
	for i := range h.Runs {
		a := adversities[i%len(adversities)]
		flags := strings.Join(a.flags, " ")
		if built[flags].Files == nil {
			if built[flags], err = h.Build(filepath.Join(dir, "stories"+flags), a.flags...); err != nil {
				return runs, errors.Join(err, os.RemoveAll(dir))
			}
		}
		run, err := h.under(ctx, a, built[flags], filepath.Join(dir, fmt.Sprintf("%03d-%s", i+1, a.name)))
		if err != nil {
			return runs, err
		}
		if len(run.Red) > 0 {
			red++
		}
		runs = append(runs, run)
		if h.Progress != nil {
			h.Progress(i+1, h.Runs, run)
		}
	}
	if red > 0 {
		return runs, Alarms{red, h.Runs}
	}
	return runs, os.RemoveAll(dir)
}

// under tells all stories once.
func (h Healthy) under(ctx context.Context, a adversity, b Binaries, dir string) (run HealthyRun, err error) {
	run = HealthyRun{Adversity: a.name}
	if a.burnt {
		stop, err := burn(h.Burn)
		if err != nil {
			return run, err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	all := batches(h.Stories)
	became := make([]told, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU()) // as go test does
	for i, batch := range all {
		group.Go(func() (err error) {
			own := filepath.Join(dir, batch[0].Package)
			became[i], err = b.tell(ctx, telling{stories: batch, env: append(a.env[:len(a.env):len(a.env)], h.Env...), dir: own, limit: packageLimit})
			return err
		})
	}
	err = group.Wait()
	for i, t := range became {
		run.Seconds += t.took.Seconds()
		if t.red {
			run.Red = append(run.Red, "e2e/"+all[i][0].Package)
		}
	}
	if err != nil || len(run.Red) > 0 {
		run.Kept = dir
		return run, err
	}
	return run, os.RemoveAll(dir)
}

// packageLimit is longer than any package takes on a machine that has better things to do.
const packageLimit = 2 * Limit

// burn keeps every core busy until it is stopped.
func burn(command []string) (stop func() error, err error) {
	var burners []*child.Process
	stop = func() error {
		var wrong []error
		for _, p := range burners {
			wrong = append(wrong, p.End())
		}
		return errors.Join(wrong...)
	}
	if len(command) == 0 {
		return nil, errors.New("no command is given that keeps a core busy")
	}
	for range runtime.NumCPU() {
		p, err := child.Start("burning", exec.Command(command[0], command[1:]...))
		if err != nil {
			return nil, errors.Join(err, stop())
		}
		burners = append(burners, p)
		if err := p.Tell(struct{}{}); err != nil {
			return nil, errors.Join(err, stop())
		}
	}
	return stop, nil
}
