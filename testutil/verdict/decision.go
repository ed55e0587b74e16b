package verdict

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// The criteria whose failure calls for a rollback, and those that have to be measured (deployment.md 7,
// Recommendation rule; issue #6 adds D3).
var (
	grave     = []string{"D2", "D3", "F1", "F2", "F5"}
	essential = []string{"D1", "D2", "D3", "F1", "F2", "F3", "F4", "F5"}
	// dispensable are those without which the decision may be PROCEED, with less confidence.
	dispensable = []string{"D4", "P1", "P2", "P3", "P4"}
)

func among(ids, of []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(of, id) })
}

func (c *court) decision() string {
	serving, known := c.serving()
	switch {
	case c.undecidable() != "":
		return summary.NoDecision
	case among(c.with(summary.Fail), grave) && known && serving.New() && serving.Earlier != "":
		return summary.Rollback
	case len(c.with(summary.Fail)) > 0, among(c.with(summary.NotMeasured), essential), len(c.gaps) > 0, slices.ContainsFunc(c.red(), speaks):
		return summary.Investigate
	}
	return summary.Proceed
}

// undecidable says why the evidence, whatever it shows, is none for a decision.
func (c *court) undecidable() string {
	if why := c.interruption(); why != "" {
		return "the run was interrupted: " + why
	}
	if packages := c.neverBegun(); len(packages) > 0 {
		return "the evidence is of a part of the run: nothing is there of " + strings.Join(packages, ", ")
	}
	targets := map[string]bool{}
	embedded := false
	for _, s := range c.Stories {
		t := s.Header.Target
		if t.Kind != string(config.Remote) {
			embedded = true
			targets[t.Kind] = true
			continue
		}
		targets[t.Kind+" "+t.API+" "+t.Auth] = true
	}
	switch {
	case len(targets) > 1:
		return "the evidence is of several targets: decide about each by itself"
	case embedded:
		return "the target is embedded: the run says that the suite works, and nothing about any staging"
	}
	return ""
}

func (c *court) confidence() string {
	open := c.with(summary.NotMeasured)
	switch {
	case among(open, essential), len(c.gaps) > 0, slices.ContainsFunc(c.Stories, contradicts):
		return Low
	case len(open) > 0:
		return Medium
	}
	return High
}

func (c *court) red() (red []*evidence.Story) {
	for _, s := range c.Stories {
		if s.Red() {
			red = append(red, s)
		}
	}
	return red
}

// speaks tells whether a red story speaks against the deployment: it does unless it came to its end and all that
// makes it red is that a criterion was not measured without which a deployment may go on (issue #6).
func speaks(s *evidence.Story) bool {
	if s.Stopped != "" || s.Cut != nil || len(s.Hard()) == 0 {
		return true
	}
	other := func(f judge.Finding) bool { return f.Rule != judge.Unmeasured }
	bars := func(c judge.Criterion) bool {
		return c.Verdict != judge.Pass && !(c.Verdict == judge.NotMeasured && slices.Contains(dispensable, c.ID))
	}
	return slices.ContainsFunc(s.Hard(), other) || slices.ContainsFunc(s.Criteria, bars)
}

// serving is the revision of the backend that the evidence says serves; false if it names none, or several.
func (c *court) serving() (found evidence.Revision, known bool) {
	for _, s := range c.Stories {
		for _, r := range s.Serving {
			if r.Role != history.Backend {
				continue
			}
			if known && r.Name != found.Name {
				return evidence.Revision{}, false
			}
			if !known || found.Earlier == "" {
				found, known = r, true
			}
		}
	}
	return found, known
}
