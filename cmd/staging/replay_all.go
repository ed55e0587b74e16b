package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/proof"
	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// folder is that whose histories are to be told again.
func (r *replaying) folder() (replay.All, error) {
	c, err := config.Load()
	all := replay.All{Folder: r.all, Proof: r.proof != "", Config: c, Trials: r.search.Trials, Jobs: 1}
	if all.Proof {
		all.Folder = r.proof
	}
	switch embedded := c.Target == config.Embedded; {
	case err != nil:
	case all.Proof && !embedded:
		err = errors.New("a proof is told again at the embedded target: leave out the URLs of another")
	case all.Proof && len(c.Fault) > 0:
		err = errors.New("a proof is told again at its own faults: leave out STAGING_FAULT")
	case embedded:
		all.Jobs = proof.Jobs()
	}
	return all, err
}

// tellAll tells every history of a folder again.
func (r *replaying) tellAll(c *cobra.Command) error {
	all, err := r.folder()
	if err != nil {
		return codedError{err, cannotReplay}
	}
	progress := newProgress(c.ErrOrStderr())
	all.Progress = func(done, of int, one replay.Comparison) {
		progress.step(done, of, one.String(), one.Outcome() == replay.NotHeld)
	}
	compared, err := all.Compare(c.Context())
	progress.end()
	var histories []string
	for _, one := range compared {
		histories = append(histories, one.Left...)
	}
	if err != nil {
		return codedError{errors.Join(err, left(histories)), cannotReplay}
	}
	return errors.Join(summed(c.OutOrStdout(), all, compared), left(histories))
}

// summed says what became of all histories; the error is that one does not hold, or that there is none.
func summed(out io.Writer, all replay.All, compared []replay.Comparison) error {
	if len(compared) == 0 {
		return codedError{fmt.Errorf("no history is below %s: that shows nothing (staging prove --keep leaves some, and go test -artifacts -outputdir)", all.Folder), cannotReplay}
	}
	var count [replay.NotHeld + 1]int
	red := 0
	for _, one := range compared {
		count[one.Outcome()]++
		if len(one.Recorded) > 0 {
			red++
		}
		if one.Outcome() != replay.Held {
			if _, err := fmt.Fprintln(out, one); err != nil {
				return err
			}
		}
	}
	if _, err := fmt.Fprintf(out, "%d histories, of which %d were red: %d hold, %d hold but for chance, %d do not hold\n",
		len(compared), red, count[replay.Held], count[replay.HeldByChance], count[replay.NotHeld]); err != nil {
		return err
	}
	switch {
	case count[replay.NotHeld] > 0:
		return fmt.Errorf("%d of %d histories do not hold", count[replay.NotHeld], len(compared))
	case all.Proof && red == 0:
		return codedError{fmt.Errorf("no history below %s is red: that is no proof, and shows nothing", all.Folder), cannotReplay}
	}
	return nil
}
