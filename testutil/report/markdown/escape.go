package markdown

import (
	"regexp"
	"strings"
)

// tooMany backticks in a row would need fences as long as they are.
var tooMany = regexp.MustCompile("(`{16})`+")

// bounded leaves so many out.
func bounded(text string) string { return tooMany.ReplaceAllString(text, "$1…") }

// code is a text as it stands: as a code span, in which nobody is mentioned, nothing is linked, and no HTML is
// read. The text has one line (report.Clean).
func code(text string) string {
	if strings.TrimSpace(text) == "" {
		return "–"
	}
	text = bounded(text)
	fence := strings.Repeat("`", longestRun(text)+1)
	if strings.Trim(text, "` ") != text {
		text = " " + text + " " // which is taken away again (CommonMark 6.1)
	}
	return fence + text + fence
}

// cell is a code span in a table, where a bar ends the cell even in code (GFM 4.10).
func cell(text string) string { return strings.ReplaceAll(code(text), "|", `\|`) }

// longestRun is the length of the longest run of backticks.
func longestRun(text string) (longest int) {
	run := 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// block is lines as they stand, indented by so many spaces.
func block(lines []string, indent int) string {
	all := bounded(strings.Join(lines, "\n"))
	fence := strings.Repeat("`", max(longestRun(all)+1, 3))
	margin := strings.Repeat(" ", indent)
	return margin + fence + "text\n" + margin + strings.ReplaceAll(all, "\n", "\n"+margin) + "\n" + margin + fence + "\n"
}
