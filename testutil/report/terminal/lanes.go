package terminal

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// The measures of a drawing, in columns and rows.
const (
	widestName = 16
	tickEvery  = 14
	narrowest  = 20 // the lanes themselves
	maxLanes   = 60
	maxSpans   = 3 // that are over their budget, in one lane
)

// A drawing is a picture as text.
type drawing struct {
	strings.Builder
	brush
	scale
	names   int         // width of the labels
	numbers map[int]int // of findings, as the reader knows them, by their place in the evidence
	used    map[rune]bool
	proving bool // a mark proves a finding
	crowd   int  // most marks in one place
}

// writeLanes draws the picture within the width.
func writeLanes(b *strings.Builder, p *evidence.Picture, numbers map[int]int, width int, paint brush) {
	if p == nil || len(p.Lanes) == 0 {
		b.WriteString("nothing happened in this part of the story\n")
		return
	}
	d := &drawing{brush: paint, numbers: numbers, used: map[rune]bool{}}
	lanes := visible(p.Lanes)
	for _, l := range lanes {
		d.names = max(d.names, min(utf8.RuneCountInString(report.Clean(l.Name())), widestName))
	}
	d.scale = newScale(p, max(width-d.names-1, narrowest))
	d.times()
	for _, l := range lanes {
		d.lane(l)
	}
	if hidden := len(p.Lanes) - len(lanes); hidden > 0 {
		fmt.Fprintf(d, "… and %s that prove nothing: choose one with --session\n", report.Many(hidden, "lane", "lanes"))
	}
	if p.Left > 0 {
		fmt.Fprintf(d, "… and %s beyond what is drawn: choose with --session, --from and --until\n", report.Many(p.Left, "record", "records"))
	}
	b.WriteString(d.String())
	b.WriteString(d.legend(width))
}

// visible are the lanes that are drawn: if there are too many, first those that prove something.
func visible(lanes []*evidence.Lane) []*evidence.Lane {
	if len(lanes) <= maxLanes {
		return lanes
	}
	kept, room := map[*evidence.Lane]bool{}, maxLanes
	for _, proving := range []bool{true, false} {
		for _, l := range lanes {
			if room > 0 && proves(l) == proving {
				kept[l] = true
				room--
			}
		}
	}
	var all []*evidence.Lane
	for _, l := range lanes {
		if kept[l] {
			all = append(all, l)
		}
	}
	return all
}

func proves(l *evidence.Lane) bool {
	for _, m := range l.Marks {
		if m.Findings != nil {
			return true
		}
	}
	return false
}

// times is the axis.
func (d *drawing) times() {
	r := newRow(d.width)
	for column := 0; column == 0 || column+tickEvery <= d.width; column += tickEvery {
		r.write(column, "╷"+offset(d.when(column)), faint)
	}
	d.row("", unstyled, r)
}

func offset(t time.Duration) string { return fmt.Sprintf("%.3fs", t.Seconds()) }

// row writes a row behind its label.
func (d *drawing) row(name string, s style, r row) {
	label := []rune(name)
	if len(label) > d.names {
		label = append(label[:d.names-1], '…')
	}
	pad := strings.Repeat(" ", d.names-len(label)+1)
	d.WriteString(strings.TrimRight(d.paint(s, string(label))+pad+r.line(d.brush), " ") + "\n")
}

// lane draws what happened, below it the numbers of the findings that it proves, and what took too long.
func (d *drawing) lane(l *evidence.Lane) {
	r, proof, weights, crowds := newRow(d.width), newRow(d.width), make([]int, d.width), make([]int, d.width)
	if len(l.Marks) > 0 && l.Session != "" {
		for c := d.column(l.Marks[0].At); c < d.column(l.Marks[len(l.Marks)-1].At); c++ {
			r.put(c, '─', faint)
		}
	}
	proving := false
	for _, m := range l.Marks {
		g, c := glyphOf(m), d.column(m.At)
		d.used[g.rune] = true
		crowds[c]++
		d.crowd = max(d.crowd, crowds[c])
		if about := d.about(m); about != nil {
			proving, d.proving = true, true
			g.weight, g.style = g.weight+10, red
			d.number(proof, c, about)
		}
		if g.weight >= weights[c] {
			weights[c] = g.weight
			r.put(c, g.rune, g.style)
		}
	}
	d.row(report.Clean(l.Name()), bold, r)
	if proving {
		d.row("", unstyled, proof)
	}
	d.late(l)
}

// about are the numbers of the findings that are shown and that a mark proves.
func (d *drawing) about(m evidence.Mark) (numbers []int) {
	for _, nth := range m.Findings {
		if n := d.numbers[nth]; n > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// number writes below a mark which finding it proves: its number, # if that is longer, + where there are several.
func (d *drawing) number(proof row, column int, about []int) {
	sign := '#'
	switch n := about[0]; {
	case len(about) > 1 || proof[column].rune != 0:
		sign = '+'
	case n < 10:
		sign = rune('0' + n)
	}
	proof.put(column, sign, red)
}

// late draws the phases that went beyond their budgets.
func (d *drawing) late(l *evidence.Lane) {
	drawn := 0
	for _, s := range l.Spans {
		if !s.Over() {
			continue
		}
		if drawn++; drawn > maxSpans {
			continue
		}
		r := newRow(d.width)
		from, until := d.column(s.From), d.column(s.Until)
		for c := from; c <= until; c++ {
			r.put(c, '╌', yellow)
		}
		text := " " + late(s)
		at := until + 1
		if at+len(text) > d.width {
			at = max(0, from-len(text))
		}
		r.write(at, text, yellow)
		d.row("", unstyled, r)
	}
	if more := drawn - maxSpans; more > 0 {
		r := newRow(d.width)
		r.write(0, fmt.Sprintf("… and %d more beyond their budgets", more), yellow)
		d.row("", unstyled, r)
	}
}

func late(s evidence.Span) string {
	took := "took " + offset(s.Until-s.From)
	if s.Open {
		took = "has no end"
	}
	return fmt.Sprintf("%s %s, budget %s", s.Phase, took, s.Budget)
}

// legend says what the signs are that were drawn.
func (d *drawing) legend(width int) string {
	var entries []string
	for _, g := range glyphs {
		if d.used[g.rune] {
			entries = append(entries, string(g.rune)+" "+g.says)
		}
	}
	if d.crowd > 1 {
		entries = append(entries, fmt.Sprintf("a sign: up to %d records", d.crowd), "apart: --from, --until")
	}
	if d.proving {
		entries = append(entries, "below a sign: the finding that it proves, + several, # beyond 9")
	}
	var lines strings.Builder
	length := 0
	for i, entry := range entries {
		n := utf8.RuneCountInString(entry)
		switch {
		case i == 0:
		case length+2+n > width:
			lines.WriteByte('\n')
			length = 0
		default:
			lines.WriteString("  ")
			length += 2
		}
		lines.WriteString(d.paint(faint, entry))
		length += n
	}
	return lines.String() + "\n"
}
