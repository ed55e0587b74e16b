// Package markdown writes a report for an issue comment, in the form that issue #891 fixed
// (docs/protocol/deployment.md, section 7), and then what a person needs to go on. No text of a target mentions,
// links or formats anything, and the whole fits into one comment of GitHub or GitLab.
package markdown

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// What bounds the document: a comment on GitHub may have 65,536 characters, of which each is four bytes at most.
// Parts end when so many bytes are written, and say so; what has no end of its own is short.
const (
	limit      = 60_000
	maxIssues  = 24
	maxReasons = 30
	maxTargets = 10
	maxText    = 400 // runes of a text
	maxProof   = 800 // of a line of the checklist, which has all numbers of a criterion
)

// Write writes the document.
func Write(w io.Writer, s *summary.Summary) error {
	d := document{summary: s}
	d.results()
	d.checklist()
	d.failures()
	d.gaps()
	d.trend()
	if _, err := io.WriteString(w, d.text.String()); err != nil {
		return fmt.Errorf("write the report as Markdown: %w", err)
	}
	return nil
}

// A document is one that is being written.
type document struct {
	summary *summary.Summary
	text    strings.Builder
}

func (d *document) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// results are the fields that issue #891 fixed, each with a value or why there is none.
func (d *document) results() {
	s := d.summary
	d.line("# Issue #891 Staging Validation Results\n")
	for _, t := range s.Targets[:min(maxTargets, len(s.Targets))] {
		d.line("Target: %s %s, %s.%s", t.Kind, code(report.Short(t.API, maxText)), report.Many(t.Stories, "story", "stories"), embedded(t))
	}
	d.line("\n## Deployment Status\n")
	revision := d.revision()
	d.line("- **Revision ID**: %s", revision.name)
	d.line("- **Deployment Time**: %s", revision.created)
	d.line("- **Status**: %s", d.verdict("D1", "SUCCESS", "FAILED"))
	d.line("- **Error Count**: %s", d.verdict("D2", "0", "at least 1"))
	d.line("\n## Test Results\n")
	for _, t := range s.Tests {
		d.line("- **%s**: %s", t.Name, result(t))
	}
	d.line("\n## Performance Metrics\n")
	d.line("- **WebSocket Connection Time**: %s", times(s.Phase(evidence.Connect)))
	d.line("- **Agent Response Time**: %s", times(s.Phase(evidence.Answer)))
	d.line("- **Memory Usage**: %s", d.verdict("P3", "no upward trend", "FAILED"))
	d.line("- **Error Rate Change**: %s", d.verdict("D4", "no increase", "FAILED"))
	d.line("\n## Issues Discovered\n")
	d.issues()
	d.line("\n## Recommendation\n")
	d.recommendation()
}

func embedded(t summary.Target) string {
	if t.Embedded() {
		return " **It is the suite's own reference: this says nothing about any staging.**"
	}
	return ""
}

type revision struct{ name, created string }

// revision is that of the backend: the first that the cloud told a time of creation of.
func (d *document) revision() revision {
	for _, r := range d.summary.Revisions {
		if strings.Contains(r.Service, "backend") {
			at := "not measured - the cloud did not say"
			if !r.Created.IsZero() {
				at = r.Created.UTC().Format(time.RFC3339)
			}
			return revision{code(r.Name), at}
		}
	}
	const why = "not measured - no story read the cloud's state of a backend"
	return revision{why, why}
}

// verdict is a criterion in the words of the form, with its evidence.
func (d *document) verdict(id, pass, fail string) string {
	c := d.summary.Verdict.Criterion(id)
	word := map[string]string{summary.Pass: pass, summary.Fail: fail}[c.Verdict]
	word = cmp.Or(word, summary.NotMeasured)
	if c.Evidence == "" {
		return word
	}
	return word + " - " + code(report.Short(c.Evidence, maxText))
}

func result(t summary.Test) string {
	switch t.Result {
	case summary.Pass:
		return fmt.Sprintf("PASS - %s (%s)", report.Seconds(t.Took), report.Many(t.Stories, "story", "stories"))
	case summary.Fail:
		if t.Red == 0 {
			return fmt.Sprintf("FAIL - none of %s is red, but the evidence lacks some", report.Many(t.Stories, "story", "stories"))
		}
		return fmt.Sprintf("FAIL - %s (%d of %s red)", report.Seconds(t.Took), t.Red, report.Many(t.Stories, "story", "stories"))
	}
	return "not measured - the evidence holds no story of it"
}

func times(p summary.Phase) string {
	if p.Count == 0 {
		return "not measured - nothing in the evidence came so far"
	}
	return fmt.Sprintf("p50 %s, p95 %s, max %s (%d; budget %s)", report.Seconds(p.P50), report.Seconds(p.P95), report.Seconds(p.Max), p.Count, p.Budget)
}

// recommendation is the decision in the words of issue #891.
func (d *document) recommendation() {
	v := d.summary.Verdict
	action := map[string]string{summary.Proceed: "PROCEED_TO_PRODUCTION", summary.Investigate: "INVESTIGATE", summary.Rollback: "ROLLBACK"}[v.Decision]
	d.line("- **Action**: %s", cmp.Or(action, "not measured - NO DECISION"))
	d.line("- **Confidence**: %s", cmp.Or(v.Confidence, "not measured"))
	for _, reason := range v.Reasons[:min(maxReasons, len(v.Reasons))] {
		d.line("  - %s", code(report.Short(reason, maxText)))
	}
	if more := len(v.Reasons) - maxReasons; more > 0 {
		d.line("  - … and %s more", report.Many(more, "reason", "reasons"))
	}
	d.line("- **Next Steps**:")
	for _, step := range d.summary.Next() {
		d.line("  - %s", code(step.String()))
	}
}

func (d *document) checklist() {
	d.line("\n## Checklist\n\n| | criterion | verdict | evidence |\n|---|---|---|---|")
	for _, c := range d.summary.Verdict.Criteria {
		d.line("| %s | %s | %s %s | %s |", c.ID, c.Asks, sign(c.Verdict), c.Verdict, cell(report.Short(c.Evidence, maxProof)))
	}
}

func sign(verdict string) string {
	switch verdict {
	case summary.Pass:
		return "✅"
	case summary.Fail:
		return "❌"
	}
	return "⚪"
}

func (d *document) gaps() {
	if len(d.summary.Gaps) == 0 {
		return
	}
	d.line("\n## What the evidence lacks\n")
	for i, gap := range d.summary.Gaps {
		if d.text.Len() > limit {
			d.line("- … and %d more", len(d.summary.Gaps)-i)
			return
		}
		d.line("- %s", code(report.Short(gap, maxText)))
	}
}
