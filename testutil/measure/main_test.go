package measure

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets the test binary stand in for the command staging, whose processes play the parts.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "measure" && os.Args[2] == "child" {
		if err := Play(context.Background(), os.Args[3], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
