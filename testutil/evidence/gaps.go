package evidence

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Gaps say what the evidence lacks, and what speaks against it that is no story's: files that cannot be read and
// histories without an end; tests that left no history; and packages that failed where nothing told of failed, that
// never ended, or that are said to have been passed over although their tests ran.
//
// A package of which nobody selected a test passed, and one without test files was passed over: neither is a gap.
// Which stories ought to be there the evidence does not know: that is asked by verdict.Options.Expected.
func (e *Evidence) Gaps() []string {
	all := []string{}
	add := func(format string, args ...any) { all = append(all, report.Clean(fmt.Sprintf(format, args...))) }
	for _, u := range e.Unread {
		add("%s cannot be read: %v", u.Path, u.Err)
	}
	for _, s := range e.Stories {
		if s.Cut != nil {
			add("the history of %s is not whole (%s): %v", s.Name(), s.Path, s.Cut)
		}
	}
	if e.Tests == nil {
		return all
	}
	untold := e.Untold()
	for _, p := range e.Tests.Packages {
		if p.Outcome == Unfinished || p.Outcome == Skipped && p.Tests > 0 || p.Outcome == Failed && !e.shows(p, untold) {
			add("package %s: %s, and by none of its tests: %s", path.Base(p.Name), p.Outcome, p.Said())
		}
	}
	for _, t := range untold {
		if t.Outcome != Passed || strings.HasPrefix(t.Name, StoryPrefix) {
			add("%s (%s): %s, and left no history: %s", t.Name, path.Base(t.Package), t.Outcome, t.Said())
		}
	}
	return all
}

// StoryPrefix begins the names of stories.
const StoryPrefix = "TestStaging"

// shows tells whether why the package failed is to be seen: a test that failed is a story's, or is told of as untold.
func (e *Evidence) shows(p *Package, untold []*Test) bool {
	fails := func(t *Test) bool {
		return t != nil && t.Package == p.Name && (t.Outcome == Failed || t.Outcome == Unfinished)
	}
	return slices.ContainsFunc(untold, fails) || slices.ContainsFunc(e.Stories, func(s *Story) bool { return fails(s.Test) })
}

// repeated bounds how much of an output is, in characters.
const repeated = 300

// Said is the beginning of the test's output on one line, without what go test says by itself.
func (t *Test) Said() string { return said(t.Output) }

// Said is the beginning of what belongs to no test, on one line, without what go test says by itself.
func (p *Package) Said() string { return said(p.Output) }

func said(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "FAIL") && !strings.HasPrefix(line, "---") {
			lines = append(lines, line)
		}
	}
	text := strings.Join(lines, "; ")
	if text == "" {
		return "it said nothing"
	}
	return report.Short(text, repeated)
}
