package terminal

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Options say how a story is shown.
type Options struct {
	Width  int  // of the terminal, in columns
	Colour bool // whether it has colours
	Frames bool // also each record of the picture, with what travelled
	// Finding is the number of the only one to show, from 1; 0 shows all.
	Finding int
}

// Show writes a story for a terminal: what it is, its findings, and the picture, whose lanes fit the width.
func Show(w io.Writer, s *summary.Story, p *evidence.Picture, o Options) error {
	var b strings.Builder
	paint := brush{o.Colour}
	numbers := map[int]int{}
	for i, f := range s.Findings {
		if o.Finding == 0 || o.Finding == i+1 {
			numbers[f.Nth] = i + 1
		}
	}
	writeHeader(&b, s, paint)
	if s.Red {
		report.WriteSuspects(&b, s.Suspects)
	}
	b.WriteByte('\n')
	writeLanes(&b, p, numbers, o.Width, paint)
	writeFindings(&b, s, o, paint)
	if s.Red {
		b.WriteString("\n" + s.Commands())
	}
	if o.Frames && p != nil {
		writeFrames(&b, p, paint)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxFindings bounds the list of findings.
const maxFindings = 40

// writeFindings lists the findings by their numbers, a line each; the one that was asked for stands there in full.
func writeFindings(b *strings.Builder, s *summary.Story, o Options, p brush) {
	if o.Finding > 0 {
		fmt.Fprintf(b, "\n%d ", o.Finding)
		writeFinding(b, s.Findings[o.Finding-1])
		return
	}
	for i, f := range s.Findings[:min(maxFindings, len(s.Findings))] {
		if i == 0 {
			b.WriteByte('\n')
		}
		look := unstyled
		if f.Hard {
			look = red
		}
		line := fmt.Sprintf("%2d %s", i+1, line(f))
		b.WriteString(p.paint(look, fitting(line, o.Width)) + "\n")
	}
	if more := len(s.Findings) - maxFindings; more > 0 {
		fmt.Fprintf(b, "… and %d more\n", more)
	}
	if len(s.Findings) > 0 {
		b.WriteString(p.paint(faint, "one of them in full, with its sessions: --finding N") + "\n")
	}
}

// fitting is the text cut to so many columns.
func fitting(text string, columns int) string {
	if uniseg.StringWidth(text) <= columns {
		return text
	}
	var b strings.Builder
	left := columns - 1
	for state, rest := -1, text; rest != ""; {
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if left -= width; left < 0 {
			break
		}
		b.WriteString(cluster)
	}
	return b.String() + "…"
}

func writeHeader(b *strings.Builder, s *summary.Story, p brush) {
	h := s.Evidence.Header
	fmt.Fprintf(b, "%s  %s, attempt %d\n", p.paint(bold, s.Name), s.Package, s.Attempt)
	fmt.Fprintf(b, "target:    %s (dialect %s, shape %s)\n", target(s), report.Clean(h.Target.Dialect), report.Clean(h.Target.Shape))
	fmt.Fprintf(b, "began:     %s, took %s\n", h.Start.UTC().Format("2006-01-02 15:04:05 UTC"), offset(s.Took))
	result := p.paint(green, "green")
	if s.Red {
		result = p.paint(red, "RED")
	}
	fmt.Fprintf(b, "result:    %s, %s and %d of advice%s\n", result, report.Many(len(s.Hard()), "finding", "findings"), len(s.Advice()), criteria(s))
	for _, why := range s.Why {
		fmt.Fprintf(b, "           %s\n", why)
	}
	fmt.Fprintf(b, "holds:     %s of %s, %s of %s, %s\n", report.Many(s.Records, "record", "records"), report.Many(s.Users, "user", "users"),
		report.Many(s.Events, "event", "events"), report.Many(s.Sessions, "session", "sessions"), report.Many(s.Prompts, "prompt", "prompts"))
}

// writeFrames lists the records of the picture in their order, each with what travelled.
func writeFrames(b *strings.Builder, p *evidence.Picture, paint brush) {
	var marks []evidence.Mark
	for _, l := range p.Lanes {
		marks = append(marks, l.Marks...)
	}
	slices.SortFunc(marks, func(x, y evidence.Mark) int { return cmp.Compare(x.Seq, y.Seq) })
	b.WriteByte('\n')
	for _, m := range marks {
		look := unstyled
		if m.Findings != nil || m.Bad {
			look = red
		}
		b.WriteString(paint.paint(look, m.Line) + "\n")
		if m.Raw != "" {
			for line := range strings.Lines(m.Raw) {
				fmt.Fprintf(b, "     %s\n", paint.paint(faint, report.Clean(strings.TrimRight(line, "\r\n"))))
			}
		}
	}
}
