package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/netra-systems/staging-e2e/testutil/replay"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A minimiseProgress shows a search at work: on a terminal a spinner with what is tried, elsewhere a line for each
// smaller part that fails, and one a minute while none does.
type minimiseProgress struct {
	out   io.Writer
	width func() int               // of the terminal, 0 where there is none
	bar   *progressbar.ProgressBar // nil where there is no terminal
	said  time.Time
}

func newMinimiseProgress(out io.Writer) *minimiseProgress {
	p := &minimiseProgress{out: out, width: widthOf(out), said: time.Now()}
	if p.width() > 0 {
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
		p.bar.Describe(report.Clip(m.String(), max(p.width()-besideSpinner, 1)))
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

// besideSpinner is what the spinner takes of a line.
const besideSpinner = 8

// end takes the spinner away.
func (p *minimiseProgress) end() {
	if p.bar != nil {
		_ = p.bar.Finish() // likewise
	}
}
