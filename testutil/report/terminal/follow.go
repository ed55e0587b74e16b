package terminal

import (
	"errors"
	"fmt"
	"io"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Follow writes each record that is wanted when the reader has it, and each finding when it is made, whomever it
// is about. It ends with the history, without an error, or with the reader's error.
func Follow(w io.Writer, r *history.Reader, wants func(*history.Record) bool, o Options) error {
	f := &following{w: w, brush: brush{o.Colour}}
	f.say("%s  %s, attempt %d, at %s %s\n", f.paint(bold, report.Clean(r.Header.Story)), report.Clean(r.Header.Package), r.Header.Attempt,
		report.Clean(r.Header.Target.Kind), report.Clean(r.Header.Target.API))
	j := judge.New(r.Header)
	for f.failed == nil {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			f.found(j.Finish())
			f.say("the history is closed: %s, %s and %d of advice\n", report.Many(f.records, "record", "records"), report.Many(f.hard, "finding", "findings"), f.soft)
			break
		}
		if err != nil {
			return err
		}
		f.records++
		if wants(record) {
			f.say("%s\n", report.Line(record))
		}
		f.found(j.Observe(record))
	}
	return f.failed
}

// A following counts what it has said.
type following struct {
	brush
	w                   io.Writer
	records, hard, soft int
	failed              error // of writing
}

func (f *following) say(format string, args ...any) {
	if _, err := fmt.Fprintf(f.w, format, args...); err != nil && f.failed == nil {
		f.failed = fmt.Errorf("write the time line: %w", err)
	}
}

func (f *following) found(findings []judge.Finding) {
	for _, finding := range findings {
		look := yellow
		if f.soft++; finding.Hard {
			f.soft--
			f.hard++
			look = red
		}
		f.say("%s\n", f.paint(look, report.Summary(finding)))
	}
}
