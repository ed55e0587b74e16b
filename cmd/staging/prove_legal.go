package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/proof"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
)

// stayTolerant lets the stories meet legal variants of the target.
func (p *proving) stayTolerant(c *cobra.Command) error {
	names := variants.Names()
	if len(p.options.Only) > 0 {
		names = p.options.Only
	}
	for _, name := range names {
		if _, err := variants.Declared([]string{name}); err != nil {
			return fmt.Errorf("--only: %w", err)
		}
	}
	progress := newProgress(c.ErrOrStderr())
	l := proof.Legal{
		Stories: stories(), Variants: names, Jobs: p.options.Jobs, Env: p.options.Env,
		Progress: func(done, of int, r proof.HealthyRun) { progress.step(done, of, r.Line(), len(r.Red) > 0) },
	}
	runs, err := l.Stay(c.Context())
	progress.end()
	if err == nil {
		_, err = fmt.Fprintf(c.OutOrStdout(), "%d of %d legal variants are green\n", len(runs), len(runs))
	}
	return err
}
