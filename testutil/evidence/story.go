package evidence

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

// A Story is one history, judged again.
type Story struct {
	Path   string
	Header history.Header
	// Cut says why the history is not whole, nil if it is. What could be read was judged all the same.
	Cut error

	Records int
	Events  int // of runs, as sessions heard them
	Took    time.Duration
	// Ran, Asked and Users count sessions, prompts and users.
	Sessions, Prompts, Users int

	Findings []judge.Finding
	Criteria []judge.Criterion
	// Suspects are the regressions that a red story looks like, the likeliest first.
	Suspects []diagnosis.Suspect
	// Stopped is why the story did not come to its own end, empty if it did.
	Stopped string
	// Interrupted tells whether that was a signal.
	Interrupted bool
	Latencies   Latencies
	// Slowest are the longest of each phase, to the nanosecond; of answers, those of executions over REST are among them.
	Slowest  map[Phase]time.Duration
	Contacts Contacts
	Logins   Logins
	// Serving are the revisions that served, as far as the story looked.
	Serving []Revision
	// Test is what go test said of it, nil if that is not known.
	Test *Test

	names judge.Names // until the stories are judged together
}

// Name is the story's test function.
func (s *Story) Name() string { return s.Header.Story }

// Hard are the findings that fail the story.
func (s *Story) Hard() (hard []judge.Finding) {
	for _, f := range s.Findings {
		if f.Hard {
			hard = append(hard, f)
		}
	}
	return hard
}

// Red tells whether anything of the story speaks against its being green: a hard finding, an end before its end,
// a history that is not whole, or go test's own word.
func (s *Story) Red() bool {
	return len(s.Hard()) > 0 || s.Stopped != "" || s.Cut != nil || s.Test != nil && s.Test.Outcome != Passed
}

// ErrNoEnd is the cut of a history whose process died: that of the story, or whatever wrote for it.
var ErrNoEnd = errors.New("the history has no end: its process died, and the last records may be lost")

// read judges a history to its end.
func read(r *history.Reader, path string) (*Story, error) {
	s := &Story{Path: path, Header: r.Header, Latencies: newLatencies(), Slowest: map[Phase]time.Duration{}, Contacts: newContacts()}
	witness := diagnosis.NewWitness(r.Header)
	j := judge.New(r.Header, append(judge.Standing(), s.watching())...)
	end := io.EOF
	for record, err := range r.All() {
		if err != nil {
			end = err
			break
		}
		s.Records++
		s.Took = max(s.Took, record.At)
		found := j.Observe(record)
		s.Findings = append(s.Findings, found...)
		s.Contacts.leaked(found, record.Seq)
		witness.Observe(record)
	}
	s.Cut = ended(r, end)
	s.Findings = append(s.Findings, j.Finish()...)
	s.Criteria, s.names = j.Criteria(), j.Names()
	if !s.Red() {
		return s, nil
	}
	var err error
	if s.Suspects, err = witness.Suspects(s.Findings); err != nil {
		return s, fmt.Errorf("diagnose %s: %w", path, err)
	}
	return s, nil
}

// ended says why a history ends as it does, nil if in order.
func ended(r *history.Reader, err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case !r.Complete():
		return ErrNoEnd
	}
	return nil
}
