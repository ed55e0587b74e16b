package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// proven tells again what a proof kept.
func (r *replaying) proven(c *cobra.Command) error {
	p := replay.Proven{Folder: r.proof, Trials: r.search.Trials, Jobs: runtime.NumCPU()}
	var err error
	if p.Config, err = config.Load(); err != nil {
		return err
	}
	if p.Config.Target != config.Embedded {
		return errors.New("a proof is told again at the embedded target: leave out the URLs of another")
	}
	progress := newProgress(c.ErrOrStderr())
	p.Progress = func(done, of int, one replay.Comparison) { progress.step(done, of, one.String(), !one.Holds()) }
	all, err := p.Compare(c.Context())
	progress.end()
	if err != nil {
		return err
	}
	same, good, held := 0, 0, 0
	for _, one := range all {
		if one.Same() {
			same++
		}
		if len(one.Healthy) == 0 {
			good++
		}
		if one.Holds() {
			held++
		}
	}
	if _, err := fmt.Fprintf(c.OutOrStdout(), "of %d red histories: %d break the same rules for the same users at their fault, %d are green without it, %d hold in all\n",
		len(all), same, good, held); err != nil {
		return err
	}
	if held < len(all) {
		return codedError{fmt.Errorf("%d of %d histories do not hold", len(all)-held, len(all)), 1}
	}
	return nil
}
