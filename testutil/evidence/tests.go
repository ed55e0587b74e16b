package evidence

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
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
	Start         time.Time
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
	Packages []*Package // by name
	All      []*Test    // by package and beginning, subtests included

	latest map[[2]string]*Test // attempt, by package and name
	builds map[string]string   // what each said, by ImportPath: a warning of one that succeeded is nobody's
}

// maxOutput bounds what is kept of what one test said, in bytes.
const maxOutput = 64 << 10

// An event is a line of the stream (go doc test2json).
type event struct {
	Time        time.Time
	Action      string
	Package     string
	ImportPath  string // of a build, which may be a dependency's
	FailedBuild string // that a package failed for, by its ImportPath
	Test        string
	Elapsed     float64 // seconds
	Output      string
	Key, Value  string
	Path        string
	Version     int // of no event, but of a history's header
}

// readTests reads a stream of go test -json. A file is one if it has an event, and no header of a history is before
// it: before its events and between them, go itself and tools around it may have written something else.
func readTests(in io.Reader) (t *Tests, is bool, err error) {
	t = &Tests{latest: map[[2]string]*Test{}, builds: map[string]string{}}
	lines := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			var e event
			if json.Unmarshal(text, &e) == nil {
				if !is && e.Version > 0 {
					return nil, false, nil
				}
				if e.Action != "" {
					is = true
					t.take(e)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			t.order()
			return t, is, nil
		}
		if err != nil {
			return t, is, fmt.Errorf("read what go test said, line %d: %w", n, err)
		}
	}
}

func (t *Tests) take(e event) {
	if e.Package == "" {
		if said := t.builds[e.ImportPath]; len(said)+len(e.Output) <= maxOutput {
			t.builds[e.ImportPath] = said + e.Output
		}
		return
	}
	if e.Test == "" {
		p := t.pkg(e.Package)
		p.take(e)
		p.say(t.builds[e.FailedBuild])
		return
	}
	if e.Action == "run" {
		test := &Test{Package: e.Package, Name: e.Test, Start: e.Time, Outcome: Unfinished, Attributes: map[string]string{}}
		t.All = append(t.All, test)
		t.latest[[2]string{e.Package, e.Test}] = test
		if !strings.Contains(e.Test, "/") {
			t.pkg(e.Package).Tests++
		}
		return
	}
	if test := t.latest[[2]string{e.Package, e.Test}]; test != nil {
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
	t.order()
}

func (t *Tests) order() {
	slices.SortStableFunc(t.Packages, func(a, b *Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Elapsed, b.Elapsed))
	})
	slices.SortStableFunc(t.All, func(a, b *Test) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), a.Start.Compare(b.Start), cmp.Compare(a.Name, b.Name))
	})
}

// attach finds the test of every story: the same package and name, and of several attempts, on one or many
// machines, the one that began when the story did. A story begins after its test.
func (t *Tests) attach(stories []*Story) {
	if t == nil {
		return
	}
	taken := map[*Test]bool{}
	for _, s := range stories {
		for _, test := range t.All {
			if !taken[test] && test.tells(s) && (s.Test == nil || s.apart(test) < s.apart(s.Test)) {
				s.Test = test
			}
		}
		taken[s.Test] = true
	}
}

// tells is whether the test tells the story.
func (t *Test) tells(s *Story) bool {
	return t.Name == s.Header.Story && path.Base(t.Package) == path.Base(s.Header.Package)
}

// apart is the time between the beginnings of a story and of a test.
func (s *Story) apart(t *Test) time.Duration { return s.Header.Start.Sub(t.Start).Abs() }

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
