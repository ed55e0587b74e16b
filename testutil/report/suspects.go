package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

// shown is how many suspects a person is given to think about.
const shown = 3

// WriteSuspects names the regressions of the catalogue that the failure looks like. Their words are the
// catalogue's and the witness's, and hold no text of the target.
func WriteSuspects(w io.Writer, suspects []diagnosis.Suspect) {
	for i, s := range suspects[:min(shown, len(suspects))] {
		label := "looks like:"
		if i > 0 {
			label = "           "
		}
		fmt.Fprintf(w, "%s %d. %s – %s (because %s)%s\n", label, i+1, s.ID, s.Title, strings.Join(s.Reasons, "; "), alike(s.Alike))
	}
}

// alike says that others cannot be told apart from a suspect.
func alike(ids []string) string {
	const most = 3
	switch {
	case len(ids) == 0:
		return ""
	case len(ids) > most:
		return fmt.Sprintf(", or like it %s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return ", or like it " + strings.Join(ids, ", ")
}
