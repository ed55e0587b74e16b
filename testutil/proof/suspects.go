package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis/reworded"
)

// The files in a red story's folder that a proof reads beside the findings: what the diagnosis says it looks
// like, the likeliest first, and what happened.
const (
	suspectsName = "suspects.json"
	historyName  = "history.jsonl"
)

// Ranks are the places of a regression among the suspects, from 1 on; 0: it is not among them.
type Ranks struct {
	Class int `json:"class"`
	Entry int `json:"entry"` // members of one class share its place, and then follow each other
}

// ranksOf reads what the diagnosis in a story's folder says of a regression. Not diagnosed tells that there was
// no diagnosis at all.
func ranksOf(e regressions.Entry, dir string) (r Ranks, diagnosed bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, suspectsName))
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read the suspects: %w", err)
	}
	var suspects []diagnosis.Suspect
	if err := json.Unmarshal(text, &suspects); err != nil {
		return r, false, fmt.Errorf("read the suspects in %s: %w", dir, err)
	}
	return rank(e, suspects), true, nil
}

// renamed is what the diagnosis would say if the target had said everything in other words.
func renamed(e regressions.Entry, dir string) (Ranks, error) {
	text, err := os.ReadFile(filepath.Join(dir, historyName))
	if err != nil {
		return Ranks{}, fmt.Errorf("read the history: %w", err)
	}
	found, err := summaries(filepath.Join(dir, findingsName))
	if err != nil {
		return Ranks{}, fmt.Errorf("read the findings: %w", err)
	}
	if text, err = reworded.History(text); err != nil {
		return Ranks{}, err
	}
	r, err := history.Read(bytes.NewReader(text))
	if err != nil {
		return Ranks{}, err
	}
	suspects, err := diagnosis.Of(r, found)
	return rank(e, suspects), err
}

// rank counts classes, not entries, for the place of the class: its members look alike, so that they share one.
func rank(e regressions.Entry, suspects []diagnosis.Suspect) (r Ranks) {
	var ids []string
	seen := map[string]bool{}
	for _, s := range suspects {
		ids = append(append(ids, s.ID), s.Alike...)
		seen[s.Class] = true
		if s.Class == e.Class && r.Class == 0 {
			r.Class = len(seen)
		}
	}
	r.Entry = slices.Index(ids, e.ID) + 1
	return r
}
