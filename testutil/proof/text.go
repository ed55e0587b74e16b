package proof

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Line is a result on one line.
func (r Result) Line() string {
	line := fmt.Sprintf("%-12s %s", r.Outcome, r.ID)
	if r.Rule != "" {
		line += fmt.Sprintf(": %s, by %s", r.Rule, r.Story)
	}
	if !r.Good() {
		line += fmt.Sprintf(": %s (expected: %s)", r.Why, r.expectation())
	}
	return line
}

// place is the rank in words.
func (r Result) place() string {
	switch {
	case r.Class == "":
		return ""
	case !r.Diagnosed:
		return "unknown"
	case r.Ranks.Class == 0:
		return "none"
	}
	return fmt.Sprint(r.Ranks.Class)
}

// Text writes the matrix for a terminal, and then what went wrong.
func (r Report) Text(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "regression\toutcome\tstory\trule\trank\trounds\tseconds")
	for _, result := range r.Results {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d/%d\t%.1f\n", result.ID, result.Outcome, result.Story, result.Rule, result.place(), result.Caught, result.Rounds, result.Seconds)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	_, err := io.WriteString(w, r.misses()+r.summary())
	return err
}

// misses say of every regression that is not caught why not, and where its evidence is.
func (r Report) misses() string {
	var b strings.Builder
	for _, result := range r.Results {
		if result.Good() {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", result.Line())
		if result.Kept != "" {
			fmt.Fprintf(&b, "  outputs and histories: %s\n", result.Kept)
		}
	}
	return b.String()
}

func (r Report) summary() string {
	var counts []string
	for _, o := range worse {
		if n := r.count(o); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, o))
		}
	}
	text := fmt.Sprintf("\nof %d regressions: %s\n", len(r.Results), strings.Join(counts, ", ")) + r.accuracyText()
	if r.Kept != "" {
		text += "outputs and histories: " + r.Kept + "\n"
	}
	return text
}
