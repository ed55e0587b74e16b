package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

const (
	whatMeasure = "measure "
	whatCleanUp = "let the target clean up"
	// newStart is what D2 reads, and what P4 compares with.
	newStart = "the start of the new revisions"
)

// measure is that the story set out to measure a criterion that the cloud shows.
func (g *reading) measure(r *history.Record) {
	criterion := r.Note.Text
	a := &Act{Start: r.At, End: r.At, What: whatMeasure + criterion}
	switch criterion {
	case "D2":
		a.makes = []string{newStart}
	case "P4":
		a.needs = []string{newStart}
	}
	a.do = func(ctx context.Context, p *player) error {
		err := p.survey.Measure(ctx, p.log, criterion)
		if _, unmeasured := errors.AsType[*deployment.UnmeasuredError](err); unmeasured {
			return nil // which the judge says
		}
		return err
	}
	g.measuring = g.add(a)
}

// looked is that the cloud was read, for the criterion that was to be measured last.
func (g *reading) looked(r *history.Record) {
	if g.measuring == nil {
		g.miss("what the cloud said is not read again, for nobody knows what it was to show (%s)", r.Cloud.API)
		return
	}
	g.measuring.End = r.At
}

// round begins a round of use.
func (g *reading) round(r *history.Record) {
	g.rounds++
	g.cleaned = !fixtures.Accumulation.CleansUp(g.rounds - 1)
	g.add(&Act{Start: r.At, What: whatNote, do: remark(*r.Note)})
}

// cleanUp is what the target was given time for before the first sample of some rounds. A replay gives it that
// time also where it rests for nothing else.
func (g *reading) cleanUp(r *history.Record) {
	if x := r.Exchange; g.rounds > 0 && !g.cleaned && x.Purpose == history.PurposeSample {
		g.cleaned = true
		over := max(0, r.At-x.Took-x.Waited)
		g.add(&Act{Start: max(0, over-g.Header.Budgets.Cleanup), End: over, What: whatCleanUp,
			do: func(ctx context.Context, p *player) error { return p.target.CleanUp(ctx) }})
	}
}

// measures tells whether the story measured something that the cloud shows.
func (s *Script) measures() bool {
	return slices.ContainsFunc(s.Acts, (*Act).measures)
}

func (a *Act) measures() bool { return strings.HasPrefix(a.What, whatMeasure) }

func notMeasured(c judge.Criterion) string {
	return fmt.Sprintf("criterion %s is not measured: %s", c.ID, c.Reason)
}

// missUnmeasured says which criteria the cloud did not show in the replay.
func (r *Result) missUnmeasured() {
	for _, c := range r.Criteria {
		if deployment.Shows(c.ID) && c.Verdict == judge.NotMeasured {
			r.miss("%s", notMeasured(c))
		}
	}
}
