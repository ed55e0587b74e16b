package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// An Outcome is go test's word on a test or a package.
type Outcome string

// The outcomes. A test that began and of which no end is known is Unfinished.
const (
	Passed     Outcome = "pass"
	Failed     Outcome = "fail"
	Skipped    Outcome = "skip"
	Unfinished Outcome = "unfinished"
)

// A Test is what go test -json said of one test function, or of one of its subtests.
type Test struct {
	Package, Name string
	Outcome       Outcome
	Elapsed       time.Duration
	Attributes    map[string]string // t.Attr
	Artifacts     string            // folder, as it was called where the test ran
	Output        string            // bounded
}

// A Package is what it said of a package.
type Package struct {
	Name    string
	Outcome Outcome
	Elapsed time.Duration
	// Output is what belongs to no test: why it was not built, or a panic. It is bounded.
	Output string
	// Tests are counted without subtests.
	Tests int
}

// Tests are what one or many go test -json streams said.
type Tests struct {
	Packages []*Package
	All      []*Test // in the order of their beginnings, subtests included
}

// maxOutput bounds what is kept of what one test said, in bytes.
const maxOutput = 64 << 10

// An event is a line of the stream (go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Elapsed     float64 // seconds
	Output      string
	Key, Value  string
	Path        string
	FailedBuild string
}

// readTests reads a stream of go test -json. It is none if its first line is not an event of one.
func readTests(in io.Reader) (t *Tests, is bool, err error) {
	t = &Tests{}
	lines := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			var e event
			bad := json.Unmarshal(text, &e)
			if !is && (bad != nil || e.Action == "") {
				return nil, false, nil
			}
			is = true
			if bad == nil {
				t.take(e)
			} // else go itself, or a tool around it, wrote among the events
		}
		if errors.Is(err, io.EOF) {
			return t, is, nil
		}
		if err != nil {
			return t, is, fmt.Errorf("read what go test said, line %d: %w", n, err)
		}
	}
}

func (t *Tests) take(e event) {
	if e.Package == "" {
		if e.ImportPath != "" { // a package that is being built; "x [x.test]"
			name, _, _ := strings.Cut(e.ImportPath, " ")
			t.pkg(name).say(e.Output)
		}
		return
	}
	if e.Test == "" {
		t.pkg(e.Package).take(e)
		return
	}
	if e.Action == "run" {
		t.All = append(t.All, &Test{Package: e.Package, Name: e.Test, Outcome: Unfinished, Attributes: map[string]string{}})
		if !strings.Contains(e.Test, "/") {
			t.pkg(e.Package).Tests++
		}
		return
	}
	if test := t.last(e.Package, e.Test); test != nil {
		test.take(e)
	}
}

func (t *Tests) pkg(name string) *Package {
	for _, p := range t.Packages {
		if p.Name == name {
			return p
		}
	}
	p := &Package{Name: name, Outcome: Unfinished}
	t.Packages = append(t.Packages, p)
	return p
}

// last is the latest attempt at a test.
func (t *Tests) last(pkg, name string) *Test {
	for i := len(t.All) - 1; i >= 0; i-- {
		if t.All[i].Package == pkg && t.All[i].Name == name {
			return t.All[i]
		}
	}
	return nil
}

func (p *Package) take(e event) {
	switch o := Outcome(e.Action); {
	case e.Action == "output":
		p.say(e.Output)
	case o == Passed || o == Failed || o == Skipped:
		p.Outcome, p.Elapsed = o, seconds(e.Elapsed)
	}
}

func (p *Package) say(text string) {
	if len(p.Output)+len(text) <= maxOutput {
		p.Output += text
	}
}

func (t *Test) take(e event) {
	switch o := Outcome(e.Action); {
	case e.Action == "output":
		if len(t.Output)+len(e.Output) <= maxOutput {
			t.Output += e.Output
		}
	case e.Action == "attr":
		t.Attributes[e.Key] = e.Value
	case e.Action == "artifacts":
		t.Artifacts = e.Path
	case o == Passed || o == Failed || o == Skipped:
		t.Outcome, t.Elapsed = o, seconds(e.Elapsed)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// join adds what another stream said.
func (t *Tests) join(other *Tests) {
	t.Packages = append(t.Packages, other.Packages...)
	t.All = append(t.All, other.All...)
}

// attach finds the story of every test: same package, same name, and of several attempts the same.
func (t *Tests) attach(stories []*Story) {
	if t == nil {
		return
	}
	taken := map[*Test]bool{}
	for _, s := range stories {
		for _, test := range t.All {
			if !taken[test] && test.Name == s.Header.Story && path.Base(test.Package) == path.Base(s.Header.Package) {
				s.Test, taken[test] = test, true
				break
			}
		}
	}
}

// Untold are the tests that are no story's, apart from those whose subtests are stories: they failed before they
// could begin a history, or have lost it.
func (e *Evidence) Untold() (untold []*Test) {
	if e.Tests == nil {
		return nil
	}
	told := map[*Test]bool{}
	for _, s := range e.Stories {
		told[s.Test] = true
	}
	for _, t := range e.Tests.All {
		if !told[t] && !e.hasSubtests(t) {
			untold = append(untold, t)
		}
	}
	return untold
}

func (e *Evidence) hasSubtests(t *Test) bool {
	for _, s := range e.Stories {
		if strings.HasPrefix(s.Header.Story, t.Name+"/") && path.Base(t.Package) == path.Base(s.Header.Package) {
			return true
		}
	}
	return false
}
