package summary

import (
	"path"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// A Test is one of the tests that issue #891 lists.
type Test struct {
	Name    string        `json:"name"`
	Result  string        `json:"result"` // "pass", "fail" or "not measured"
	Took    time.Duration `json:"took_ns"`
	Stories int           `json:"stories"`
	Red     int           `json:"red"`
}

// tests are the critical ones, which are packages, and then the wider run, which is all of them.
func tests(stories []*Story, e *evidence.Evidence) []Test {
	return []Test{
		newTest("Golden Path Test", "goldenpath", stories, e),
		newTest("Agent Registry Test", "agentregistry", stories, e),
		newTest("Concurrent Users Test", "concurrentusers", stories, e),
		newTest("WebSocket Infrastructure", "", stories, e),
	}
}

// newTest is that of a package, or without a name of all. Without a story it is not measured.
func newTest(name, pkg string, stories []*Story, e *evidence.Evidence) Test {
	t := Test{Name: name, Result: NotMeasured}
	var began, ended time.Time
	for _, s := range stories {
		if pkg != "" && path.Base(s.Package) != pkg {
			continue
		}
		t.Stories++
		if s.Red {
			t.Red++
		}
		start := s.Evidence.Header.Start
		if began.IsZero() || start.Before(began) {
			began = start
		}
		if end := start.Add(s.Took); end.After(ended) {
			ended = end
		}
	}
	t.Took = ended.Sub(began)
	switch {
	case t.Red > 0 || broken(pkg, e):
		t.Result = Fail
	case t.Stories > 0:
		t.Result = Pass
	}
	return t
}

// broken tells whether go test or a damaged file speaks against the package, or against any.
func broken(pkg string, e *evidence.Evidence) bool {
	if pkg == "" && len(e.Unread) > 0 {
		return true
	}
	if e.Tests == nil {
		return false
	}
	for _, p := range e.Tests.Packages {
		if (pkg == "" || path.Base(p.Name) == pkg) && p.Outcome != evidence.Passed && (p.Outcome != evidence.Skipped || p.Tests > 0) {
			return true
		}
	}
	for _, t := range e.Untold() {
		if (pkg == "" || path.Base(t.Package) == pkg) && t.Outcome != evidence.Passed {
			return true
		}
	}
	return false
}
