package suite_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/e2e"
)

// atOnce is how many tests that are parallel run at the same time, unless go test's -parallel says so.
// They hardly compute: they wait, for processes that wait for silence.
const atOnce = "12"

func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", atOnce) // it is there, and a number
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if dir, err := binaries(); err == nil {
			_ = os.RemoveAll(dir) // what is left is in the system's directory for such things
		}
		os.Exit(code)
	}))
}

// binaries is the directory of the test binaries.
var binaries = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "staging-stories-") })

// built has the test binary of each package below e2e, built when it is first asked for, once.
var built = func() map[string]func() (string, error) {
	all := map[string]func() (string, error){}
	for _, entry := range e2e.Plan {
		if pkg := entry.Package; all[pkg] == nil {
			all[pkg] = sync.OnceValues(func() (string, error) { return build(pkg) })
		}
	}
	return all
}()

func build(pkg string) (string, error) {
	dir, err := binaries()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, pkg+".test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, "../../e2e/"+pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the stories of %s: %w: %s", pkg, err, out)
	}
	return binary, nil
}
