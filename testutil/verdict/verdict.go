package verdict

import (
	"path"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// An Expected story is one that has to be among the evidence.
type Expected struct {
	Package string // folder below e2e
	Story   string
	Shows   []string // criteria
}

// Options are what a verdict needs besides the evidence.
type Options struct {
	// Expected are all stories that have to be there: what is missing was not shown.
	Expected []Expected
	// Interrupted says why the run was cut short, empty if that is not known: the evidence may show it all the same.
	// There is no decision on a run that was.
	Interrupted string
}

// The words for confidence.
const (
	High   = "HIGH"
	Medium = "MEDIUM"
	Low    = "LOW"
)

// Of decides. Its first reasons say what decided, and name what was not measured.
func Of(e *evidence.Evidence, o Options) summary.Verdict {
	c := &court{Evidence: e, Options: o}
	c.hear()
	v := summary.Verdict{Decision: c.decision(), Confidence: c.confidence(), Criteria: c.lines}
	if v.Decision == summary.NoDecision {
		v.Confidence = Low
	}
	v.Reasons = c.reasons(v.Decision)
	if v.Decision == summary.Rollback {
		v.WayBack = c.back()
	}
	return v
}

// A court is one verdict that is being made.
type court struct {
	*evidence.Evidence
	Options
	lines  []summary.Criterion
	absent []Expected
	gaps   []string // what the evidence lacks, or what speaks against it
	shut   string   // why nothing behind a login could be measured
}

func (c *court) hear() {
	for _, x := range c.Expected {
		if !slices.ContainsFunc(c.Stories, x.is) {
			c.absent = append(c.absent, x)
		}
	}
	c.shut = c.shutOut()
	for _, q := range questions {
		c.lines = append(c.lines, c.answer(q))
	}
	c.gaps = c.lacks()
}

// is tells whether the story is the expected one, or a part of it.
func (x Expected) is(s *evidence.Story) bool {
	name, _, _ := strings.Cut(s.Name(), "/")
	return name == x.Story && path.Base(s.Header.Package) == x.Package
}

// missing says which expected stories do not show the criterion.
func (c *court) missing(id string) (all []string) {
	for _, x := range c.Expected {
		if !slices.Contains(x.Shows, id) {
			continue
		}
		shows := func(s *evidence.Story) bool { return x.is(s) && slices.Contains(s.Header.Shows, id) }
		switch {
		case slices.ContainsFunc(c.Stories, shows):
		case slices.ContainsFunc(c.Stories, x.is):
			all = append(all, "the history of "+x.Story+" does not say that it shows it: a newer suite has to tell it again")
		default:
			all = append(all, x.Story+" is missing")
		}
	}
	return all
}

// with are the ids of the criteria with the verdict.
func (c *court) with(verdict string) (ids []string) {
	for _, line := range c.lines {
		if line.Verdict == verdict {
			ids = append(ids, line.ID)
		}
	}
	return ids
}
