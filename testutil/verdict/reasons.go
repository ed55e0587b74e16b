package verdict

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// maxNamed bounds how many of a kind are named in the reasons.
const maxNamed = 10

// reasons say what decided, first; then what was not measured, and what else speaks against it.
func (c *court) reasons(decision string) (all []string) {
	failed, open := c.with(summary.Fail), c.with(summary.NotMeasured)
	if why := c.undecidable(); why != "" {
		all = append(all, why)
	}
	if c.shut != "" {
		all = append(all, c.shut)
	}
	if len(failed) > 0 {
		all = append(all, "failed: "+strings.Join(failed, ", "))
	}
	if len(open) > 0 {
		all = append(all, "not measured: "+strings.Join(open, ", "))
	}
	if decision == summary.Rollback {
		all = append(all, c.wayBack())
	} else if among(failed, grave) && c.undecidable() == "" {
		all = append(all, "no rollback: "+c.noWayBack())
	}
	if red := c.red(); len(red) > 0 {
		all = append(all, fmt.Sprintf("%d of %s red: %s", len(red), report.Many(len(c.Stories), "story is", "stories are"), named(red)))
	}
	all = append(all, c.gaps[:min(len(c.gaps), maxNamed)]...)
	if more := len(c.gaps) - maxNamed; more > 0 {
		all = append(all, fmt.Sprintf("and %d more that the evidence lacks", more))
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("all %d criteria passed, and nothing speaks against any of %s", len(c.lines), report.Many(len(c.Stories), "story", "stories")))
	}
	return all
}

func named(stories []*evidence.Story) string {
	var names []string
	for _, s := range stories[:min(len(stories), maxNamed)] {
		names = append(names, s.Name())
	}
	if more := len(stories) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// resource is the grammar of names of services and revisions, which end up in a command.
var resource = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// wayBack says how to roll back (deployment.md 2).
func (c *court) wayBack() string {
	r, _ := c.serving()
	text := fmt.Sprintf("%s has %d %% of the traffic, and %s could serve again", r.Name, r.Percent, r.Earlier)
	if command := c.back(); command != "" {
		text += ": " + command
	}
	return text
}

// back is the command that moves the traffic back, empty where the names are not what they should be.
func (c *court) back() string {
	r, _ := c.serving()
	if !resource.MatchString(r.Service) || !resource.MatchString(r.Earlier) {
		return ""
	}
	return fmt.Sprintf("gcloud run services update-traffic %s --to-revisions %s=100%s", r.Service, r.Earlier, c.place())
}

// place are the flags that name the project, as far as histories know it.
func (c *court) place() string {
	for _, s := range c.Stories {
		if on := s.Header.Deployment; on != nil && resource.MatchString(on.Project) && resource.MatchString(on.Region) {
			return " --project " + on.Project + " --region " + on.Region
		}
	}
	return ""
}

func (c *court) noWayBack() string {
	switch r, known := c.serving(); {
	case !known:
		return "the evidence does not tell which revision of the backend serves"
	case !r.New():
		return "it is not known that a new revision serves"
	default:
		return "the evidence names no revision that could serve again"
	}
}
