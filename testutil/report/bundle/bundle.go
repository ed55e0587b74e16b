// Package bundle writes a report in all its forms into one folder.
package bundle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/netra-systems/staging-e2e/testutil/report/html"
	"github.com/netra-systems/staging-e2e/testutil/report/junit"
	"github.com/netra-systems/staging-e2e/testutil/report/markdown"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// forms are the files of a report.
var forms = []struct {
	name  string
	write func(io.Writer, *summary.Summary) error
}{
	{"report.html", html.Write},
	{"report.md", markdown.Write},
	{"report.xml", junit.Write},
	{"report.json", func(w io.Writer, s *summary.Summary) error { return s.WriteJSON(w) }},
}

// Write makes the folder if it is not there, replaces the reports in it and returns their paths, that of the HTML
// form first. A form that cannot be written keeps no other from being written.
func Write(dir string, s *summary.Summary) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	var wrong []error
	for _, form := range forms {
		path := filepath.Join(dir, form.name)
		if err := write(path, s, form.write); err != nil {
			wrong = append(wrong, fmt.Errorf("write the report %s: %w", path, err))
			continue
		}
		paths = append(paths, path)
	}
	return paths, errors.Join(wrong...)
}

func write(path string, s *summary.Summary, form func(io.Writer, *summary.Summary) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(form(f, s), f.Close())
}
