package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// A status is what is going on: a step that says nothing, or stories.
type status struct {
	turn  int // of the spinner
	step  string
	since time.Time // of the step, or of the first story
	last  validate.Moment
}

// take takes in a moment.
func (s *status) take(m validate.Moment, now time.Time) {
	if m.Step || m.Of > 0 && s.last.Of == 0 {
		s.step, s.since, s.last = m.News, now, validate.Moment{}
	}
	if m.Of > 0 {
		s.last = m
	}
}

const spinner = `|/-\`

// text says it in one line, which fits into the width unless that is 0.
func (s *status) text(width int) string {
	took := time.Since(s.since).Round(time.Second).String()
	m := s.last
	if m.Of == 0 {
		return fmt.Sprintf("%c %s, %s", spinner[s.turn%len(spinner)], s.step, took)
	}
	text := fmt.Sprintf("%d of %d stories", m.Done, m.Of)
	if width > 0 {
		text = fmt.Sprintf("%c %s", spinner[s.turn%len(spinner)], bar(m, width/8))
	}
	text += fmt.Sprintf(" %s, %d red, %d events", took, m.Red, m.Events)
	if len(m.Now) > 0 {
		text += ": " + atWork(m.Now, width-len(text)-len(": "))
	}
	return text
}

// bar is how much is done, in about twice so many columns as its own width.
func bar(m validate.Moment, width int) string {
	b := progressbar.NewOptions(m.Of, progressbar.OptionSetWriter(io.Discard), progressbar.OptionShowCount(), progressbar.OptionSetWidth(width),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionSetTheme(progressbar.ThemeASCII))
	_ = b.Set(m.Done) // a bar that is not drawn well harms nothing
	return strings.TrimSpace(b.String())
}

// atWork names stories as far as there is room, at least one, and counts the others.
func atWork(names []string, room int) string {
	text := names[0]
	for i, name := range names[1:] {
		left := fmt.Sprintf(" +%d", len(names)-1-i)
		if room > 0 && len(text)+len(", ")+len(name)+len(left) > room {
			return text + left
		}
		text += ", " + name
	}
	return text
}
