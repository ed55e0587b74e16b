package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// A validateProgress shows a validation at work. On a terminal the last line says what is going on, and the lines above
// it what has failed so far; elsewhere there is a line for everything that happens, and one a minute while nothing
// does. It is safe for concurrent use.
type validateProgress struct {
	mu     sync.Mutex
	out    io.Writer
	width  func() int // of the terminal, 0 where there is none
	status status
	open   bool // what was written last is no whole line, which the status would spoil
	said   time.Time
	stop   func() // ends the redrawing
}

func newValidateProgress(out io.Writer) *validateProgress {
	now := time.Now()
	p := &validateProgress{out: out, width: widthOf(out), status: status{since: now}, said: now, stop: func() {}}
	if p.width() > 0 {
		p.stop = p.spin()
	}
	return p
}

// spin draws the status again and again, until the function that it returns is called.
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
			case <-ticker.C:
				p.mu.Lock()
				p.status.turn++
				_ = p.write("") // a terminal that is gone harms nothing
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
	width := p.width()
	p.status.take(m, time.Now())
	switch {
	case m.News != "" && (m.Bad || width == 0 || m.Of == 0):
		p.line(report.Clean(m.News), width)
	case m.News == "" && width == 0 && time.Since(p.said) > quiet:
		p.line(p.status.text(0), 0)
	}
}

// Lines of a terminal: what is above the status is cut to a few lines, and stands beside the time.
const (
	clock = len("15:04:05  ")
	lines = 3
)

// line writes one above the status.
func (p *validateProgress) line(text string, width int) {
	p.said = time.Now()
	if width > 0 {
		text = report.Clip(text, lines*(width-clock)-width/4) // what wrapping leaves empty
	}
	_ = p.write(report.Wrap(p.said.Format(time.TimeOnly)+"  "+text, width, clock) + "\n")
}

// Write shows the output of the deploy command, as it comes.
func (p *validateProgress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(text), p.write(string(text))
}

// erase begins the line of the cursor anew.
const erase = "\r\x1b[K"

// write puts a text above the status, all at once, so that nothing flickers.
func (p *validateProgress) write(text string) error {
	if width := p.width(); width > 0 {
		if text == "" && p.open {
			return nil
		}
		before := p.open
		p.open = text != "" && !strings.HasSuffix(text, "\n")
		if !before {
			text = erase + text
		}
		if !p.open {
			text += report.Clip(p.status.text(width), width-1)
		}
	}
	_, err := io.WriteString(p.out, text)
	return err
}

// end leaves an empty line where the status was.
func (p *validateProgress) end() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width() > 0 && !p.open {
		fmt.Fprint(p.out, erase)
	}
}
