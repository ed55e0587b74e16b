package report

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Wrap breaks a text between words so that no line is wider than the terminal, and indents every line but the first.
// A word that is too wide for a line is left to the terminal. Width 0 is no terminal: the text stays as it is.
func Wrap(text string, width, indent int) string {
	if width <= indent {
		return text
	}
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		w := uniseg.StringWidth(word)
		switch {
		case i == 0:
		case column+1+w <= width:
			b.WriteByte(' ')
			column++
		default:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		}
		b.WriteString(word)
		column += w
	}
	return b.String()
}

// Clip cuts a text to so many columns, and ends it in … if anything is cut. Width 0 cuts nothing.
func Clip(text string, width int) string {
	if width <= 0 || uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	column := 0
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next() && column+graphemes.Width() < width; {
		b.WriteString(graphemes.Str())
		column += graphemes.Width()
	}
	return b.String() + "…"
}
