package markdown

import "strings"

// trendBytes bounds what of the nights is shown, beyond limit: the rest is what staging trend prints.
const trendBytes = 3_000

// trend shows the nights as they are shown in a terminal: latencies first.
func (d *document) trend() {
	t := d.summary.Trend
	if t == nil {
		return
	}
	var text strings.Builder
	_ = t.WriteText(&text) // which cannot fail
	var lines []string
	size := 0
	for line := range strings.Lines(text.String()) {
		if size += len(line); size > trendBytes {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	d.line("\n## Trend\n\n%s", block(lines, 0))
}
