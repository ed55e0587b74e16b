package replay

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/venue"
)

func TestMain(m *testing.M) {
	if was, err := venue.ServeApart(); was {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
