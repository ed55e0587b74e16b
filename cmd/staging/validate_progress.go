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
	turn int                      // of the spinner
	busy bool                     // with a step that has no bar, and that says nothing: the spinner stands alone
	stop func()                   // ends the turning
	said time.Time
}

func newValidateProgress(out io.Writer) *validateProgress {
	f, ok := out.(*os.File)
	p := &validateProgress{out: out, tty: ok && term.IsTerminal(int(f.Fd())), said: time.Now(), stop: func() {}}
	if p.tty {
		p.stop = p.spin()
	}
	return p
}

// spin turns the spinner that stands alone, until the function that it returns is called.
func (p *validateProgress) spin() (stop func()) {
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case now := <-ticker.C:
				p.mu.Lock()
				if p.busy {
					p.turn++
					fmt.Fprintf(p.out, "\r%c %s", spinner[p.turn%len(spinner)], now.Sub(p.said).Round(time.Second))
				}
				p.mu.Unlock()
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
	}
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
		p.busy = true
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

// still takes the spinner that stands alone away.
func (p *validateProgress) still() {
	if p.busy {
		fmt.Fprintf(p.out, "\r%-12s\r", "")
	}
	p.busy = false
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
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.still()
	if p.bar != nil {
		fmt.Fprintln(p.out)
	}
}
