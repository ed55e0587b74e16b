package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/replay"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

func cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "clean FILE",
		Short: "Archive what an interrupted story left at its target",
		Long: `Archive what an interrupted story left at its target.

A story archives the threads that it made when it ends; one that was killed could not. The history in FILE says
which threads its users made and which were archived. This logs the same users in again, archives the rest, and
says what became of each. Users cannot be deleted. The configuration must name the target of the recording.

Exit codes: 0 nothing is left; 1 something could not be archived, or the history is damaged, so that nobody knows
whether that was all.`,
		Example: "  staging clean artifacts/goldenpath/TestStagingFollowUpKeepsThread-…/history.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return clean(c, args[0]) },
	}
}

func clean(c *cobra.Command, path string) (err error) {
	out := c.OutOrStdout()
	header, left, damage := replay.LeftIn(path)
	switch {
	case damage != nil && (header.Version == 0 || len(left) == 0):
		return damage
	case damage != nil: // what the rest held is not known; what can be read is cleaned up all the same
		defer func() { err = errors.Join(err, damage) }()
	case len(left) == 0:
		_, err := fmt.Fprintln(out, "nothing is left: every thread that the story made was archived")
		return err
	}
	loaded, err := config.Load()
	if err != nil {
		return err
	}
	o := replay.Options{Config: loaded}
	if o.History, err = historyFile(loaded, "clean", header.Story); err != nil {
		return err
	}
	cleaned, err := replay.Clean(c.Context(), header, left, o)
	if errors.Is(err, replay.ErrEmbedded) {
		_, err = fmt.Fprintln(out, err)
		return err
	}
	failed := 0
	for _, one := range cleaned {
		if one.Err != nil {
			failed++
		}
		fmt.Fprintln(out, report.Clean(one.String()))
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d threads could not be archived", failed, len(cleaned))
	}
	return err
}
