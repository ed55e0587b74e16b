package nights

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// blanks are those that a table leaves at the ends of its lines.
var blanks = regexp.MustCompile(` +\n`)

// columns of a terminal are as many as everybody has: twenty nights fit.
const columns = 80

// WriteText writes the trend for a terminal: latencies, nights, what was red, and advice. It means the same
// without colour, and has none.
func (t Trend) WriteText(w io.Writer) error {
	var b strings.Builder
	first, last := t.Nights[0], t.Nights[len(t.Nights)-1]
	fmt.Fprintf(&b, "%s: %s, %.10s to %.10s\n", t.Target, report.Many(len(t.Nights), "night", "nights"), first.Began, last.Began)
	if len(t.Phases) > 0 {
		t.latencies(table(&b, "latency\tmedian over the nights\tp50\tp95\tp99\tmax\tagainst usual"))
	}
	service := t.service()
	t.columns(table(&b, "night\tbegan (UTC)\tdecision\tred\tgaps\tsuite\trevision"), service)
	if service != "" {
		fmt.Fprintf(&b, "(revisions of %s)\n", strings.TrimSuffix(service, "-"))
	}
	if len(t.Stories) > 0 {
		t.told(table(&b, "story\tx red, · green, - not told\tred"))
	}
	if len(t.Rules) > 0 {
		t.broken(table(&b, "rule\tfindings over the nights\ttonight"))
	}
	for _, f := range t.Findings {
		b.WriteString("\n" + wrap(fmt.Sprintf("%s (soft): %s", f.Rule, f.Message)))
	}
	for _, note := range t.Notes {
		b.WriteString("\n" + wrap(note))
	}
	if _, err := io.WriteString(w, blanks.ReplaceAllString(b.String(), "\n")); err != nil {
		return fmt.Errorf("write the trend: %w", err)
	}
	return nil
}

// wrap breaks a text between words.
func wrap(text string) string {
	return report.Wrap(strings.Join(strings.Fields(text), " "), columns, 0) + "\n"
}

// service is what all revisions begin with, such as "backend-" of "backend-00042-abc"; empty if there is no such.
func (t Trend) service() string {
	common := ""
	for _, n := range t.Nights {
		if n.Revision == "" {
			continue
		}
		parts := strings.Split(n.Revision, "-")
		own := strings.Join(parts[:max(0, len(parts)-2)], "-") + "-"
		if own == "-" || common != "" && common != own {
			return ""
		}
		common = own
	}
	return common
}

func table(b *strings.Builder, head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\n"+head)
	return w
}

func (t Trend) latencies(w *tabwriter.Writer) {
	for _, l := range t.Phases {
		p := l.Latest()
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, l.Medians(), short(p.P50), short(p.P95), short(p.P99), short(p.Max), l.Shift.short())
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

func (t Trend) columns(w *tabwriter.Writer, service string) {
	for _, n := range t.Nights {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\t%d\t%s\t%s\n", n.ID, minute(n.Began), n.Decision, n.Red, n.Stories, n.Gaps, n.Suite, strings.TrimPrefix(n.Revision, service))
	}
	w.Flush()
}

func (t Trend) told(w *tabwriter.Writer) {
	for _, s := range t.Stories {
		fmt.Fprintf(w, "%s\t%s\t%d of %d\n", strings.TrimPrefix(s.Name, evidence.StoryPrefix), s.Marks(), s.Times(Red), s.Nights())
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
		fmt.Fprintf(w, "%s (%s)\t%s\t%d\n", r.Rule, class, sparks(times), r.Tonight())
	}
	w.Flush()
}

// minute is a time of RFC 3339 as people write it.
func minute(began string) string { return strings.Replace(fmt.Sprintf("%.16s", began), "T", " ", 1) }

// short says it in a word or two.
func (s Shift) short() string {
	change, _, _ := strings.Cut(s.String(), ",")
	return change
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
