package measure

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Row is one number with its bar.
type Row struct {
	Group    string `json:"group"`
	What     string `json:"what"`
	Bar      string `json:"bar"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
	// Runs were made; Asked is how many the bar asks for.
	Runs  int `json:"runs"`
	Asked int `json:"asked"`
	// Notes say how it was measured, or what went wrong.
	Notes []string `json:"notes,omitempty"`
}

// Verdict is "met" or "NOT MET"; a bar that fewer runs met than it asks for is "met in N of M runs".
func (r Row) Verdict() string {
	switch {
	case !r.Met:
		return "NOT MET"
	case r.Runs < r.Asked:
		return fmt.Sprintf("met in %d of %d runs", r.Runs, r.Asked)
	}
	return "met"
}

// Text writes the report as a table for people.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.Machine)
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "group\twhat\tbar\tmeasured\tresult")
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", row.Group, row.What, row.Bar, row.Measured, row.Verdict())
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	writeNotes(&b, r.Rows)
	if r.Kept != "" {
		fmt.Fprintf(&b, "\noutputs and histories of what went wrong: %s\n", r.Kept)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeNotes(b *strings.Builder, rows []Row) {
	for _, row := range rows {
		for i, note := range row.Notes {
			if i == 0 {
				fmt.Fprintf(b, "\n%s, %s:\n", row.Group, row.What)
			}
			fmt.Fprintf(b, "  %s\n", note)
		}
	}
}
