package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/netra-systems/staging-e2e/testutil/replay"
)

// A minimiseProgress shows a search at work: on a terminal a spinner with what is tried, elsewhere a line for each
// smaller part that fails, and one a minute while none does.
type minimiseProgress struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil where there is no terminal
	said time.Time
}

func newMinimiseProgress(out io.Writer) *minimiseProgress {
	p := &minimiseProgress{out: out, said: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(out), progressbar.OptionSpinnerType(asciiSpinner),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionClearOnFinish())
	}
	return p
}

// asciiSpinner is the one of the other commands.
const asciiSpinner = 9

func (p *minimiseProgress) tell(m replay.Progress) {
	switch {
	case m.Smaller || p.bar == nil && time.Since(p.said) > quiet:
		p.line(m.String())
	case p.bar != nil:
		p.bar.Describe(fitting(p.out, m.String()))
	}
}

// line writes one above the spinner.
func (p *minimiseProgress) line(text string) {
	p.said = time.Now()
	if p.bar != nil {
		_ = p.bar.Clear() // a spinner that is not drawn well harms nothing
	}
	fmt.Fprintf(p.out, "%s  %s\n", p.said.Format(time.TimeOnly), text)
}

// fitting is a text that stays on one line of a terminal, beside a spinner.
func fitting(out io.Writer, text string) string {
	if f, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return text[:min(len(text), max(width-besideSpinner, 0))]
		}
	}
	return text
}

// besideSpinner is what the spinner takes of a line.
const besideSpinner = 8

// end takes the spinner away.
func (p *minimiseProgress) end() {
	if p.bar != nil {
		_ = p.bar.Finish() // likewise
	}
}
