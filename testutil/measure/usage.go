package measure

import (
	"context"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
)

// A job is what a client process does: each session sends the prompts, one after the other, and waits for
// each answer. Every session has a user of its own.
type job struct {
	Place    place
	Sessions int
	Prompts  int    // of each session
	Long     bool   // prompts for runs of nested agents, instead of runs of one
	History  string // file that the real client records in; must not exist
	Profile  string // file for a CPU profile of the phase; empty: none
	Idle     bool   // measure the memory of the idle sessions afterwards
}

// prompt makes a prompt of the job's kind.
func (j job) prompt(nonce string) prompts.Prompt {
	if j.Long {
		return prompts.FullAnalysis(nonce)
	}
	return prompts.Sum(nonce)
}

// A usage is what the prompts of a job took, without logins and dials.
type usage struct {
	CPU    time.Duration // user and system, of the whole process
	Wall   time.Duration
	Frames int64 // received

	// The real client alone:
	Rules    int
	Findings []string // hard ones
	Recorded int64    // bytes of history

	PerSession int64 // bytes of resident memory that one idle session added; with job.Idle
}

// together does act for each of n sessions, at most a few at a time; dialling a thousand at once would
// overrun a listener's backlog.
func together(ctx context.Context, n, most int, act func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(most)
	for i := range n {
		group.Go(func() error { return act(ctx, i) })
	}
	return group.Wait()
}

// dialling is how many users log in and dial at a time.
const dialling = 16

// metered runs the phase and returns what it took.
func metered(phase func() error) (u usage, err error) {
	runtime.GC() // what the dials left behind is none of the phase's
	before, err := processTime()
	if err != nil {
		return u, err
	}
	start := time.Now()
	if err := phase(); err != nil {
		return u, err
	}
	u.Wall = time.Since(start)
	after, err := processTime()
	u.CPU = after - before
	return u, err
}

// settledMemory is the resident memory of the process when nothing is left to be collected.
func settledMemory() (int64, error) {
	runtime.GC()
	debug.FreeOSMemory()
	return residentMemory()
}
