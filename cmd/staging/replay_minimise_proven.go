package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// provenSmallest looks for the smallest of each red history of a proof.
func (r *replaying) provenSmallest(c *cobra.Command) error {
	p, err := r.folder()
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
