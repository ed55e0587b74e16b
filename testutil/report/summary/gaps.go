package summary

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Gaps say what the evidence lacks, and what speaks against it that is no story's.
func Gaps(e *evidence.Evidence) []string {
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
	for _, p := range e.Tests.Packages {
		if p.Outcome == evidence.Unfinished || p.Outcome == evidence.Failed && !hasFailed(e.Tests, p.Name) {
			add("package %s: %s, and by none of its tests: %s", path.Base(p.Name), p.Outcome, firstLines(p.Output))
		}
	}
	for _, t := range e.Untold() {
		if t.Outcome != evidence.Passed || strings.HasPrefix(t.Name, storyPrefix) {
			add("%s (%s): %s, and left no history: %s", t.Name, path.Base(t.Package), t.Outcome, firstLines(t.Output))
		}
	}
	return all
}

// storyPrefix begins the names of stories.
const storyPrefix = "TestStaging"

// hasFailed tells whether a test of the package did.
func hasFailed(t *evidence.Tests, pkg string) bool {
	return slices.ContainsFunc(t.All, func(t *evidence.Test) bool {
		return t.Package == pkg && (t.Outcome == evidence.Failed || t.Outcome == evidence.Unfinished)
	})
}

// notes say what a reader should know besides.
func notes(e *evidence.Evidence) []string {
	all := []string{}
	if e.Tests == nil {
		all = append(all, "no output of go test -json was given: of a test that failed before its story began nothing is known")
	}
	return all
}
