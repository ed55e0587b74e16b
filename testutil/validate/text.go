package validate

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Text writes the result for a person.
func (r *Result) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, confidence %s: %s, %d stories, %d red, %s\n", r.Verdict.Decision, r.Verdict.Confidence, report.Clean(r.Target),
		r.Stories, r.Red, r.Took.Round(time.Second))
	for _, reason := range r.Verdict.Reasons {
		fmt.Fprintf(&b, "  - %s\n", reason)
	}
	b.WriteString("\n")
	for _, c := range r.Verdict.Criteria {
		fmt.Fprintf(&b, "%s  %-12s  %s: %s\n", c.ID, c.Verdict, c.Asks, c.Evidence)
	}
	if next := r.Next(); len(next) > 0 {
		b.WriteString("\nnext:\n")
		for _, step := range next {
			fmt.Fprintf(&b, "  - %s\n", step)
		}
	}
	if len(r.Reports) > 0 {
		fmt.Fprintf(&b, "\nreport: %s\n", r.Reports[0])
	}
	_, err := io.WriteString(w, b.String())
	return err
}
