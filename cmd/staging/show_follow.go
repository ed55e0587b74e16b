package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report/terminal"
)

// tail prints a history while it grows. Ctrl-C is an ordinary end of it.
func (s *showing) tail(c *cobra.Command, path string) error {
	r, err := history.Follow(c.Context(), path)
	if c.Context().Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	err = terminal.Follow(c.OutOrStdout(), r, s.wants, s.options)
	if c.Context().Err() != nil {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("follow %s: %w", path, err)
	}
	return errors.Join(err, r.Close())
}
