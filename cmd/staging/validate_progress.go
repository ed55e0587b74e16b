package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// A validateProgress shows a validation at work: a bar with a spinner on a terminal, elsewhere a line for everything
// that happens, and one a minute while nothing does. It is safe for concurrent use.
type validateProgress struct {
	mu   sync.Mutex
	out  io.Writer
	tty  bool
	bar  *progressbar.ProgressBar // nil until stories are told, and where there is no terminal
	spin *progressbar.ProgressBar // of the step before them, or after
	turn int                      // of the spinner beside the bar
	said time.Time
}

func newValidateProgress(out io.Writer) *validateProgress {
	f, ok := out.(*os.File)
	return &validateProgress{out: out, tty: ok && term.IsTerminal(int(f.Fd())), said: time.Now()}
}

// quiet is how long nothing is said where there is no terminal.
const quiet = time.Minute

func (p *validateProgress) tell(m validate.Moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.News != "" && (m.Bad || !p.tty || m.Of == 0) {
		p.line(report.Clean(m.News))
	}
	switch {
	case m.Of == 0 && p.tty:
		p.spin = progressbar.NewOptions(-1, progressbar.OptionSetWriter(p.out), progressbar.OptionSpinnerType(9), progressbar.OptionSetElapsedTime(true))
	case m.Of == 0:
	case p.tty:
		p.draw(m)
	case m.News == "" && time.Since(p.said) > quiet:
		p.line(status(m))
	}
}

// Write shows the output of the deploy command, as it comes.
func (p *validateProgress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.still()
	return p.out.Write(text)
}

// still ends the spinner.
func (p *validateProgress) still() {
	if p.spin != nil {
		_, _ = p.spin.Exit(), p.spin.Clear() // as a bar that is not drawn well
		p.spin = nil
	}
}

// line writes one above the bar.
func (p *validateProgress) line(text string) {
	p.said = time.Now()
	p.still()
	if p.bar != nil {
		_ = p.bar.Clear() // a bar that is not drawn well harms nothing
	}
	fmt.Fprintf(p.out, "%s  %s\n", p.said.Format(time.TimeOnly), text)
}

const spinner = `|/-\`

func (p *validateProgress) draw(m validate.Moment) {
	p.still()
	if p.bar == nil {
		p.bar = progressbar.NewOptions(m.Of, progressbar.OptionSetWriter(p.out), progressbar.OptionShowCount(), progressbar.OptionSetWidth(20),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	p.turn++
	text := fmt.Sprintf("%c %s", spinner[p.turn%len(spinner)], status(m))
	if f, ok := p.out.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			text = text[:min(len(text), max(width-beside, 0))]
		}
	}
	p.bar.Describe(text)
	_ = p.bar.Set(m.Done) // likewise
}

// beside is what the bar and its count take of a line.
const beside = 45

func status(m validate.Moment) string {
	text := fmt.Sprintf("%d events", m.Events)
	if m.Red > 0 {
		text += fmt.Sprintf(", %d red", m.Red)
	}
	if len(m.Now) > 0 {
		text += ": " + strings.Join(m.Now, ", ")
	}
	return text
}

// end leaves the cursor below the bar.
func (p *validateProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.still()
	if p.bar != nil {
		fmt.Fprintln(p.out)
	}
}
