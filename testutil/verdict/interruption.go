package verdict

import (
	"errors"
	"path"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// interruption says what shows that the evidence is of a run that did not come to its end, empty if nothing does. A
// process that died by itself, of which go test knows, is none; nor is a package that ran out of time.
func (c *court) interruption() string {
	if c.Interrupted != "" {
		return c.Interrupted
	}
	for _, s := range c.Stories {
		switch {
		case s.Interrupted:
			return s.Name() + ": " + s.Stopped
		case c.Tests == nil && errors.Is(s.Cut, evidence.ErrNoEnd):
			return s.Name() + ": " + s.Cut.Error()
		}
	}
	return c.untold()
}

// untold says where the stream of go test ends before its end, or says that a story was not begun any more.
func (c *court) untold() string {
	if c.Tests == nil {
		return ""
	}
	for _, t := range c.Tests.All {
		if why := t.Attributes[interrupted]; why != "" {
			return t.Name + " was not begun: " + why
		}
	}
	for _, p := range c.Tests.Packages {
		if p.Outcome == evidence.Unfinished {
			return "go test does not say how package " + path.Base(p.Name) + " ended"
		}
	}
	return ""
}

// interrupted is the attribute with which a story says that it did not begin because of a signal.
const interrupted = "netra.interrupted"

// neverBegun are the packages with expected stories of which there is no sign at all, unless it may be in what cannot
// be read.
func (c *court) neverBegun() []string {
	if len(c.Unread) > 0 {
		return nil
	}
	var tested []*evidence.Package
	if c.Tests != nil {
		tested = c.Tests.Packages
	}
	return slices.DeleteFunc(c.absentPackages(), func(name string) bool {
		return slices.ContainsFunc(tested, func(p *evidence.Package) bool { return path.Base(p.Name) == name })
	})
}
