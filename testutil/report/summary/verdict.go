package summary

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// The decisions of issue #891, and what stands where none can be made.
const (
	Proceed     = "PROCEED"
	Investigate = "INVESTIGATE"
	Rollback    = "ROLLBACK"
	NoDecision  = "NO DECISION"
)

// A Verdict is what was decided on the evidence, and why. Whoever decides hands it in.
type Verdict struct {
	Decision   string      `json:"decision"`
	Confidence string      `json:"confidence"` // HIGH, MEDIUM or LOW
	Reasons    []string    `json:"reasons"`
	WayBack    string      `json:"way_back,omitempty"` // command that rolls back, where that was decided and can be said
	Criteria   []Criterion `json:"criteria"`           // all of issue #891, in their order
}

// A Criterion is a line of the checklist.
type Criterion struct {
	ID       string `json:"id"`
	Asks     string `json:"asks"`
	Verdict  string `json:"verdict"`  // "pass", "fail" or "not measured"
	Evidence string `json:"evidence"` // the numbers, or why it failed or is not measured
	// Stories are the names of those that it is from.
	Stories []string `json:"stories"`
}

// What became of a criterion.
const (
	Pass        = "pass"
	Fail        = "fail"
	NotMeasured = "not measured"
)

// checklist is what issue #891 asks (deployment.md 7).
var checklist = []struct{ id, asks string }{
	{"D1", "New revision deployed"},
	{"D2", "No CRITICAL or ERROR during start-up"},
	{"D3", "Health endpoints correct"},
	{"D4", "No increase in error rate"},
	{"F1", "Golden path works"},
	{"F2", "Session management holds"},
	{"F3", "Factory patterns consistent"},
	{"F4", "WebSocket events all there, in order"},
	{"F5", "Users isolated"},
	{"P1", "WebSocket connection below 30 s"},
	{"P2", "Agent response below 60 s"},
	{"P3", "No memory leak, no session accumulation"},
	{"P4", "Start-up time normal"},
}

// whole is the verdict with every line of the checklist, whatever was handed in: a criterion that nobody judged
// is not measured.
func (v Verdict) whole() Verdict {
	given := v.Criteria
	v.Criteria = []Criterion{}
	for _, line := range checklist {
		c := Criterion{ID: line.id, Verdict: NotMeasured, Evidence: "nothing in the evidence measures it"}
		if i := slices.IndexFunc(given, func(c Criterion) bool { return c.ID == line.id }); i >= 0 {
			c = given[i]
		}
		c.Asks, c.Evidence = line.asks, report.Clean(c.Evidence)
		c.Stories = append([]string{}, c.Stories...)
		v.Criteria = append(v.Criteria, c)
	}
	reasons := []string{}
	for _, reason := range v.Reasons {
		reasons = append(reasons, report.Clean(reason))
	}
	v.Reasons = reasons
	return v
}

// Criterion is the line with the id.
func (v Verdict) Criterion(id string) Criterion {
	for _, c := range v.Criteria {
		if c.ID == id {
			return c
		}
	}
	return Criterion{ID: id, Verdict: NotMeasured}
}

// A Step is one to take, with the command that takes it if there is one.
type Step struct{ Says, Command string }

func (s Step) String() string {
	if s.Command == "" {
		return s.Says
	}
	return s.Says + ": " + s.Command
}

// Next are the steps to take (deployment.md 7). What ends the harm is before what explains it.
func (s *Summary) Next() (steps []Step) {
	if s.Verdict.Decision == Rollback {
		steps = append(steps, Step{"Move the traffic back to the previous revision", report.Clean(s.Verdict.WayBack)})
	}
	if first := s.First(); first != nil {
		says := "Run the first red story again"
		if first.Needs != "" {
			says += ", with " + first.Needs
		}
		steps = append(steps, Step{says, first.Rerun})
	}
	if len(s.Gaps) > 0 {
		steps = append(steps, Step{Says: "See to what the evidence lacks, and run what is missing again"})
	}
	for _, says := range further[s.Verdict.Decision] {
		steps = append(steps, Step{Says: says})
	}
	return steps
}

var further = map[string][]string{
	Proceed:     {"Update the issue", "Plan the production deployment", "Monitor the new revision", "Document what was validated"},
	Rollback:    {"Capture the logs of the new revision", "Find the root cause", "Document it"},
	Investigate: {"Capture the logs", "Find the root cause", "Document it", "Consider a rollback"},
	NoDecision:  {"Validate a real staging: staging validate, with STAGING_TARGET=remote"},
}

// First is the red story to begin with, nil where there is none: what decides stands first.
func (s *Summary) First() *Story {
	if red := s.Red(); len(red) > 0 {
		return red[0]
	}
	return nil
}
