// Package html writes a report as one HTML file that needs nothing else: no network, no other file, no script.
//
// Everything is there without JavaScript, in details that open and anchors that lead to what they name; with it
// a mark of a time line shows its record beside the picture. Text of a target is escaped by html/template, and
// should it ever not be, the file's own security policy keeps it from running.
package html

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

//go:embed page/*.tmpl page/style.css page/script.js
var files embed.FS

var (
	style  = asset("page/style.css")
	script = asset("page/script.js")
	layout = template.Must(template.New("page.tmpl").Funcs(words).ParseFS(files, "page/*.tmpl"))
)

func asset(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// A page is what the templates are given.
type page struct {
	*summary.Summary
	Style  template.CSS
	Script template.JS
	Policy string
	Views  []*story // of Stories, in their order
	Issues []*issue
	Legend []entry
}

// Write writes the document. It reads the histories again, for the pictures.
func Write(w io.Writer, s *summary.Summary) error {
	p := page{
		Summary: s, Style: template.CSS(style), Script: template.JS(script), Policy: policy(script),
		Legend: legend(),
	}
	if err := p.draw(); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	p.Issues = p.issues()
	out := bufio.NewWriterSize(w, 64<<10)
	err := layout.Execute(out, p)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// policy lets the page's own script run, its styles, and nothing else.
func policy(script string) string {
	sum := sha256.Sum256([]byte(script))
	return fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
}

// maxFrom bounds the stories that are named beside a line of the checklist.
const maxFrom = 4

// From are stories that a line of the checklist is from.
func (p page) From(c summary.Criterion) (from []*summary.Story) {
	for _, s := range p.Stories {
		if len(from) < maxFrom && slices.Contains(c.Stories, s.Name) {
			from = append(from, s)
		}
	}
	return from
}

// Red are the views of red stories.
func (p page) RedViews() []*story { return p.Views[:len(p.Red())] }
