package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/proof"
	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// kept is what a proof kept, to be told again.
func (r *replaying) kept() (replay.Proven, error) {
	c, err := config.Load()
	if err == nil && c.Target != config.Embedded {
		err = errors.New("a proof is told again at the embedded target: leave out the URLs of another")
	}
	return replay.Proven{Folder: r.proof, Trials: r.search.Trials, Jobs: proof.Jobs(), Config: c}, err
}

// provenSmallest looks for the smallest of each red history of a proof.
func (r *replaying) provenSmallest(c *cobra.Command) error {
	p, err := r.kept()
	if err != nil {
		return codedError{err, cannotReplay}
	}
	progress := newProgress(c.ErrOrStderr())
	r.search.Options.Fast = r.fast
	all, err := p.Minimise(c.Context(), r.search, func(done, of int, m replay.Minimised) { progress.step(done, of, m.String(), !m.Holds()) })
	progress.end()
	if _, wrong := fmt.Fprint(c.OutOrStdout(), replay.MinimisedTable(all)); wrong != nil {
		return wrong
	}
	failed := 0
	for _, m := range all {
		if !m.Holds() {
			failed++
		}
	}
	switch {
	case c.Context().Err() != nil:
		return codedError{fmt.Errorf("interrupted: %w", err), cutShort}
	case err != nil:
		return codedError{err, cannotReplay}
	case len(all) == 0:
		return codedError{fmt.Errorf("no history below %s is red: that shows nothing", r.proof), cannotReplay}
	case failed > 0:
		return fmt.Errorf("%d of %d histories have no smallest that fails again", failed, len(all))
	}
	return nil
}

// proven tells again what a proof kept.
func (r *replaying) proven(c *cobra.Command) error {
	p, err := r.kept()
	if err != nil {
		return codedError{err, cannotReplay}
	}
	progress := newProgress(c.ErrOrStderr())
	p.Progress = func(done, of int, one replay.Comparison) { progress.step(done, of, one.String(), !one.Holds()) }
	all, err := p.Compare(c.Context())
	progress.end()
	if err != nil {
		return codedError{err, cannotReplay}
	}
	count := func(is func(replay.Comparison) bool) (n int) {
		for _, one := range all {
			if is(one) {
				n++
			}
		}
		return n
	}
	held := count(replay.Comparison.Holds)
	_, err = fmt.Fprintf(c.OutOrStdout(), "of %d red histories, at their fault: %d break the same rules for the same users, %d more the same rules for others; without it: %d are green; %d hold in all\n",
		len(all), count(replay.Comparison.Same), count(otherUsers), count(green), held)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return codedError{fmt.Errorf("no history below %s is red: that shows nothing", r.proof), cannotReplay}
	case held < len(all):
		return fmt.Errorf("%d of %d histories do not hold", len(all)-held, len(all))
	}
	return nil
}

func otherUsers(c replay.Comparison) bool { return !c.Same() && c.SameRules() }

func green(c replay.Comparison) bool { return len(c.Healthy) == 0 && len(c.Missing) == 0 }
