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
		Use:   "clean FILE...",
		Short: "Archive what interrupted stories left at their target",
		Long: `Archive what interrupted stories left at their target.

A story archives the threads that it made when it ends; one that was killed could not. The history in each FILE
says which threads its users made and which were archived. This logs the same users in again, archives the rest,
and says what became of each. Where the history has no end, or is damaged, the target is asked for all threads that
the users of the story have, since it was nobody else who made them. Users cannot be deleted. The configuration must
name the target of the recording. A story that is still being told must not be cleaned up.

Exit codes: 0 nothing is left; 1 something could not be archived, or a history is damaged, so that nobody knows
whether that was all.`,
		Example: "  staging clean artifacts/goldenpath/TestStagingFollowUpKeepsThread-…/history.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error {
			var wrong []error
			for _, path := range paths {
				if len(paths) > 1 {
					fmt.Fprintf(c.OutOrStdout(), "%s:\n", report.Clean(path))
				}
				left, damage := replay.LeftIn(path)
				if left.Header.Version == 0 { // it cannot be read at all
					wrong = append(wrong, damage)
				} else if err := clean(c, left, damage); err != nil {
					wrong = append(wrong, fmt.Errorf("clean up after %s: %w", path, err))
				}
			}
			return errors.Join(wrong...)
		},
	}
}

// clean archives what one story left. The rest of a damaged history is not known; what can be read is cleaned up all
// the same.
func clean(c *cobra.Command, left replay.Leftovers, damage error) error {
	out := c.OutOrStdout()
	if len(left.Users) == 0 && damage == nil {
		_, err := fmt.Fprintln(out, "nothing is left: every thread that the story made was archived")
		return err
	}
	loaded, err := config.Load()
	if err != nil {
		return err
	}
	o := replay.Options{Config: loaded}
	if o.History, err = historyFile(loaded, "clean", left.Header.Story); err != nil {
		return err
	}
	cleaned, err := replay.Clean(c.Context(), left, o)
	if errors.Is(err, replay.ErrEmbedded) {
		_, err := fmt.Fprintln(out, err)
		return err
	}
	if !left.Whole && (err == nil || len(cleaned) > 0) {
		fmt.Fprintln(out, "the history has no end: the target was asked which threads the users of the story have")
	}
	return errors.Join(sayCleaned(c, cleaned, err), damage)
}

// sayCleaned tells what became of each thread. The error is that of the whole clean-up.
func sayCleaned(c *cobra.Command, cleaned []replay.Cleaned, err error) error {
	archived, gone := 0, 0
	for _, one := range cleaned {
		fmt.Fprintln(c.OutOrStdout(), report.Clean(one.String()))
		switch {
		case one.Gone:
			gone++
		case one.Err == nil:
			archived++
		}
	}
	switch failed := len(cleaned) - archived - gone; {
	case failed > 0:
		return fmt.Errorf("%d archived, %d gone already, %d NOT archived", archived, gone, failed)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "nothing is left: %d archived, %d gone already\n", archived, gone)
	return err
}
