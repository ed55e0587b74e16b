// Package terminal is a report for people without a browser: findings, and the time line of a story, as text.
package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Check writes what the judgement of histories says: the red ones with what proves it, a line for each other, and
// the sum in the last line.
func Check(w io.Writer, s *summary.Summary) error {
	var b strings.Builder
	for _, story := range s.Stories {
		writeStory(&b, story)
	}
	for _, gap := range s.Gaps {
		fmt.Fprintf(&b, "GAP     %s\n", gap)
	}
	fmt.Fprintf(&b, "%s: %d red, %d green, and the evidence lacks %s\n",
		report.Many(len(s.Stories), "history", "histories"), len(s.Red()), s.Green(), s.Lacks())
	_, err := io.WriteString(w, b.String())
	return err
}

func writeStory(b *strings.Builder, s *summary.Story) {
	label := "green  "
	if s.Red {
		label = "RED    "
	}
	fmt.Fprintf(b, "%s %s (%s, %s): %s, %s of %s%s\n", label, s.Name, s.Package, target(s),
		report.Many(s.Records, "record", "records"), report.Many(s.Events, "event", "events"), report.Many(s.Sessions, "session", "sessions"), criteria(s))
	for _, why := range s.Why {
		fmt.Fprintf(b, "  %s\n", why)
	}
	for _, f := range s.Findings {
		writeFinding(b, f)
	}
	if !s.Red {
		return
	}
	report.WriteSuspects(b, s.Suspects)
	fmt.Fprintf(b, "%shistory:   %s\n\n", s.Commands(), s.History)
}

func target(s *summary.Story) string {
	return s.Target + " " + report.Clean(s.Evidence.Header.Target.API)
}

func writeFinding(b *strings.Builder, f summary.Finding) {
	fmt.Fprintln(b, line(f))
	for _, line := range f.Lines {
		fmt.Fprintf(b, "    %s\n", line)
	}
	if e := f.Elsewhere; e != nil {
		fmt.Fprintf(b, "    and %s%s, of %s\n", record(e.Record), e.History, e.User)
	}
}

// line is a finding as the suite prints it.
func line(f summary.Finding) string {
	return report.Summary(judge.Finding{Rule: f.Rule, Hard: f.Hard, Message: f.Message})
}

func record(seq uint64) string {
	if seq == 0 {
		return ""
	}
	return fmt.Sprintf("record %d of ", seq)
}

// criteria says what became of those that the story measures.
func criteria(s *summary.Story) string {
	var all strings.Builder
	for _, c := range s.Criteria {
		fmt.Fprintf(&all, "; %s %s", c.ID, c.Verdict)
		if c.Reason != "" {
			fmt.Fprintf(&all, " (%s)", c.Reason)
		}
	}
	return all.String()
}
