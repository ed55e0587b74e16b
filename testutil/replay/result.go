package replay

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A Result is what became of a replay.
type Result struct {
	Header   history.Header
	History  string // file
	Findings []judge.Finding
	Criteria []judge.Criterion
	// Stopped are acts that failed; each would have ended the story.
	Stopped []string
	// Undone are acts that could not be done because others failed.
	Undone []string
	// Missing says what of the recording was not told again, and why.
	Missing []string
	// Left tells that threads stay at a target that outlives the replay, since they could not be archived. The history
	// has to be kept then: [Clean] reads from it which they are.
	Left bool
	// Diverged says where it became otherwise than in the recording.
	Diverged []Divergence
}

func (r *Result) miss(format string, values ...any) {
	if what := fmt.Sprintf(format, values...); !slices.Contains(r.Missing, what) {
		r.Missing = append(r.Missing, what)
	}
}

// ErrRed is the error of a replay that failed: a rule is broken hard, or an act failed.
var ErrRed = errors.New("the replay is red")

// ErrIncomplete is the error of a replay that found nothing, and did not do all that the story did.
var ErrIncomplete = errors.New("REPLAY INCOMPLETE: nothing was found, and not all of the story was told again")

// Err is nil if everything was told again and nothing is wrong.
func (r *Result) Err() error {
	switch {
	case len(r.Hard()) > 0 || len(r.Stopped) > 0:
		return ErrRed
	case len(r.Missing) > 0 || len(r.Undone) > 0:
		return ErrIncomplete
	}
	return nil
}

// Hard are the findings that fail the replay.
func (r *Result) Hard() (hard []judge.Finding) {
	for _, f := range r.Findings {
		if f.Hard {
			hard = append(hard, f)
		}
	}
	return hard
}

// shown bounds lists that nobody reads to their end.
const shown = 10

// Text tells a person what became of the replay. Rerun is the command that replays it again.
func (r *Result) Text(w io.Writer, rerun string) error {
	var b strings.Builder
	list(&b, "not told again", r.Missing)
	list(&b, "failed", r.Stopped)
	list(&b, "not done", r.Undone)
	var diverged []string
	for _, d := range r.Diverged {
		diverged = append(diverged, d.String())
	}
	list(&b, "diverged", diverged)
	records, suspects, err := r.evidence()
	if err != nil {
		return err
	}
	for _, c := range r.Criteria {
		fmt.Fprintf(&b, "criterion %s: %s %s\n", report.Clean(c.ID), c.Verdict, report.Clean(c.Reason))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	f := report.Failure{Target: r.Header.Target.Kind + " " + r.Header.Target.API, Findings: r.Findings, Suspects: suspects, Rerun: rerun, History: r.History}
	return f.Text(w, func(seq uint64) *history.Record { return records[seq] })
}

func list(b *strings.Builder, what string, lines []string) {
	for i, line := range lines {
		if i == shown {
			fmt.Fprintf(b, "%s: and %d more\n", what, len(lines)-shown)
			return
		}
		fmt.Fprintf(b, "%s: %s\n", what, report.Clean(line))
	}
}

// evidence are the records that prove the findings, and whom they make suspect.
func (r *Result) evidence() (map[uint64]*history.Record, []diagnosis.Suspect, error) {
	records := map[uint64]*history.Record{}
	for _, f := range r.Findings {
		for _, seq := range f.Records {
			records[seq] = nil
		}
	}
	if len(records) == 0 {
		return records, nil, nil
	}
	in, err := history.ReadFile(r.History)
	if err != nil {
		return nil, nil, err
	}
	w := diagnosis.NewWitness(in.Header)
	for {
		next, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, errors.Join(err, in.Close())
		}
		w.Observe(next)
		if _, wanted := records[next.Seq]; wanted {
			records[next.Seq] = next
		}
	}
	var suspects []diagnosis.Suspect
	if len(r.Hard()) > 0 {
		if suspects, err = w.Suspects(r.Findings); err != nil {
			return nil, nil, errors.Join(err, in.Close())
		}
	}
	return records, suspects, in.Close()
}
