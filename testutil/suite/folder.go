package suite

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func (s *Story) historyFile() string { return filepath.Join(s.dir, "history.jsonl") }

// directory is where go test -artifacts wants it, else below STAGING_ARTIFACTS.
func (s *Story) directory(attempt int) (string, error) {
	if s.keeps() {
		return s.t.ArtifactDir(), nil
	}
	dir := filepath.Join(here.config.Artifacts, here.pkg, directoryName(s.t.Name(), time.Now(), attempt))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a directory for the history (STAGING_ARTIFACTS): %w", err)
	}
	return filepath.Abs(dir)
}

func directoryName(story string, start time.Time, attempt int) string {
	stamp := start.UTC().Format("20060102T150405")
	return fmt.Sprintf("%s-%s-%d-%d", strings.ReplaceAll(story, "/", "_"), stamp, os.Getpid(), attempt)
}

// keeps tells whether the history is kept although the story is green.
func (s *Story) keeps() bool {
	on, err := strconv.ParseBool(flagValue("test.artifacts"))
	return err == nil && on
}
