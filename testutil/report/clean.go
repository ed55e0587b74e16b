// Package report writes what people and CI read: findings with the records that prove them.
package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text that a server wrote harmless for terminals and CI logs, and keeps it on one line:
// control characters and those that change the direction or hide text are written as escapes, and the
// "::" and "##" that begin a command of a CI system are broken up.
func Clean(text string) string {
	if harmless(text) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ':' && strings.HasPrefix(text[i:], "::"), r == '#' && strings.HasPrefix(text[i:], "##"):
			b.WriteRune(r)
			b.WriteByte('\\')
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func harmless(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return !strings.Contains(text, "::") && !strings.Contains(text, "##")
}
