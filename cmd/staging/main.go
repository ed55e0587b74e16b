// Command staging is the suite outside go test.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

func main() {
	if was, err := venue.ServeApart(); was {
		if err != nil {
			fmt.Fprintln(os.Stderr, "staging:", err) // its parent hears on standard output
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one ends the process at once
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "staging:", said(err))
		os.Exit(exitCode(err))
	}
}

// said is an error for a terminal or a log: it may quote a server.
func said(err error) string {
	lines := strings.Split(strings.ReplaceAll(err.Error(), "\t", "    "), "\n")
	for i, line := range lines {
		lines[i] = report.Clean(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "staging",
		Short:         "Validate a staging deployment of the Netra platform",
		SilenceErrors: true, // main prints them
		SilenceUsage:  true, // an error of a server that does not start is none of the command line
	}
	root.AddCommand(
		serveCommand(), measureCommand(), proveCommand(), validateCommand(),
		reportCommand(), trendCommand(), checkCommand(), showCommand(), replayCommand(), cleanCommand(),
	)
	return root
}
