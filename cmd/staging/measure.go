package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/measure"
)

var errBars = errors.New("a bar is not met")

func measureCommand() *cobra.Command {
	var o measure.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "measure",
		Short: "Take the numbers that the project must hold, and compare them with their bars",
		Long: `Take the numbers that the project must hold, and compare them with their bars.

It needs a clone of the project, takes about half an hour, and listens on loopback only. It fails if one
bar is not met.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.Staging, err = os.Executable(); err != nil {
				return fmt.Errorf("find this program, to run its parts: %w", err)
			}
			o.Progress = c.ErrOrStderr()
			report, err := measure.Run(c.Context(), o)
			return errors.Join(err, printReport(c, report, asJSON))
		},
	}
	f := c.Flags()
	f.StringVar(&o.Only, "only", "", "measure one group only: "+strings.Join(measure.Groups(), ", "))
	f.IntVar(&o.Repeat, "repeat", 0, "runs of each group that repeats (default: what its bar asks for)")
	f.IntVar(&o.Sessions, "sessions", 1000, "sessions of the rows about the client's cost")
	f.StringVar(&o.Profile, "profile", "", "write the client's CPU profile to this file (with --only cost)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(measureChildCommand())
	return c
}

func printReport(c *cobra.Command, report measure.Report, asJSON bool) error {
	if len(report.Rows) == 0 {
		return nil // the error says it all
	}
	var err error
	if asJSON {
		encoder := json.NewEncoder(c.OutOrStdout())
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		err = report.Text(c.OutOrStdout())
	}
	if err == nil && !report.Met() {
		err = errBars
	}
	return err
}

// measureChildCommand is what measure runs in processes of their own.
func measureChildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "child PART", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return measure.Play(c.Context(), args[0], c.InOrStdin(), c.OutOrStdout())
		},
	}
}
