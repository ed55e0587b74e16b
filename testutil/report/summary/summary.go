// Package summary is what every form of a report says: the model behind HTML, Markdown, JUnit and JSON.
//
// It is made from the evidence and a verdict on it, and judges nothing itself. Its JSON form has a version and
// the schema docs/report.schema.json. Text of a target is neutralised for terminals here, once
// ([report.Clean]); each form adds what its own syntax needs.
package summary

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Version is that of the JSON form. A change that an old reader would misunderstand raises it.
const Version = 1

// A Summary is a report in its entirety.
type Summary struct {
	Version int       `json:"version"`
	Made    time.Time `json:"made"`
	Suites  []string  `json:"suites"` // versions of the suite that wrote the histories
	Targets []Target  `json:"targets"`
	Began   time.Time `json:"began"`
	// Took is from the beginning of the first story to the end of the last.
	Took    time.Duration `json:"took_ns"`
	Verdict Verdict       `json:"verdict"`
	Tests   []Test        `json:"tests"` // the four of issue #891
	// Gaps say what is missing from the evidence, or speaks against it beside findings.
	Gaps []string `json:"gaps"`
	// Notes are what a reader should know besides.
	Notes     []string   `json:"notes"`
	Revisions []Revision `json:"revisions"`
	// Suspects are what the red stories together look like, the likeliest first.
	Suspects  []Likely      `json:"suspects"`
	Stories   []*Story      `json:"stories"` // red ones first, and of them those that decide
	Phases    []Phase       `json:"phases"`
	Detection *Detection    `json:"detection,omitempty"`
	Trend     *nights.Trend `json:"trend,omitempty"`
}

// A Target is a deployment that stories met.
type Target struct {
	Kind    string `json:"kind"`
	API     string `json:"api"`
	Auth    string `json:"auth"`
	Stories int    `json:"stories"`
}

// Embedded tells whether it says nothing about a staging.
func (t Target) Embedded() bool { return t.Kind == "embedded" }

// A Revision is one that the cloud said is ready.
type Revision struct {
	Service string    `json:"service"`
	Name    string    `json:"name"`
	Created time.Time `json:"created,omitzero"`
	Before  string    `json:"before,omitempty"`
}

// Options are what a summary needs besides the evidence.
type Options struct {
	Made      time.Time
	Verdict   Verdict
	Detection *Detection    // nil: none was given
	Trend     *nights.Trend // nil: none was given
}

// Of sums the evidence up. It reads the histories of red stories again, for the records that prove what is wrong.
func Of(e *evidence.Evidence, o Options) (*Summary, error) {
	s := &Summary{Version: Version, Made: o.Made.UTC(), Verdict: o.Verdict.whole(), Gaps: e.Gaps(), Notes: notes(e), Detection: o.Detection, Trend: o.Trend}
	for _, told := range e.Stories {
		story, err := newStory(told)
		if err != nil {
			return nil, fmt.Errorf("sum up: %w", err)
		}
		s.Stories = append(s.Stories, story)
	}
	s.order()
	s.number()
	s.Suspects = likely(s.Red())
	s.about(e)
	s.Tests = tests(s.Stories, e)
	s.Phases = phases(e)
	return s, nil
}

// number gives stories and findings the ids that forms link to.
func (s *Summary) number() {
	findings := 0
	for i, story := range s.Stories {
		story.ID = fmt.Sprintf("s%d", i+1)
		for j := range story.Findings {
			findings++
			story.Findings[j].ID = fmt.Sprintf("f%d", findings)
		}
	}
}

// about takes in what headers say.
func (s *Summary) about(e *evidence.Evidence) {
	s.Suites, s.Targets, s.Revisions = []string{}, []Target{}, []Revision{}
	var until time.Time
	for _, story := range e.Stories {
		h := story.Header
		if s.Began.IsZero() || h.Start.Before(s.Began) {
			s.Began = h.Start
		}
		if end := h.Start.Add(story.Took); end.After(until) {
			until = end
		}
		s.Suites = append(s.Suites, report.Clean(h.Suite))
		s.target(h.Target)
		for _, r := range story.Serving {
			s.Revisions = append(s.Revisions, Revision{report.Clean(r.Service), report.Clean(r.Name), r.Created, report.Clean(r.Before)})
		}
	}
	s.Took = until.Sub(s.Began)
	slices.Sort(s.Suites)
	s.Suites = slices.Compact(s.Suites)
	slices.SortFunc(s.Revisions, Revision.compare)
	s.Revisions = slices.Compact(s.Revisions)
}

// target counts a story at its target. Those of the embedded target are all one: each package starts its own,
// on other ports.
func (s *Summary) target(t history.Target) {
	met := Target{Kind: report.Clean(t.Kind), API: report.Clean(t.API), Auth: report.Clean(t.Auth)}
	i := slices.IndexFunc(s.Targets, func(known Target) bool {
		known.Stories = 0
		return known == met || known.Embedded() && met.Embedded()
	})
	if i < 0 {
		i, s.Targets = len(s.Targets), append(s.Targets, met)
	}
	s.Targets[i].Stories++
}

// Red are the stories that something speaks against.
func (s *Summary) Red() (red []*Story) {
	for _, story := range s.Stories {
		if story.Red {
			red = append(red, story)
		}
	}
	return red
}

// Green is how many nothing speaks against.
func (s *Summary) Green() int { return len(s.Stories) - len(s.Red()) }

// Lacks says how much the evidence lacks, in words.
func (s *Summary) Lacks() string {
	if len(s.Gaps) == 0 {
		return "nothing"
	}
	return report.Many(len(s.Gaps), "thing", "things")
}

// WriteJSON writes the JSON form.
func (s *Summary) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	return nil
}

func (r Revision) compare(other Revision) int {
	return cmp.Or(cmp.Compare(r.Service, other.Service), r.Created.Compare(other.Created), cmp.Compare(r.Name, other.Name), cmp.Compare(r.Before, other.Before))
}
