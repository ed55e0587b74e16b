package html

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// How a frame is laid out: nothing stands further in than deepest, and there are so many lines at most, so that
// a frame of brackets alone stays as small as it is.
const (
	deepest  = 8
	maxLines = 400
)

// pretty is what travelled, with a member of JSON on a line, also where it was cut short or holds several
// documents. Lines are harmless for a terminal. What is no JSON stays as it is.
func pretty(raw string) string {
	if !strings.HasPrefix(raw, "{") && !strings.HasPrefix(raw, "[") {
		return report.Clean(raw)
	}
	l := sheet{raw: raw}
	for i := 0; i < len(raw); i++ {
		l.take(i)
		if l.lines == maxLines {
			return l.String() + report.Clean(raw[i+1:])
		}
	}
	l.flush(len(raw))
	return l.String()
}

// A sheet is a text that is being laid out.
type sheet struct {
	strings.Builder
	raw           string
	from          int // of what is not written yet
	depth, lines  int
	quoted, bound bool // within a string; behind a backslash in it
}

// take looks at one byte. Whatever belongs to a character of several is none that matters.
func (l *sheet) take(i int) {
	c := l.raw[i]
	switch {
	case l.bound:
		l.bound = false
	case l.quoted:
		l.bound, l.quoted = c == '\\', c != '"'
	case c == '"':
		l.quoted = true
	case c == '{' || c == '[':
		l.depth++
		if !closes(l.raw, i+1) {
			l.line(i + 1)
		}
	case c == '}' || c == ']':
		l.depth = max(l.depth-1, 0)
		if !opens(l.raw, i-1) {
			l.line(i)
		}
	case c == ',':
		l.line(i + 1)
	case c == '\n' || c == '\t' || c == '\r':
		l.space(i)
	case c == ':' && i+1 < len(l.raw) && l.raw[i+1] != ' ':
		l.flush(i + 1)
		l.WriteByte(' ')
	}
}

func closes(raw string, i int) bool { return i < len(raw) && (raw[i] == '}' || raw[i] == ']') }

func opens(raw string, i int) bool { return i >= 0 && (raw[i] == '{' || raw[i] == '[') }

// flush writes what comes before a place.
func (l *sheet) flush(until int) {
	l.WriteString(report.Clean(strings.Trim(l.raw[l.from:until], " ")))
	l.from = until
}

// space ends a document, or stands between its parts.
func (l *sheet) space(at int) {
	if l.depth == 0 {
		l.line(at)
	} else {
		l.flush(at)
		l.WriteByte(' ')
	}
	l.from = at + 1
}

// line begins a new one at a place.
func (l *sheet) line(at int) {
	l.flush(at)
	l.WriteString("\n" + strings.Repeat("  ", min(l.depth, deepest)))
	l.lines++
}
