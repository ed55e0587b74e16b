package summary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A Story is what one history says.
type Story struct {
	ID      string `json:"id"` // in this report
	Package string `json:"package"`
	Name    string `json:"name"`
	Attempt int    `json:"attempt"`
	Target  string `json:"target"` // kind
	History string `json:"history"`

	Red bool `json:"red"`
	// Why is what, besides findings, makes it red.
	Why  []string      `json:"why"`
	Took time.Duration `json:"took_ns"`

	Users    int `json:"users"`
	Sessions int `json:"sessions"`
	Prompts  int `json:"prompts"`
	Events   int `json:"events"`
	Records  int `json:"records"`

	Findings []Finding           `json:"findings"` // hard ones first
	Criteria []Measured          `json:"criteria"`
	Suspects []diagnosis.Suspect `json:"suspects"` // the first few
	Contacts *Contacts           `json:"contacts,omitempty"`

	Rerun  string `json:"rerun"`
	Needs  string `json:"needs,omitempty"` // of the environment, by its commands
	Replay string `json:"replay"`

	// Evidence is what it was made of.
	Evidence *evidence.Story `json:"-"`
}

// A Finding is one of a story.
type Finding struct {
	ID      string `json:"id"`
	Rule    string `json:"rule"`
	Hard    bool   `json:"hard"`
	Message string `json:"message"`
	User    string `json:"user,omitempty"`
	Session string `json:"session,omitempty"`
	Run     string `json:"run,omitempty"`
	// Owner is whose secret another user was sent, if it is about a leak.
	Owner string `json:"owner,omitempty"`
	// Records are the numbers of those that prove it, Lines what they say, as far as they are kept.
	Records []uint64 `json:"records"`
	Lines   []string `json:"lines"`
	// Elsewhere is what another history shows of it, nil where this one shows it alone.
	Elsewhere *Elsewhere `json:"elsewhere,omitempty"`

	// Nth is its place among the findings of the evidence.
	Nth int `json:"-"`
	// Proof are the records that prove it; none of a green story.
	Proof []evidence.Mark `json:"-"`
}

// Elsewhere is whose it is, in another history, that reached somebody in this one.
type Elsewhere struct {
	History string `json:"history"`
	User    string `json:"user"`
	Record  uint64 `json:"record,omitempty"` // the first that shows it
}

// A Measured is what became of a criterion in one story.
type Measured struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
}

// Suspects is how many of them a person is given to think about.
const Suspects = 3

// proofBytes bounds the text of a record that proves a finding.
const proofBytes = 4 << 10

func newStory(e *evidence.Story) (*Story, error) {
	h := e.Header
	s := &Story{
		Package: report.Clean(h.Package), Name: report.Clean(e.Name()), Attempt: h.Attempt, Target: report.Clean(h.Target.Kind), History: report.Clean(e.Path),
		Red: e.Red(), Why: why(e), Took: e.Took,
		Users: e.Users, Sessions: e.Sessions, Prompts: e.Prompts, Events: e.Events, Records: e.Records,
		Findings: []Finding{}, Criteria: []Measured{}, Suspects: []diagnosis.Suspect{}, Contacts: newContacts(e.Contacts),
		Rerun: report.Rerun(h), Needs: report.Needs(h), Replay: report.Replay(h, e.Path),
		Evidence: e,
	}
	s.Suspects = append(s.Suspects, e.Suspects[:min(Suspects, len(e.Suspects))]...)
	for _, c := range e.Criteria {
		s.Criteria = append(s.Criteria, Measured{report.Clean(c.ID), string(c.Verdict), report.Clean(c.Reason)})
	}
	proof, err := proofs(e)
	for i, f := range e.Findings {
		s.Findings = append(s.Findings, newFinding(i, f, proof))
	}
	slices.SortStableFunc(s.Findings, hardFirst)
	return s, err
}

func newFinding(nth int, f judge.Finding, proof map[uint64]evidence.Mark) Finding {
	finding := Finding{
		Rule: f.Rule, Hard: f.Hard, Message: report.Clean(f.Message), User: report.Clean(f.User), Session: report.Clean(f.Session), Run: report.Clean(f.Run), Owner: report.Clean(f.Owner),
		Records: append([]uint64{}, f.Records...), Lines: []string{}, Nth: nth,
	}
	if e := f.Elsewhere; e.History != "" {
		finding.Elsewhere = &Elsewhere{report.Clean(e.History), report.Clean(e.User), e.Record}
	}
	for _, seq := range f.Records {
		if m, kept := proof[seq]; kept {
			finding.Lines = append(finding.Lines, m.Line)
			finding.Proof = append(finding.Proof, m)
		}
	}
	return finding
}

func hardFirst(a, b Finding) int {
	switch {
	case a.Hard == b.Hard:
		return 0
	case a.Hard:
		return -1
	}
	return 1
}

// proofs are the records of a story that prove its findings.
func proofs(e *evidence.Story) (map[uint64]evidence.Mark, error) {
	if len(e.Findings) == 0 {
		return nil, nil
	}
	picture, err := e.Draw(evidence.Limits{Marks: 1, Proof: proofBytes})
	if err != nil {
		return nil, err
	}
	marks := map[uint64]evidence.Mark{}
	for _, l := range picture.Lanes {
		for _, m := range l.Marks {
			if m.Findings != nil {
				marks[m.Seq] = m
			}
		}
	}
	return marks, nil
}

// why says what besides findings speaks against the story.
func why(e *evidence.Story) []string {
	all := []string{}
	add := func(format string, args ...any) { all = append(all, report.Clean(fmt.Sprintf(format, args...))) }
	if e.Stopped != "" {
		add("it stopped: %s", e.Stopped)
	}
	if e.Cut != nil {
		add("its history is not whole: %v", e.Cut)
	}
	if e.Test != nil && e.Test.Outcome != evidence.Passed && (len(e.Hard()) == 0 || e.Test.Outcome != evidence.Failed) {
		add("go test says %s: %s", e.Test.Outcome, e.Test.Said())
	}
	return all
}

// Hard are the findings that fail the story.
func (s *Story) Hard() []Finding {
	n := 0
	for n < len(s.Findings) && s.Findings[n].Hard {
		n++
	}
	return s.Findings[:n]
}

// Advice are the others.
func (s *Story) Advice() []Finding { return s.Findings[len(s.Hard()):] }

// Commands are how to tell it again, as text for terminals and logs.
func (s *Story) Commands() string {
	text := "run again: " + s.Rerun + "\nreplay:    " + s.Replay + "\n"
	if s.Needs != "" {
		text += "           both with " + s.Needs + "\n"
	}
	return text
}

// Short is its name without what all names begin with.
func (s *Story) Short() string { return strings.TrimPrefix(s.Name, evidence.StoryPrefix) }
