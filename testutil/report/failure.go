package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

// A Failure is all that a person needs to understand a red story and to run it again.
type Failure struct {
	Target   string // kind and address
	Findings []judge.Finding
	// Server returns the server's side of a finding, nil where there is none to be had. It may be nil.
	Server func(judge.Finding) *ServerSide
	// Suspects are the regressions that it looks like, the likeliest first.
	Suspects []diagnosis.Suspect
	Stopped  string // why the story could not go on; empty if it came to its end
	Rerun    string // a command
	Replay   string // a command; empty where this is a replay
	Needs    string // of the environment, by the commands; empty: nothing
	History  string // file
}

// Text writes the failure for a terminal or a CI log. Records that prove a finding come from record,
// which returns nil for one that is not to be had.
func (f Failure) Text(w io.Writer, record func(seq uint64) *history.Record) error {
	var b strings.Builder
	book := logbook{map[entryKey]bool{}}
	for _, finding := range f.Findings {
		writeFinding(&b, finding, record)
		if f.Server != nil {
			book.write(&b, f.Server(finding))
		}
	}
	if f.Stopped != "" {
		fmt.Fprintf(&b, "the story stopped: %s\n", Clean(f.Stopped))
	}
	WriteSuspects(&b, f.Suspects)
	fmt.Fprintf(&b, "target:    %s\n", Clean(f.Target))
	f.commands(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// commands are those that go on from here, and what they go on from.
func (f Failure) commands(b *strings.Builder) {
	fmt.Fprintf(b, "run again: %s\n", f.Rerun)
	if f.Replay != "" {
		fmt.Fprintf(b, "replay:    %s\n", f.Replay)
	}
	if f.Needs != "" {
		fmt.Fprintf(b, "           with %s\n", f.Needs)
	}
	if f.Replay != "" {
		fmt.Fprintf(b, "look:      %s\nreport:    %s\n", Show(f.History), Report(f.History))
	}
	fmt.Fprintf(b, "history:   %s\n", f.History)
}

func writeFinding(b *strings.Builder, f judge.Finding, record func(uint64) *history.Record) {
	fmt.Fprintf(b, "%s %s: %s\n", severity(f), f.Rule, Clean(f.Message))
	for _, seq := range f.Records {
		if r := record(seq); r != nil {
			fmt.Fprintf(b, "    %s\n", Line(r))
		}
	}
}

func severity(f judge.Finding) string {
	if f.Hard {
		return "FINDING"
	}
	return "advice "
}
