package html

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A picture is a time line as it is drawn.
type picture struct {
	Label string
	Lanes []string // labels
	SVG   template.HTML
	Left  int // records that are not in it
	Hides int // lanes that are not in it
}

// The measures of a picture, in pixels.
const (
	laneHeight = 34
	head       = 26 // above the lanes, for the times
	margin     = 14 // beside the first and last mark
)

// maxLanes bounds a picture's height.
const maxLanes = 60

// A pen draws one picture.
type pen struct {
	strings.Builder
	axis  axis
	about int                        // the finding whose proof is highlighted; all: of every finding
	link  func(evidence.Mark) string // the id of the record that a mark leads to, empty: nowhere
}

const all = -1

// newPicture draws. What it writes is made of numbers and of words of this package only, apart from text that is
// escaped.
func newPicture(p *evidence.Picture, about int, label string, link func(evidence.Mark) string) *picture {
	if p == nil || len(p.Lanes) == 0 {
		return nil
	}
	lanes := visible(p.Lanes)
	d := &pen{axis: newAxis(p), about: about, link: link}
	made := &picture{Label: label, Left: p.Left, Hides: len(p.Lanes) - len(lanes)}
	width, height := d.axis.width+2*margin, float64(head+laneHeight*len(lanes)+4)
	fmt.Fprintf(d, `<svg class="line" role="group" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">`, template.HTMLEscapeString(label), width, height, width, height)
	d.times(height)
	for i, l := range lanes {
		made.Lanes = append(made.Lanes, report.Clean(l.Name()))
		y := float64(head+laneHeight*i) + laneHeight/2
		d.lane(l, y)
		fmt.Fprintf(d, `<text class="who" x="1" y="%.0f">%s</text>`, y-8, template.HTMLEscapeString(made.Lanes[i]))
	}
	d.WriteString("</svg>")
	made.SVG = template.HTML(d.String())
	return made
}

// visible are the lanes that are drawn: if there are too many, first those that prove something.
func visible(lanes []*evidence.Lane) (kept []*evidence.Lane) {
	if len(lanes) <= maxLanes {
		return lanes
	}
	room, keep := maxLanes, map[*evidence.Lane]bool{}
	for _, proving := range []bool{true, false} {
		for _, l := range lanes {
			if room > 0 && proves(l) == proving {
				keep[l] = true
				room--
			}
		}
	}
	for _, l := range lanes {
		if keep[l] {
			kept = append(kept, l)
		}
	}
	return kept
}

func proves(l *evidence.Lane) bool {
	for _, m := range l.Marks {
		if m.Findings != nil {
			return true
		}
	}
	return false
}

func (d *pen) times(height float64) {
	ticks := d.axis.ticks()
	for i, t := range ticks {
		anchor := "middle"
		switch {
		case i == 0 && len(ticks) > 1:
			anchor = "start"
		case i == len(ticks)-1 && len(ticks) > 1:
			anchor = "end"
		}
		x := d.x(t.x)
		if anchor == "start" {
			x = 2
		} else if anchor == "end" {
			x += margin - 2
		}
		fmt.Fprintf(d, `<path class="grid" d="M%.1f %dV%.0f"/><text class="time" x="%.1f" y="15" text-anchor="%s">%s</text>`,
			d.x(t.x), head-6, height, x, anchor, fmt.Sprintf("%.3fs", t.t.Seconds())) // as the records say it
	}
}

func (d *pen) x(place float64) float64 { return place + margin }

func (d *pen) lane(l *evidence.Lane, y float64) {
	fmt.Fprintf(d, `<path class="rail" d="M0 %.0fH%.0f"/>`, y, d.axis.width+2*margin)
	for _, runs := range []bool{true, false} { // which lie beneath the others
		for _, s := range l.Spans {
			if runs == (s.Phase == evidence.Answer) {
				d.span(s, y)
			}
		}
	}
	for _, m := range l.Marks {
		d.mark(m, y)
	}
	for _, s := range l.Spans {
		d.beyond(s, y)
	}
}

// span draws a phase as a bar beneath the marks, its budget as a dashed line if it ends within the picture, and
// what is beyond it hatched.
func (d *pen) span(s evidence.Span, y float64) {
	from, until := d.x(d.axis.at(s.From)), d.x(d.axis.at(s.Until))
	top, thick, class := y+8, 4.0, "s-wait"
	if s.Phase == evidence.Answer {
		top, thick, class = y-9, 18, "s-run"
	}
	says := fmt.Sprintf("%s %s of %s", s.Phase, duration(s.Until-s.From), duration(s.Budget))
	if s.Open {
		says += ", and never ended"
	}
	fmt.Fprintf(d, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="2"><title>%s</title></rect>`, class, from, top, max(until-from, 1), thick, template.HTMLEscapeString(says))
	end, inside := d.budget(s)
	if !inside {
		return
	}
	fmt.Fprintf(d, `<path class="budget" d="M%.1f %.0fv22"><title>budget of %s: %s</title></path>`, end, y-11, s.Phase, duration(s.Budget))
	if s.Over() {
		fmt.Fprintf(d, `<rect class="over" x="%.1f" y="%.1f" width="%.1f" height="%.0f"/>`, end, top, max(until-end, 2), thick)
	}
}

// budget is where the budget of a phase ends, and whether that is within the picture.
func (d *pen) budget(s evidence.Span) (x float64, inside bool) {
	end := s.From + s.Budget
	return d.x(d.axis.at(end)), s.Budget > 0 && end >= d.axis.from && end <= d.axis.until
}

// beyond says in words, over all else, that a phase went beyond its budget.
func (d *pen) beyond(s evidence.Span, y float64) {
	if end, inside := d.budget(s); inside && s.Over() {
		fmt.Fprintf(d, `<text class="beyond" x="%.1f" y="%.1f" text-anchor="end">%s beyond %s ▸</text>`, end-4, y-10, s.Phase, duration(s.Budget))
	}
}

// mark draws a record, as a link to it.
func (d *pen) mark(m evidence.Mark, y float64) {
	x := d.x(d.axis.at(m.At))
	s := shapeOf(m)
	proof := d.proof(m)
	to := d.link(m)
	if to != "" {
		fmt.Fprintf(d, `<a href="#%s"`, to)
		if !proof {
			d.WriteString(` tabindex="-1"`) // arrow keys lead there
		}
		fmt.Fprintf(d, `><title>%s</title>`, inText.Replace(says(m, s, proof)))
	}
	if proof {
		fmt.Fprintf(d, `<circle class="proof" cx="%.1f" cy="%.0f" r="11"/>`, x, y)
	}
	fmt.Fprintf(d, `<path class="%s" d="M%.1f %.0f%s"/>`, s.class, x, y, s.path)
	if to != "" {
		d.WriteString("</a>")
	}
}

// says is the name of a mark: the whole line of one that proves a finding, else only what and when.
func says(m evidence.Mark, s shape, proof bool) string {
	if proof {
		return m.Line
	}
	return fmt.Sprintf("%d %.3fs %s", m.Seq, m.At.Seconds(), s.means)
}

func (d *pen) proof(m evidence.Mark) bool {
	if d.about == all {
		return m.Findings != nil
	}
	for _, f := range m.Findings {
		if f == d.about {
			return true
		}
	}
	return false
}
