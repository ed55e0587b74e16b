package nights

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// blanks are those that a table leaves at the ends of its lines.
var blanks = regexp.MustCompile(` +\n`)

// WriteText writes the trend for a terminal: latencies, nights, what was red, and advice. It means the same
// without colour, and has none.
func (t Trend) WriteText(w io.Writer) error {
	var b strings.Builder
	first, last := t.Nights[0], t.Nights[len(t.Nights)-1]
	fmt.Fprintf(&b, "%s: %s, %.10s to %.10s\n", t.Target, report.Many(len(t.Nights), "night", "nights"), first.Began, last.Began)
	if len(t.Phases) > 0 {
		t.latencies(table(&b, "latency\tmedian over the nights\tp50\tp95\tp99\tmax\tcount\tagainst the nights before"))
	}
	t.columns(table(&b, "night\tbegan\tdecision\tred\tgaps\tsuite\trevision"))
	if len(t.Stories) > 0 {
		t.told(table(&b, "story\tx red, · green, - not told\tred"))
	}
	if len(t.Rules) > 0 {
		t.broken(table(&b, "rule\tfindings over the nights\ttonight"))
	}
	for _, f := range t.Findings {
		fmt.Fprintf(&b, "\n%s (soft): %s\n", f.Rule, f.Message)
	}
	for _, note := range t.Notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	if _, err := io.WriteString(w, blanks.ReplaceAllString(b.String(), "\n")); err != nil {
		return fmt.Errorf("write the trend: %w", err)
	}
	return nil
}

func table(b *strings.Builder, head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\n"+head)
	return w
}

func (t Trend) latencies(w *tabwriter.Writer) {
	for _, l := range t.Phases {
		p := l.Latest()
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", l.Name, l.Medians(), short(p.P50), short(p.P95), short(p.P99), short(p.Max), p.Count, l.Shift)
	}
	w.Flush()
}

// Medians draws them over the nights, from 0 to the greatest; a gap is a night that did not see the phase.
func (l Line) Medians() string {
	medians := []float64{}
	for _, point := range l.Points {
		medians = append(medians, seen(point))
	}
	return sparks(medians)
}

// seen is a phase's median in seconds, and no number if nobody saw it.
func seen(p Phase) float64 {
	if p.Count == 0 {
		return math.NaN()
	}
	return p.P50.Seconds()
}

func (t Trend) columns(w *tabwriter.Writer) {
	for _, n := range t.Nights {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\t%d\t%s\t%s\n", n.ID, n.Began, n.Decision, n.Red, n.Stories, n.Gaps, n.Suite, n.Revision)
	}
	w.Flush()
}

func (t Trend) told(w *tabwriter.Writer) {
	for _, s := range t.Stories {
		fmt.Fprintf(w, "%s\t%s\t%d of %d\n", s.Name, s.Marks(), s.Times(Red), len(s.Outcomes)-s.Times(Absent))
	}
	w.Flush()
}

// Marks has one for each night: x is red, · green, - not told.
func (t Told) Marks() string {
	marks := map[string]string{Green: "·", Red: "x", Absent: "-"}
	var line strings.Builder
	for _, o := range t.Outcomes {
		line.WriteString(marks[o])
	}
	return line.String()
}

func (t Trend) broken(w *tabwriter.Writer) {
	for _, r := range t.Rules {
		times, class := []float64{}, "soft"
		for _, n := range r.Times {
			times = append(times, float64(n))
		}
		if r.Hard {
			class = "hard"
		}
		fmt.Fprintf(w, "%s (%s)\t%s\t%d\n", r.Rule, class, sparks(times), r.Times[len(r.Times)-1])
	}
	w.Flush()
}

// String says it in a few words.
func (s Shift) String() string {
	if s.Why != "" {
		return "not compared"
	}
	change := fmt.Sprintf("× %.2f, p %s", s.Ratio, probability(s.P))
	if s.Significant {
		return "SHIFTED " + change
	}
	return change
}

// sparks draws values from 0 to the greatest as blocks. What is no number is a gap, 0 a dot.
func sparks(values []float64) string {
	const blocks = "▁▂▃▄▅▆▇█"
	greatest := 0.0
	for _, v := range values {
		if v > greatest {
			greatest = v
		}
	}
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteRune(' ')
		case v <= 0:
			b.WriteRune('·')
		default:
			b.WriteRune([]rune(blocks)[min(7, int(8*v/greatest))])
		}
	}
	return b.String()
}

// probability is p with one digit that says something.
func probability(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return fmt.Sprintf("= %.*f", 1+max(0, int(-math.Log10(p))), p)
}

// short rounds to three digits or so.
func short(d time.Duration) string {
	unit := time.Microsecond
	for unit*1000 < d {
		unit *= 10
	}
	return d.Round(unit).String()
}
