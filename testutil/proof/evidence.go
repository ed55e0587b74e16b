package proof

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A finding is a rule that a story found broken hard.
type finding struct {
	rule, story string
	dir         string // of the story
}

// findingsName is the file in a story's folder that holds its findings.
const findingsName = "findings.txt"

// findings returns the hard findings of all stories below a folder, story by story in the order of their names.
func findings(dir string) (all []finding, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != findingsName {
			return err
		}
		rules, err := hard(path)
		for _, rule := range rules {
			own := filepath.Dir(path)
			all = append(all, finding{rule, storyOf(own), own})
		}
		return err
	})
	return all, err
}

// storyOf is the test function whose folder this is. It is named after the test, the time and the process.
func storyOf(dir string) string {
	test, _, _ := strings.Cut(filepath.Base(dir), "-")
	story, _, _ := strings.Cut(test, "_") // a subtest
	return story
}

// hard are the rules that the hard findings of a file are about.
func hard(path string) (rules []string, err error) {
	found, err := summaries(path)
	for _, f := range found {
		if f.Hard {
			rules = append(rules, f.Rule)
		}
	}
	return rules, err
}

func summaries(path string) ([]judge.Finding, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	found, err := report.ReadSummaries(f)
	return found, errors.Join(err, f.Close())
}

// advised tells whether a process that told stories in this folder advised of a rule. A green story leaves no
// findings, but says them.
func advised(dir, rule string) (bool, error) {
	said, err := os.ReadFile(filepath.Join(dir, outputName))
	if err != nil {
		return false, err
	}
	return bytes.Contains(said, []byte(report.Summary(judge.Finding{Rule: rule}))), nil
}
