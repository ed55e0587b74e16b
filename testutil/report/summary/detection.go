package summary

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A Detection is which regressions the stories find: what "staging prove --json" wrote.
type Detection struct {
	Caught  int        `json:"caught"`
	Results []Detected `json:"results"`
}

// A Detected is what became of one regression.
type Detected struct {
	ID       string   `json:"id"`
	Class    string   `json:"class"`
	Beside   bool     `json:"beside_catalogue"`
	Expected []string `json:"expected"` // rules, of which any is enough
	Outcome  string   `json:"outcome"`  // "caught", or how it was not
	Story    string   `json:"story,omitempty"`
	Rule     string   `json:"rule,omitempty"`
	Rank     int      `json:"rank,omitempty"` // of its class among the suspects
}

// caught is the outcome of a regression that was found as it must be.
const caught = "caught"

// proven is the form of "staging prove --json", as far as it is shown.
type proven struct {
	Version int `json:"version"`
	Results []struct {
		ID           string   `json:"id"`
		Class        string   `json:"class"`
		Uncatalogued bool     `json:"uncatalogued"`
		Expected     []string `json:"expected"`
		Outcome      string   `json:"outcome"`
		Story        string   `json:"story"`
		Rule         string   `json:"rule"`
		Rank         int      `json:"rank"`
	} `json:"results"`
}

// provenVersion is the one that is understood.
const provenVersion = 1

// ReadDetection reads what "staging prove --json" wrote.
func ReadDetection(r io.Reader) (*Detection, error) {
	var p proven
	if err := json.NewDecoder(r).Decode(&p); err != nil {
		return nil, fmt.Errorf("read the detection (of staging prove --json): %w", err)
	}
	if p.Version != provenVersion || len(p.Results) == 0 {
		return nil, fmt.Errorf("read the detection: it has version %d and %d results, want version %d with results: write it with staging prove --json", p.Version, len(p.Results), provenVersion)
	}
	d := &Detection{}
	for _, r := range p.Results {
		expected := []string{}
		for _, rule := range r.Expected {
			expected = append(expected, report.Clean(rule))
		}
		d.Results = append(d.Results, Detected{
			ID: report.Clean(r.ID), Class: report.Clean(r.Class), Beside: r.Uncatalogued, Expected: expected,
			Outcome: report.Clean(r.Outcome), Story: report.Clean(r.Story), Rule: report.Clean(r.Rule), Rank: r.Rank,
		})
		if r.Outcome == caught {
			d.Caught++
		}
	}
	return d, nil
}

// Caught tells whether the regression was found as it must be.
func (d Detected) Caught() bool { return d.Outcome == caught }
