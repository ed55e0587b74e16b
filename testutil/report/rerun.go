package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Rerun is the command that tells a story again on the same target. It names variables, never values.
func Rerun(h history.Header) string {
	parts := strings.Split(h.Story, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	command := fmt.Sprintf("go test %s -run %s -v", quote(h.Package), quoted(strings.Join(parts, "/")))
	if h.Target.Kind == "embedded" {
		return command
	}
	return command + "   (with the STAGING_*, E2E_* and TEST_USER_* variables of this run)"
}

var plain = regexp.MustCompile(`^[\w./:@%+=-]+$`)

// quote makes one word of a text for a shell, on one line.
func quote(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return quoted(word)
}

func quoted(word string) string {
	return "'" + strings.ReplaceAll(Clean(word), "'", `'\''`) + "'"
}

// Replay is the command that drives a recorded conversation again.
func Replay(path string) string { return "staging replay " + quote(path) }
