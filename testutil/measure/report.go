package measure

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/bundle"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// reportLimit is the bar for the report of a full embedded run, in all its forms (issue #6).
const reportLimit = time.Second

// reported writes the report of one run of all stories again and again.
func (b *bench) reported(ctx context.Context, g group) ([]Row, error) {
	artifacts := filepath.Join(b.dir, "report")
	if err := os.MkdirAll(artifacts, 0o755); err != nil {
		return nil, err
	}
	run, err := b.goTest(ctx, nil, "./e2e/...", "-run", "Staging", "-artifacts", "-outputdir", artifacts)
	switch {
	case err != nil:
		return nil, err
	case !run.green:
		return nil, fmt.Errorf("the stories are not green: %s", b.keep("report", run))
	}
	var walls []time.Duration
	var s *summary.Summary
	for range g.runs {
		began := time.Now()
		if s, err = writeReport(ctx, artifacts, filepath.Join(b.dir, "forms")); err != nil {
			return nil, err
		}
		walls = append(walls, time.Since(began))
	}
	records := 0
	for _, story := range s.Stories {
		records += story.Records
	}
	return []Row{{
		What: "report of a full embedded run, all forms: min / median / max wall", Bar: "all at most 1 s",
		Measured: inSeconds(spreadOf(walls)), Met: spreadOf(walls).max <= reportLimit,
		Notes: []string{fmt.Sprintf("%d stories, %d records", len(s.Stories), records)},
	}}, nil
}

func writeReport(ctx context.Context, artifacts, out string) (*summary.Summary, error) {
	e, err := evidence.Gather(ctx, artifacts)
	if err != nil {
		return nil, err
	}
	s, err := summary.Of(e, summary.Options{Made: time.Now()})
	if err != nil {
		return nil, err
	}
	_, err = bundle.Write(out, s)
	return s, err
}
