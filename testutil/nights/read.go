package nights

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// ReadTrend reads what "staging trend --json" wrote, and makes its text harmless again, whoever had the file.
func ReadTrend(r io.Reader) (*Trend, error) {
	var t Trend
	if err := json.NewDecoder(r).Decode(&t); err != nil {
		return nil, fmt.Errorf("read the trend (of staging trend --json): %w", err)
	}
	if t.Version != TrendVersion || len(t.Nights) == 0 {
		return nil, fmt.Errorf("read the trend: it has version %d and %d nights, want version %d with nights: write it with staging trend --json", t.Version, len(t.Nights), TrendVersion)
	}
	for _, l := range t.lists() {
		if l != len(t.Nights) {
			return nil, fmt.Errorf("read the trend: a list has %d entries for %d nights: write it with staging trend --json", l, len(t.Nights))
		}
	}
	t.clean()
	return &t, nil
}

// lists are the lengths of what has an entry for each night.
func (t *Trend) lists() (lengths []int) {
	for _, l := range t.Phases {
		lengths = append(lengths, len(l.Points))
	}
	for _, s := range t.Stories {
		lengths = append(lengths, len(s.Outcomes))
	}
	for _, r := range t.Rules {
		lengths = append(lengths, len(r.Times))
	}
	return lengths
}

func (t *Trend) clean() {
	clean(&t.Target.Kind, &t.Target.API)
	for i := range t.Nights {
		n := &t.Nights[i]
		clean(&n.ID, &n.Began, &n.Suite, &n.Revision, &n.Decision)
	}
	for i := range t.Phases {
		clean(&t.Phases[i].Name, &t.Phases[i].Shift.Why)
	}
	for i := range t.Findings {
		clean(&t.Findings[i].Rule, &t.Findings[i].Message)
	}
	for i := range t.Notes {
		clean(&t.Notes[i])
	}
	for i := range t.Stories {
		clean(&t.Stories[i].Package, &t.Stories[i].Name)
	}
	for i := range t.Rules {
		clean(&t.Rules[i].Rule)
	}
}

func clean(texts ...*string) {
	for _, text := range texts {
		*text = report.Clean(*text)
	}
}
