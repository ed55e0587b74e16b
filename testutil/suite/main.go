// Package suite puts target, history and judge together for a *testing.T, so that a story in e2e tells
// only what its users do.
//
//	func TestStagingIdleListenerHearsNothing(t *testing.T) {
//		s := suite.Start(t)
//		listener, talker := s.User(), s.User()
//		listener.Connect(staging.Listening())
//		talker.Connect().Ask(prompts.Sum(talker.Nonce())).Wait()
//	}
//
// Every story is judged by every standing rule when it ends. There is no skip.
package suite

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// An Arrangement says how the stories of a package are told.
type Arrangement func(*process)

// Main runs the stories of one package below e2e; its TestMain calls nothing else. It does not return.
//
// Besides running the tests it closes go test's own traps: a result is never cached, a -run pattern
// that selects no story anywhere fails, and so does a process that leaves a goroutine behind.
func Main(m *testing.M, plan Plan, arrangements ...Arrangement) {
	if was, err := venue.ServeApart(); was {
		if err != nil {
			fmt.Fprintln(os.Stderr, err) // its parent hears on standard output
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	here = begin(plan, arrangements)
	code := m.Run()
	if here.started.Load() == 0 {
		code = max(code, complain(here.nothingStarted(flags())))
	}
	code = max(code, complain(here.end()), complain(goleak.Find()), complain(uncache()))
	os.Exit(code)
}

// complain prints an error that belongs to the process rather than to a story.
func complain(err error) (code int) {
	if err == nil {
		return 0
	}
	fmt.Printf("--- FAIL: staging suite\n    %v\n", err)
	return 1
}

// selection is what the command line says about which tests to run, and how often.
type selection struct {
	run, skip, list string
	rounds          int // -count for each of -cpu
}

func flags() selection {
	count, err := strconv.Atoi(flagValue("test.count"))
	if err != nil {
		count = 1
	}
	return selection{
		run: flagValue("test.run"), skip: flagValue("test.skip"), list: flagValue("test.list"),
		rounds: count * len(strings.Split(flagValue("test.cpu"), ",")),
	}
}

func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// nothingStarted returns an error unless it is in order that this process ran no story: because it was
// asked for none, or because the selected ones are in other packages.
func (p *process) nothingStarted(s selection) error {
	if s.list != "" || s.run == "^$" {
		return nil
	}
	selected, err := p.plan.selected(s.run, s.skip)
	if err != nil {
		return err
	}
	if len(selected) == 0 {
		return fmt.Errorf("-run %q -skip %q selects no story of any package below e2e, so nothing was shown about any target: "+
			"name one (go test ./e2e/... -list .)", s.run, s.skip)
	}
	for _, e := range selected {
		if e.Package == p.pkg {
			return fmt.Errorf("%s was selected, but did not run", e.Story)
		}
	}
	fmt.Printf("staging: nothing is shown here; the selected stories are in other packages, such as %s in e2e/%s\n",
		selected[0].Story, selected[0].Package)
	return nil
}

// packageName is the folder of the running package; go test runs a test in it.
func packageName() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the package under test: %w", err)
	}
	return filepath.Base(dir), nil
}

// uncache keeps the go command from caching this run's result. A cached "ok" says nothing about the
// target of now, and the cache cannot know: it sees neither a target nor an environment variable that
// was read before the tests began. The go command caches a result together with the log of what the
// test read, which it finds in the file named by -test.testlogfile; it does not cache one whose log it
// cannot read. Our line ends the log, when the testing package has closed it.
func uncache() error {
	path := flagValue("test.testlogfile")
	if path == "" {
		return nil // the go command did not mean to cache
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no log was begun, as with -list: nothing to cache
	}
	if err != nil {
		return fmt.Errorf("keep the result out of go test's cache (add -count=1): %w", err)
	}
	_, err = f.WriteString("staging-results-are-never-cached\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep the result out of go test's cache (add -count=1): %w", err)
	}
	return nil
}
