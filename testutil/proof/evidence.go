package proof

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// findingsName is the file in a story's folder that holds its findings.
const findingsName = "findings.txt"

// broken returns the rules that stories below a folder found broken hard, each once, in the order of the
// files and of the findings in them.
func broken(dir string) (rules []string, err error) {
	err = each(dir, findingsName, func(f *os.File) error {
		findings, err := report.ReadSummaries(f)
		for _, finding := range findings {
			if finding.Hard && !slices.Contains(rules, finding.Rule) {
				rules = append(rules, finding.Rule)
			}
		}
		return err
	})
	return rules, err
}

// each reads every file of a name below a folder.
func each(dir, name string, read func(*os.File) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != name {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(read(f), f.Close())
	})
}
