package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// smallest looks for the smallest part of a story that fails alike.
func (r *replaying) smallest(c *cobra.Command, s *replay.Script, o replay.Options, rerun string) error {
	r.search.Options = o
	r.search.Progress = func(p replay.Progress) {
		_, _ = fmt.Fprintln(c.ErrOrStderr(), p) // nothing depends on it
	}
	found, err := r.search.Run(c.Context(), s)
	if err != nil {
		return err
	}
	return errors.Join(say(c, found.Script, found.Result, rerun), found.Result.Err())
}
