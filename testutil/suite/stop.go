package suite

import (
	"context"
	"fmt"
	"runtime"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// stop fails the story and ends the calling goroutine.
func (s *Story) stop(err error) {
	s.t.Helper()
	s.note(err)
	s.t.FailNow()
}

// note keeps the first reason for which the story could not go on.
func (s *Story) note(err error) {
	if cause := context.Cause(s.ctx); cause != nil {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	why := s.log.Redact(err.Error()) // an error may quote the target, and the target may quote a secret
	s.log.Remark(history.TopicStory, why)
	s.spoil()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == "" {
		s.stopped = why
	}
}

// panicking tells whether the goroutine is being unwound by a panic. The testing package runs cleanups
// in a panic as in any other end, and tells them nothing of it.
func panicking() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers[:])])
	for {
		frame, more := frames.Next()
		if frame.Function == "runtime.gopanic" {
			return true
		}
		if !more {
			return false
		}
	}
}
