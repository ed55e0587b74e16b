package config

import (
	"fmt"
	"strings"
)

// Reference renders the Markdown table of all variables for README.md.
func Reference() string {
	var b strings.Builder
	b.WriteString("| variable | meaning | default |\n|---|---|---|\n")
	for _, f := range fields {
		if f.section != "" {
			fmt.Fprintf(&b, "| **%s** | | |\n", f.section)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.variable, f.doc, f.fallback)
	}
	return b.String()
}

// Example renders .env.example: every variable, commented out, with its meaning.
func Example() string {
	var b strings.Builder
	b.WriteString("# Copy this file to .env and remove the # of the lines you need. The environment wins over it.\n" +
		"# Put values with $, # or blanks in single quotes.\n")
	for _, f := range fields {
		if f.section != "" {
			fmt.Fprintf(&b, "\n# --- %s\n", f.section)
		}
		for _, line := range wrap(f.doc+" (default: "+f.fallback+")", 98) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		fmt.Fprintf(&b, "#%s=%s\n", f.variable, f.example)
	}
	return b.String()
}

// wrap breaks text at blanks into lines of at most width bytes where words allow.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
