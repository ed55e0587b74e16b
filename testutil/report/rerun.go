package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Rerun is the command that tells a story again on the same target: of a remote one it never falls back to the
// embedded target. It is a command in a POSIX shell as it stands, and has no secret in it: see [Needs].
func Rerun(h history.Header) string {
	parts := strings.Split(h.Story, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return pinned(h) + fmt.Sprintf("go test %s -run %s -v", quote(h.Package), quoted(strings.Join(parts, "/")))
}

// program is the command line of the clone that the commands are given in, as go test is.
const program = "go run ./cmd/staging "

// Replay is the command that drives a recorded conversation again, likewise.
func Replay(h history.Header, path string) string {
	return pinned(h) + program + "replay " + quote(path)
}

// Show is the command that shows a recorded story in the terminal.
func Show(path string) string { return program + "show " + quote(path) }

// Report is the command that writes what a recorded story shows into files.
func Report(path string) string { return program + "report " + quote(path) }

// pinned sets before a command which target it is for: that it is remote, or what shaped the embedded one.
func pinned(h history.Header) string {
	if h.Target.Kind != "embedded" {
		return "STAGING_TARGET=remote "
	}
	var b strings.Builder
	for _, variable := range h.Target.Circumstances {
		if name, value, ok := strings.Cut(variable, "="); ok && shaping.MatchString(name) {
			b.WriteString(name + "=" + quote(value) + " ")
		}
	}
	return b.String()
}

// shaping are the variables of the embedded target: whoever wrote the history, a command sets no other.
var shaping = regexp.MustCompile(`^STAGING_(DIALECT|VARIANT|FAULT|FAULT_RATE|FAULT_SEED)$`)

// Needs says what the commands for a story need of the environment, by name and never by value; empty: nothing.
func Needs(h history.Header) string {
	if h.Target.Kind == "embedded" {
		return ""
	}
	return "the STAGING_*, E2E_* and TEST_USER_* variables of this run, from the environment or .env"
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
