package judge

import (
	"regexp"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// marks are the secrets that a history replaced for what they are: by their shape, or because the suite knows
// them. The judge sees only the mark, which no target can set (history.md).
var marks = []leak{{"a token or another secret that the history replaced", []string{history.Redacted}, marked}}

var (
	// guessed is what stands before a mark that a history set for words that are like a secret: the value of a
	// parameter of an address, or what follows the name of a scheme.
	guessed = regexp.MustCompile(`(?i)(=|%3d|\\u003d|bearer[ +]|bearer%20)$`)
	// wholly is what stands before the value of a header that is a token as a whole.
	wholly = regexp.MustCompile(`(?i)["']bearer[ +]$`)
	// member is what stands before the value of a member, in JSON or in what Python prints.
	member = regexp.MustCompile(`["']?([\w-]*)\\*["']\s*:\s*\\*["']$`)
)

// leadIn is how much of what stands before a mark is looked at, and shown.
const leadIn = 64

// marked leaves out what says nothing: members that are replaced for their names alone, among them session
// tokens, which are the client's own, and pages of lists; names of secrets are another leak's.
func marked(text string) string {
	for from := 0; ; {
		at := strings.Index(text[from:], history.Redacted)
		if at < 0 {
			return ""
		}
		at += from
		from = at + len(history.Redacted)
		before := text[max(0, at-leadIn):at]
		if isGuess(before, text[from:]) {
			continue
		}
		if m := member.FindStringSubmatch(before); m != nil && history.HidesByName(m[1]) {
			continue
		}
		return before + history.Redacted
	}
}

// isGuess tells whether a mark may stand for harmless words.
func isGuess(before, after string) bool {
	if wholly.MatchString(before) {
		return !strings.HasPrefix(strings.TrimLeft(after, `\`), `"`)
	}
	return guessed.MatchString(before)
}
