package suite

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

// suspects are the regressions of the catalogue that the story looks like. They are kept beside its
// findings, all of them. What is returned is good also with an error.
func (s *Story) suspects() ([]diagnosis.Suspect, error) {
	r, err := history.ReadFile(s.historyFile())
	if err != nil {
		return nil, err
	}
	all, err := diagnosis.Of(r, s.findings)
	err = errors.Join(err, r.Close())
	text, unwritable := json.MarshalIndent(all, "", "  ")
	if unwritable == nil {
		unwritable = os.WriteFile(filepath.Join(s.dir, "suspects.json"), append(text, '\n'), 0o600)
	}
	if unwritable != nil {
		err = errors.Join(err, fmt.Errorf("keep the suspects: %w", unwritable))
	}
	return all, err
}
