package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/proof"
)

// stayGreen lets the stories meet the healthy target.
func (p *proving) stayGreen(c *cobra.Command) error {
	own, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, to keep the cores busy: %w", err)
	}
	progress := newProgress(c.ErrOrStderr())
	h := proof.Healthy{
		Stories: stories(), Runs: p.healthy, Env: p.options.Env,
		Burn:     []string{own, "measure", "child", "burn"},
		Progress: func(done, of int, r proof.HealthyRun) { progress.step(done, of, r.Line(), len(r.Red) > 0) },
	}
	runs, err := h.Stay(c.Context())
	progress.end()
	if err == nil {
		_, err = fmt.Fprintf(c.OutOrStdout(), "%d of %d runs at the healthy target are green\n", len(runs), len(runs))
	}
	return err
}
