package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// suspectsName is the file in a red story's folder with what the diagnosis says it looks like, the likeliest
// first. Without diagnosis there is none.
const suspectsName = "suspects.json"

type suspect struct {
	ID    string `json:"id"`
	Class string `json:"class"`
}

// rankOf is the place, from 1 on, that the diagnosis in a story's folder gives to a symptom class; 0 if it does
// not name it. Not diagnosed tells that there was no diagnosis at all.
func rankOf(class, dir string) (rank int, diagnosed bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, suspectsName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read the suspects: %w", err)
	}
	var suspects []suspect
	if err := json.Unmarshal(text, &suspects); err != nil {
		return 0, false, fmt.Errorf("read the suspects in %s: %w", dir, err)
	}
	return placeOf(class, suspects), true, nil
}

// placeOf counts classes, not entries: members of one class look alike, so that they share a place.
func placeOf(class string, suspects []suspect) int {
	seen := map[string]bool{}
	for _, s := range suspects {
		seen[s.Class] = true
		if s.Class == class {
			return len(seen)
		}
	}
	return 0
}
