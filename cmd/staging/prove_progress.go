package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A progress shows how far something long has come: a bar on a terminal, elsewhere a line for each step.
type progress struct {
	out io.Writer
	bar *progressbar.ProgressBar // nil before the first step, and where there is no terminal
	tty bool
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, tty: widthOf(out)() > 0}
}

// step tells of one more step that was done. One that is wrong is also told in full above the bar.
func (p *progress) step(done, of int, what string, wrong bool) {
	if !p.tty {
		fmt.Fprintf(p.out, "%s  %*d/%d  %s\n", time.Now().Format(time.TimeOnly), len(fmt.Sprint(of)), done, of, what)
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(p.out), progressbar.OptionShowCount(), progressbar.OptionSetWidth(40))
	}
	if wrong {
		_ = p.bar.Clear() // a bar that is not drawn well harms nothing
		fmt.Fprintln(p.out, what)
	}
	_ = p.bar.Set(done) // likewise
}

// end leaves the cursor below the bar.
func (p *progress) end() {
	if p.bar != nil {
		fmt.Fprintln(p.out)
	}
}
