package markdown

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// An issue is a rule that was broken, in however many stories.
type issue struct {
	rule, message, story, suspect string
	findings, stories             int
}

// issues lists the broken rules, each with an example and the regression that its first story looks like.
func (d *document) issues() {
	all := issues(d.summary)
	if len(all) == 0 {
		d.line("- none%s", map[bool]string{true: " by a finding, but see what the stories stopped at"}[len(d.summary.Red()) > 0])
	}
	slices.SortStableFunc(all, func(a, b *issue) int { return cmp.Compare(b.stories, a.stories) })
	for _, i := range all[:min(maxIssues, len(all))] {
		d.line("- %s: %s (%s in %s, first %s) / %s", code(i.rule), code(report.Short(i.message, maxText)), report.Many(i.findings, "finding", "findings"), report.Many(i.stories, "story", "stories"), code(i.story), i.suspect)
	}
	if more := len(all) - maxIssues; more > 0 {
		d.line("- … and %s more", report.Many(more, "broken rule", "broken rules"))
	}
}

// issues are the broken rules, in the order in which they were broken.
func issues(s *summary.Summary) (all []*issue) {
	byRule := map[string]*issue{}
	for _, story := range s.Red() {
		seen := map[string]bool{}
		for _, f := range story.Hard() {
			i := byRule[f.Rule]
			if i == nil {
				i = &issue{rule: f.Rule, message: f.Message, story: story.Name, suspect: "root cause not known"}
				if len(story.Suspects) > 0 {
					i.suspect = "looks like " + code(story.Suspects[0].ID)
				}
				byRule[f.Rule], all = i, append(all, i)
			}
			i.findings++
			if !seen[f.Rule] {
				i.stories++
			}
			seen[f.Rule] = true
		}
	}
	return all
}

// How much of each red story is shown: the whole is in the HTML report.
const (
	maxFindings = 3
	maxLines    = 4
	maxLine     = 240
)

func (d *document) failures() {
	red := d.summary.Red()
	if len(red) == 0 {
		return
	}
	d.line("\n## Failures\n")
	for i, story := range red {
		if d.text.Len() > limit*3/4 {
			d.line("… and %s more: see the HTML report.", report.Many(len(red)-i, "red story", "red stories"))
			return
		}
		d.failure(story)
	}
}

func (d *document) failure(s *summary.Story) {
	d.line("### %s\n", code(s.Name))
	for _, why := range s.Why {
		d.line("- %s", code(report.Short(why, maxText)))
	}
	hard := s.Hard()
	for _, f := range hard[:min(maxFindings, len(hard))] {
		d.line("- %s: %s", code(f.Rule), code(report.Short(f.Message, maxText)))
		if len(f.Lines) > 0 {
			var lines []string
			for _, line := range f.Lines[:min(maxLines, len(f.Lines))] {
				lines = append(lines, report.Short(line, maxLine))
			}
			d.line("\n%s", block(lines, 2))
		}
	}
	if more := len(hard) - maxFindings; more > 0 {
		d.line("- … and %s more", report.Many(more, "finding", "findings"))
	}
	for _, suspect := range s.Suspects {
		d.line("- looks like %s – %s (because %s)", code(suspect.ID), code(suspect.Title), code(strings.Join(suspect.Reasons, "; ")))
	}
	commands := []string{s.Rerun, s.Replay}
	if s.Needs != "" {
		commands = append([]string{"# with " + s.Needs}, commands...)
	}
	d.line("\n%s", block(commands, 0))
}
