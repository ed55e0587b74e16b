package nights_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// Called as gh, the test is GitHub's command line.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "gh" {
		os.Exit(gh(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}
