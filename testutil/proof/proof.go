package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// Options say what to prove. Stories, Entries and Faults are required.
type Options struct {
	Stories []Story
	Entries []regressions.Entry // those that are not reproducible are left out
	Faults  []string            // that the reference deployment knows

	// Only are the ids of the entries to prove; empty proves all.
	Only []string
	// By are the stories that are to find them, by their short names; empty: those that the catalogue names.
	By []string
	// AnySuspect takes a fault for caught that turns the stories red for an expected reason, whatever the diagnosis
	// says of it: a proof of how often it is seen, not of how well it is recognised.
	AnySuspect bool
	// Full lets each fault meet all stories, instead of those that are to find it until one does.
	Full bool
	// Jobs is how many faults are tried at a time; 0: [Jobs].
	Jobs int
	// Rounds of each fault, of which each has the next seed; 0 is 1.
	Rounds int
	// Share of the rounds that must catch a fault; 0 is all of them.
	Share float64
	// Rate at which intermittent faults strike, at most 1; negative is what the catalogue says. At 0 they never
	// do: then only they are tried, and all stories that are to find them must stay green in every round.
	Rate float64
	Seed uint64
	// Env are variables for the stories, NAME=value, such as STAGING_DIALECT=october.
	Env []string
	// Limit is how long a process may take before it hangs; 0: [Limit].
	Limit time.Duration
	// Keep keeps outputs and histories also of what was caught.
	Keep bool
	// Binaries are the stories, if they are compiled already.
	Binaries *Binaries
	// Progress is told of every result, one at a time; nil is not.
	Progress func(done, of int, r Result)
}

// Jobs is how many processes are alive at a time unless somebody says otherwise: most of them wait most of
// the time.
func Jobs() int { return 2 * runtime.NumCPU() }

// Limit is longer than all budgets of the embedded target that one story could exhaust.
const Limit = 90 * time.Second

// A bench is where a proof is made.
type bench struct {
	Options
	binaries Binaries
	dir      string
}

// Run tries every fault. The error says that the proof could not be made; what the report says is none.
func Run(ctx context.Context, o Options) (Report, error) {
	entries, err := o.entries()
	if err != nil {
		return Report{}, err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return Report{}, err
	}
	report := Report{Version: Version, Full: o.Full, Whole: len(o.Only) == 0, Rate: b.Rate, Seed: o.Seed, Rounds: b.Rounds}
	report.Results, err = b.all(ctx, entries)
	return report, errors.Join(err, b.close(&report))
}

// entries are those to prove.
func (o Options) entries() ([]regressions.Entry, error) {
	var wrong []error
	if _, err := named(o.By, o.Stories); err != nil {
		wrong = append(wrong, err)
	}
	for _, id := range o.Only {
		at := slices.IndexFunc(o.Entries, func(e regressions.Entry) bool { return e.ID == id })
		switch {
		case at < 0:
			wrong = append(wrong, fmt.Errorf("the catalogue has no regression %q: staging serve --list-faults lists them", id))
		case o.Rate == 0 && !strikes(o.Entries[at]):
			wrong = append(wrong, fmt.Errorf("regression %q heeds no rate (it has no chance in the catalogue), so there is nothing to see at rate 0", id))
		case !o.Entries[at].Reproducible:
			wrong = append(wrong, fmt.Errorf("regression %q cannot be proven here: %s", id, o.Entries[at].Why))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	var chosen []regressions.Entry
	for _, e := range o.Entries {
		if e.Reproducible && (o.Rate != 0 || strikes(e)) && (len(o.Only) == 0 || slices.Contains(o.Only, e.ID)) {
			chosen = append(chosen, e)
		}
	}
	return chosen, nil
}

func newBench(ctx context.Context, o Options) (*bench, error) {
	b := &bench{Options: o}
	switch {
	case o.Jobs < 0 || o.Rounds < 0 || o.Limit < 0:
		return nil, errors.New("jobs and rounds cannot be negative")
	case !(o.Rate <= 1) || !(o.Share >= 0 && o.Share <= 1): // nor are they NaN
		return nil, errors.New("rates are at most 1, and shares from 0 to 1")
	}
	orInt(&b.Jobs, Jobs())
	orInt(&b.Rounds, 1)
	if b.Limit == 0 {
		b.Limit = Limit
	}
	if b.Share == 0 {
		b.Share = 1
	}
	if b.Rate == 0 {
		b.Share = 1 // one false alarm is one too many
	}
	var err error
	if b.dir, err = os.MkdirTemp("", "staging-prove-"); err != nil {
		return nil, fmt.Errorf("make a folder for the proof: %w", err)
	}
	if o.Binaries != nil {
		b.binaries = *o.Binaries
	} else if b.binaries, err = Build(ctx, filepath.Join(b.dir, "stories"), o.Stories); err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.dir))
	}
	return b, nil
}

func orInt(v *int, fallback int) {
	if *v == 0 {
		*v = fallback
	}
}

// all tries the entries, several at a time, and returns the results in their order.
func (b *bench) all(ctx context.Context, entries []regressions.Entry) ([]Result, error) {
	return each(ctx, b.Jobs, entries, func(ctx context.Context, e regressions.Entry) (Result, error) {
		r, err := b.prove(ctx, e)
		if err != nil {
			return r, fmt.Errorf("prove %s: %w", e.ID, err)
		}
		return r, nil
	}, b.Progress)
}

// close keeps what explains a result that is not as it must be.
func (b *bench) close(r *Report) error {
	stories := filepath.Join(b.dir, "stories")
	if r.Err() != nil || b.Keep {
		r.Kept = b.dir
		return os.RemoveAll(stories)
	}
	return os.RemoveAll(b.dir)
}
