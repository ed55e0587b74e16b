package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

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
		return unfollowed(path, err)
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

// unfollowed says which file can be followed, where the one that was named cannot.
func unfollowed(path string, err error) error {
	const which = "go test -v says which file it is when a story begins (netra.history)"
	if info, lost := os.Stat(path); lost == nil && info.IsDir() {
		return fmt.Errorf("follow %s: it is a folder, and one history is followed: %s", path, which)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", err, which)
	}
	return err
}
