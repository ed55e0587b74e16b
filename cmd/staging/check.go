package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/report/terminal"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// The codes with which staging check ends, beside 0.
const (
	checkedRed    = 1
	checkedNobody = 3 // what could not be read is not judged
)

func checkCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check PATH...",
		Short: "Judge recorded histories again, offline, with today's rules",
		Long: `Judge recorded histories again, offline, with today's rules.

Each PATH is a history, a stream of go test -json, or a folder with any of them:

  staging check artifacts
  staging check machine-a/history.jsonl machine-b/history.jsonl

Every history is judged by itself, and all together for isolation: what belongs to a user of one must not reach a
user of another. That needs no common clock, so the histories may come from several machines.

Below a folder every file counts that has .jsonl in its name. What looks like evidence and cannot be read, since it is
damaged, compressed, of a newer suite or closed to you, is named, and nothing is green because it is missing.

It ends with 0 if nothing speaks against any of them; with 1 if something does, a history included that is not
whole, however good what could be read of it; and with 3 if there is nothing to judge or a file cannot be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error { return check(c, paths, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON (docs/report.schema.json)")
	misused(c, checkedNobody)
	return c
}

// garbage is how much of it may lie beside what is in use, in percent, before it is collected: a million events
// leave much behind and keep little.
const garbage = 200

func check(c *cobra.Command, paths []string, asJSON bool) error {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	e, err := evidence.Gather(c.Context(), paths...)
	if err != nil {
		return codedError{err, checkedNobody}
	}
	s, err := summary.Of(e, summary.Options{Made: time.Now(), Verdict: verdict.Of(e, everyStory())})
	if err != nil {
		return codedError{err, checkedNobody}
	}
	write := func() error { return terminal.Check(c.OutOrStdout(), s) }
	if asJSON {
		write = func() error { return s.WriteJSON(c.OutOrStdout()) }
	}
	if err := write(); err != nil {
		return codedError{fmt.Errorf("write what was found: %w", err), checkedNobody}
	}
	return judged(e, s)
}

// judged is nil if the evidence is whole and nothing speaks against it.
func judged(e *evidence.Evidence, s *summary.Summary) error {
	switch red := len(s.Red()); {
	case red > 0:
		return codedError{fmt.Errorf("%d of %d histories are red", red, len(s.Stories)), checkedRed}
	case len(e.Unread) > 0:
		return codedError{fmt.Errorf("%d of %d files cannot be read: %s: %w", len(e.Unread), len(e.Unread)+len(e.Stories), e.Unread[0].Path, e.Unread[0].Err), checkedNobody}
	case len(s.Gaps) > 0:
		return codedError{errors.New("what go test said speaks against the stories: " + s.Gaps[0]), checkedRed}
	}
	return nil
}
