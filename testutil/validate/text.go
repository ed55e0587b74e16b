package validate

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Text writes the result for a person: what was decided and why, what to look at first and how to see it again, and
// the checklist. On a terminal of that width no line of the checklist is longer than a few of the terminal's; width 0
// is none, and cuts nothing.
func (r *Result) Text(w io.Writer, width int) error {
	var b strings.Builder
	decision := fmt.Sprintf("%s, confidence %s: %s, %d stories, %d red, %s", r.Verdict.Decision, r.Verdict.Confidence, report.Clean(r.Target),
		r.Stories, r.Red, r.Took.Round(time.Second))
	fmt.Fprintln(&b, report.Wrap(decision, width, 4))
	for _, reason := range r.Verdict.Reasons {
		fmt.Fprintf(&b, "  - %s\n", prose(reason, width, 4))
	}
	r.first(&b, width)
	b.WriteString("\n")
	for _, c := range r.Verdict.Criteria {
		line := fmt.Sprintf("%s  %-12s  %s: %s", c.ID, c.Verdict, c.Asks, c.Evidence)
		fmt.Fprintln(&b, prose(report.Clip(line, fewLines*width), width, len("D1  not measured  ")))
	}
	if next := r.Next; len(next) > 0 {
		b.WriteString("\nnext:\n")
		for _, step := range next {
			fmt.Fprintf(&b, "  - %s\n", prose(step, width, 4))
		}
	}
	if len(r.Reports) > 0 {
		fmt.Fprintf(&b, "\nreport: %s\n", r.Reports[0])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fewLines is how many lines of a terminal a criterion may take; the report has all of it.
const fewLines = 4

// prose breaks a text between words, unless it holds a command, which has to be copied in one piece.
func prose(text string, width, indent int) string {
	if strings.Contains(text, " --") || strings.Contains(text, " -run ") {
		return text
	}
	return report.Wrap(text, width, indent)
}

// first names the story to look at first, and what is wrong with it.
func (r *Result) first(b *strings.Builder, width int) {
	if r.summary == nil {
		return
	}
	s := r.summary.First()
	if s == nil {
		return
	}
	fmt.Fprintf(b, "\nlook at %s first:\n", s.Name)
	for _, what := range wrong(s) {
		fmt.Fprintf(b, "  %s\n", report.Wrap(what, width, 4))
	}
}

// wrong is the first that speaks against a story, and whom of the catalogue it looks like.
func wrong(s *summary.Story) (lines []string) {
	switch hard := s.Hard(); {
	case len(hard) > 0:
		lines = append(lines, hard[0].Rule+": "+hard[0].Message)
		lines = append(lines, hard[0].Lines[:min(len(hard[0].Lines), 3)]...)
	case len(s.Why) > 0:
		lines = append(lines, s.Why[0])
	}
	if len(s.Suspects) > 0 {
		lines = append(lines, "it looks like "+s.Suspects[0].ID+": "+s.Suspects[0].Title)
	}
	return lines
}
