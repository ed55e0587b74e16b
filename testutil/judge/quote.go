package judge

import (
	"strconv"
	"unicode/utf8"
)

// quoted is how much of a text of the server a message shows, in bytes.
const quoted = 160

// bounded cuts a text to what a message shows of it, at a character.
func bounded(s string) string {
	if len(s) <= quoted {
		return s
	}
	cut := quoted
	for cut > quoted-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// quote makes text of the server harmless for terminals and logs: one line, without control or
// direction characters, and bounded.
func quote(s string) string {
	q := strconv.Quote(bounded(s))
	if len(s) > quoted {
		q += "…"
	}
	return q
}

// longest is how much of a reason is kept, in bytes.
const longest = 500

// line is quote without the quotation marks, for text that is nearly always the suite's own and longer.
func line(s string) string {
	q := strconv.Quote(s[:min(len(s), longest)])
	return q[1 : len(q)-1]
}
