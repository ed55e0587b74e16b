package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// cutShort is the exit code of a search that was interrupted.
const cutShort = 4

// smallest looks for the smallest part of a story that fails alike.
func (r *replaying) smallest(c *cobra.Command, s *replay.Script, o replay.Options) error {
	progress := newMinimiseProgress(c.ErrOrStderr())
	r.search.Options, r.search.Progress = o, progress.tell
	found, err := r.search.Run(c.Context(), s)
	progress.end()
	if found.Script == nil {
		if c.Context().Err() != nil {
			return codedError{errors.Join(errors.New("interrupted before anything has failed: there is nothing to keep"), left(found.Left)), cutShort}
		}
		return errors.Join(err, left(found.Left))
	}
	if wrong := r.sayFound(c, found); wrong != nil {
		return wrong
	}
	soFar := fmt.Sprintf("the smallest so far, %s, of %s, is in %s; it may not be minimal", found.Script.Size(), found.Of, found.Result.History)
	switch {
	case c.Context().Err() != nil:
		return codedError{errors.Join(fmt.Errorf("interrupted: %s", soFar), left(found.Left)), cutShort}
	case err != nil:
		return errors.Join(fmt.Errorf("the search ended early: %w: %s", err, soFar), left(found.Left))
	}
	if _, wrong := fmt.Fprintf(c.OutOrStdout(), "the smallest that breaks %s: %s, of %s; it failed %d of %d times\n",
		found.Rule, found.Script.Size(), found.Of, found.Failed, found.Told); wrong != nil {
		return wrong
	}
	return errors.Join(found.Result.Err(), left(found.Left))
}

// sayFound tells what became of the smallest replay that failed.
func (r *replaying) sayFound(c *cobra.Command, found replay.Smallest) error {
	again := rerun(r.search.Options.Config, "replay", found.Result.History)
	if found.Failed < found.Told {
		again = fmt.Sprintf("STAGING_FAULT_SEED=%d %s", found.Seed, again)
	}
	return say(c, found.Script, found.Result, again)
}

// left is the error of replays that left threads at their target, by their histories.
func left(histories []string) error {
	if len(histories) == 0 {
		return nil
	}
	return fmt.Errorf("threads were left at the target, archive them: staging clean %s", strings.Join(histories, " "))
}
