package terminal

import "strings"

// A style is how a cell looks where there are colours. Nothing is said by colour alone.
type style string

// The styles, as the parameters of SGR (ECMA-48, 8.3.117).
const (
	unstyled style = ""
	bold     style = "1"
	faint    style = "2"
	red      style = "1;31"
	yellow   style = "33"
	green    style = "32"
	cyan     style = "36"
)

// A brush paints, or writes plain text.
type brush struct{ colour bool }

func (p brush) paint(s style, text string) string {
	if !p.colour || s == unstyled || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// A cell is one column of a row.
type cell struct {
	rune
	style
}

// A row is one line of a drawing; a cell that nothing was put in is a space.
type row []cell

func newRow(width int) row { return make(row, width) }

func (r row) put(column int, what rune, s style) {
	if column >= 0 && column < len(r) {
		r[column] = cell{what, s}
	}
}

// write puts a text, as far as there is room.
func (r row) write(column int, text string, s style) {
	for i, c := range []rune(text) {
		r.put(column+i, c, s)
	}
}

// line is the row without the spaces at its end.
func (r row) line(p brush) string {
	end := len(r)
	for end > 0 && r[end-1].rune == 0 {
		end--
	}
	var b, run strings.Builder
	var current style
	flush := func() {
		b.WriteString(p.paint(current, run.String()))
		run.Reset()
	}
	for _, c := range r[:end] {
		if c.style != current {
			flush()
			current = c.style
		}
		if c.rune == 0 {
			c.rune = ' '
		}
		run.WriteRune(c.rune)
	}
	flush()
	return b.String()
}
