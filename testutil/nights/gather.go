package nights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// About is what is known of a night besides its evidence.
type About struct {
	// ID tells it apart from all others; if empty, the time of its first story is its id.
	ID       string
	Decision string
}

// Of sums a night up. Evidence of several targets is an error: each has nights of its own.
func Of(e *evidence.Evidence, about About) (Night, error) {
	n := Night{
		ID: report.Clean(about.ID), Decision: about.Decision, Revision: revisionOf(e),
		Gaps: len(e.Gaps()), Stories: []Story{}, Phases: []Phase{}, Findings: []Broken{},
	}
	if len(e.Stories) == 0 {
		return n, fmt.Errorf("sum the night up: none of its %d histories can be read", len(e.Unread))
	}
	n.Target = targetOf(e.Stories[0])
	var until time.Time
	for _, s := range e.Stories {
		if t := targetOf(s); t != n.Target {
			return n, fmt.Errorf("sum the night up: its stories met %s and %s: add each as a night of its own", n.Target, t)
		}
		if start := s.Header.Start.UTC(); n.Began.IsZero() || start.Before(n.Began) {
			n.Began, n.Suite = start, report.Clean(s.Header.Suite)
		}
		if end := s.Header.Start.Add(s.Took); end.After(until) {
			until = end
		}
		n.Stories = append(n.Stories, storyOf(s))
		n.broken(s)
	}
	n.Took = until.Sub(n.Began)
	n.ID = cmp.Or(n.ID, n.Began.Format("2006-01-02T15:04:05.000Z"))
	slices.SortFunc(n.Findings, func(a, b Broken) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), compareHard(a.Hard, b.Hard))
	})
	return n, n.phases(e)
}

func targetOf(s *evidence.Story) Target {
	t := Target{Kind: report.Clean(s.Header.Target.Kind)}
	if t.Kind != "embedded" {
		t.API = report.Clean(s.Header.Target.API)
	}
	return t
}

func storyOf(s *evidence.Story) Story {
	told := Story{
		Package: report.Clean(s.Header.Package), Name: report.Clean(s.Header.Story), Attempt: s.Header.Attempt,
		Red: s.Red(), Took: s.Took, Samples: map[string][]int64{},
	}
	for phase, h := range s.Latencies {
		if sample := sampleOf(h); len(sample) > 0 {
			told.Samples[string(phase)] = sample
		}
	}
	return told
}

// sampleOf are quantiles at equal distances: a histogram's best likeness of that size.
func sampleOf(h *hdrhistogram.Histogram) []int64 {
	size := min(h.TotalCount(), SampleSize)
	sample := make([]int64, 0, size)
	for i := range size {
		sample = append(sample, h.ValueAtQuantile(100*(float64(i)+0.5)/float64(size)))
	}
	return sample
}

func (n *Night) broken(s *evidence.Story) {
	for _, f := range s.Findings {
		i := slices.IndexFunc(n.Findings, func(b Broken) bool { return b.Rule == f.Rule && b.Hard == f.Hard })
		if i < 0 {
			i, n.Findings = len(n.Findings), append(n.Findings, Broken{Rule: strings.Clone(f.Rule), Hard: f.Hard})
		}
		n.Findings[i].Times++
	}
}

// revisionOf is the backend's that served, the newest if stories saw several.
func revisionOf(e *evidence.Evidence) string {
	var newest evidence.Revision
	for _, s := range e.Stories {
		for _, r := range s.Serving {
			if isBackend(s.Header.Deployment, r.Service) && !r.Created.Before(newest.Created) {
				newest = r
			}
		}
	}
	return report.Clean(newest.Name)
}

func isBackend(d *history.Deployment, service string) bool {
	return d != nil && slices.ContainsFunc(d.Services, func(s history.Service) bool { return s.Name == service && s.Role == history.Backend })
}

func compareHard(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// phases joins the latencies of all stories.
func (n *Night) phases(e *evidence.Evidence) error {
	joined := evidence.Latencies{}
	for _, s := range e.Stories {
		joined.Join(s.Latencies)
	}
	for _, name := range evidence.Phases() {
		d := joined.Of(name)
		if d.Count == 0 {
			continue
		}
		histogram, err := joined[name].Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return fmt.Errorf("sum the night up: latencies of %s: %w", name, err)
		}
		n.Phases = append(n.Phases, Phase{
			Name: string(name), Budget: budgetOf(e, name), Count: d.Count,
			P50: d.P50, P95: d.P95, P99: d.P99, Max: d.Max, Histogram: histogram,
		})
	}
	return nil
}

func budgetOf(e *evidence.Evidence, name evidence.Phase) (lowest time.Duration) {
	for _, s := range e.Stories {
		if b := name.Budget(s.Header.Budgets); b > 0 && (lowest == 0 || b < lowest) {
			lowest = b
		}
	}
	return lowest
}
