package verdict

import (
	"path"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// lacks says what the evidence lacks, or what speaks against it as a whole.
func (c *court) lacks() []string {
	all := c.Gaps()
	all = append(all, c.notThere()...)
	all = append(all, c.untested()...)
	looked := func(s *evidence.Story) bool { return len(s.Serving) > 0 }
	if _, known := c.serving(); !known && slices.ContainsFunc(c.Stories, looked) {
		all = append(all, "the evidence does not tell which one revision of the backend serves")
	}
	return all
}

// notThere names packages and stories that are expected.
func (c *court) notThere() (all []string) {
	packages := c.absentPackages()
	for _, pkg := range packages {
		all = append(all, "the package "+pkg+" is missing")
	}
	for _, x := range c.absent {
		if !slices.Contains(packages, x.Package) {
			all = append(all, x.Story+" is missing")
		}
	}
	return all
}

// untested says where go test's word is missing.
func (c *court) untested() (all []string) {
	if c.Tests == nil {
		return []string{"no output of go test -json was given: a test that failed without a finding is not known"}
	}
	for _, s := range c.Stories {
		if s.Test == nil {
			all = append(all, "go test says nothing about "+s.Name())
		}
	}
	return all
}

func (c *court) absentPackages() (names []string) {
	for _, x := range c.absent {
		here := slices.ContainsFunc(c.Stories, func(s *evidence.Story) bool { return path.Base(s.Header.Package) == x.Package })
		if !here && !slices.Contains(names, x.Package) {
			names = append(names, x.Package)
		}
	}
	return names
}
