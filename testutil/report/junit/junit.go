// Package junit writes a report as JUnit XML, in the dialect that GitHub's actions, GitLab and Jenkins show: a
// suite for each package, a case for each story, a failure for a red one. Text of a target holds nothing that is
// no XML, that is a command of a CI system, or that colours a terminal (report.Clean); and, since viewers make comments
// and pages of it, nothing that mentions, links, or is HTML or Markdown there (plain).
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"` // seconds
	Suites   []*suite `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"` // none ever is
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
	took       time.Duration
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    string   `xml:"time,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Output  string   `xml:"system-out,omitempty"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// Write writes the document. What the evidence lacks is an error of a case of its own, so that no green suite
// hides it.
func Write(w io.Writer, s *summary.Summary) error {
	all := &suites{Name: "staging validation: " + s.Verdict.Decision}
	byPackage := map[string]*suite{}
	for _, story := range s.Stories {
		pkg := byPackage[story.Package]
		if pkg == nil {
			pkg = newSuite(plain(path.Base(story.Package)), s)
			byPackage[story.Package], all.Suites = pkg, append(all.Suites, pkg)
		}
		pkg.add(newCase(story))
		pkg.took += story.Took
	}
	if lacks := gaps(s); lacks != nil {
		all.Suites = append(all.Suites, lacks)
	}
	var took time.Duration
	for _, suite := range all.Suites {
		suite.Time = seconds(suite.took)
		took += suite.took
		all.Tests, all.Failures, all.Errors = all.Tests+suite.Tests, all.Failures+suite.Failures, all.Errors+suite.Errors
	}
	all.Time = seconds(took)
	return write(w, all)
}

func write(w io.Writer, all *suites) error {
	text, err := xml.MarshalIndent(all, "", "  ")
	if err == nil {
		_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	}
	if err != nil {
		return fmt.Errorf("write the report as JUnit XML: %w", err)
	}
	return nil
}

func newSuite(name string, s *summary.Summary) *suite {
	made := &suite{Name: name, Timestamp: s.Began.UTC().Format("2006-01-02T15:04:05")}
	for _, t := range s.Targets {
		made.Properties = append(made.Properties, property{"target", plain(t.Kind + " " + t.API)})
	}
	made.Properties = append(made.Properties, property{"decision", s.Verdict.Decision}, property{"confidence", s.Verdict.Confidence})
	return made
}

func (s *suite) add(c testcase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
	s.Cases = append(s.Cases, c)
}

func newCase(s *summary.Story) testcase {
	c := testcase{Name: plain(s.Name), Class: plain(path.Base(s.Package)), Time: seconds(s.Took), Output: output(s)}
	if s.Attempt > 1 {
		c.Name += fmt.Sprintf(" (attempt %d)", s.Attempt)
	}
	if !s.Red {
		return c
	}
	hard := s.Hard()
	c.Failure = &problem{Type: "story", Message: plain(strings.Join(s.Why, "; ")), Text: failure(s)}
	if len(hard) > 0 {
		c.Failure.Type = hard[0].Rule
		c.Failure.Message = hard[0].Rule + ": " + plain(hard[0].Message)
		if len(hard) > 1 {
			c.Failure.Message += fmt.Sprintf(" (and %d more)", len(hard)-1)
		}
	}
	return c
}

// What bounds the failure of one story: its findings, and the records of each.
const (
	maxFindings = 50
	maxLines    = 20
)

// failure is what a person needs to understand a red story and to tell it again.
func failure(s *summary.Story) string {
	var b strings.Builder
	hard := s.Hard()
	for _, f := range hard[:min(maxFindings, len(hard))] {
		fmt.Fprintf(&b, "FINDING %s: %s\n", f.Rule, plain(f.Message))
		for _, line := range f.Lines[:min(maxLines, len(f.Lines))] {
			fmt.Fprintf(&b, "    %s\n", plain(line))
		}
		if more := len(f.Lines) - maxLines; more > 0 {
			fmt.Fprintf(&b, "    … and %d more\n", more)
		}
	}
	if more := len(hard) - maxFindings; more > 0 {
		fmt.Fprintf(&b, "… and %d more\n", more)
	}
	for _, why := range s.Why {
		fmt.Fprintf(&b, "%s\n", plain(why))
	}
	for i, suspect := range s.Suspects {
		fmt.Fprintf(&b, "looks like: %d. %s – %s (because %s)\n", i+1, suspect.ID, suspect.Title, plain(strings.Join(suspect.Reasons, "; ")))
	}
	b.WriteString(s.Commands())
	return b.String()
}

// output is what is worth knowing of any story.
func output(s *summary.Story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "target: %s; %d users, %d sessions, %d prompts, %d events; history: %s\n", s.Target, s.Users, s.Sessions, s.Prompts, s.Events, plain(s.History))
	for _, c := range s.Criteria {
		fmt.Fprintf(&b, "%s %s %s\n", c.ID, c.Verdict, plain(c.Reason))
	}
	for _, f := range s.Advice() {
		fmt.Fprintf(&b, "advice  %s: %s\n", f.Rule, plain(f.Message))
	}
	return b.String()
}

func gaps(s *summary.Summary) *suite {
	if len(s.Gaps) == 0 {
		return nil
	}
	lacks := newSuite("evidence", s)
	for _, gap := range s.Gaps {
		c := testcase{Name: "the evidence is whole", Class: "evidence", Time: seconds(0)}
		c.Error = &problem{Type: "evidence", Message: plain(gap)}
		lacks.add(c)
	}
	return lacks
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
