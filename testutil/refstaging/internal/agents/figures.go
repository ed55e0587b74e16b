package agents

import (
	"regexp"
	"strings"
)

// Reading is what an agent takes from a prompt.
type Reading struct {
	Figures   []*Number // the decimal numbers that stand alone and have no role, in order
	Rate      *Number   // the first number before "percent" or "%"; nil when there is none
	Price     *Number   // the first number before "USD an hour"; nil when there is none
	Reference string    // the code after the word "reference"; empty when there is none
}

// maxFigures bounds the work one prompt can cause; further figures are not read.
const maxFigures = 10_000

var (
	decimal   = regexp.MustCompile(`^\d+(?:\.\d+)?`)
	rate      = regexp.MustCompile(`^(?i:\s*%|\s+percent\b)`)
	price     = regexp.MustCompile(`^(?i:\s+USD an hour\b)`)
	reference = regexp.MustCompile(`^(?i:reference)\s+([A-Z0-9]{8,})\b`)
)

// Read takes figures, roles and the reference code from a prompt. Digits that are glued to letters,
// such as those of a reference code, are no figures.
func Read(prompt string) Reading {
	var r Reading
	r.Reference = referenceIn(prompt)
	for at := 0; at < len(prompt) && len(r.Figures) < maxFigures; {
		text := numberAt(prompt, at)
		if text == "" {
			at++
			continue
		}
		at += len(text)
		if n, ok := ParseNumber(text); ok {
			r.assign(n, prompt[at:])
		}
	}
	return r
}

// referenceIn returns the reference code of a prompt, empty if it has none. Only its words are matched: a prompt may
// have a mebibyte.
func referenceIn(prompt string) string {
	for at := range len(prompt) {
		if prompt[at]|' ' != 'r' || at > 0 && isWord(prompt[at-1]) {
			continue
		}
		if m := reference.FindStringSubmatch(prompt[at:]); m != nil {
			return m[1]
		}
	}
	return ""
}

// assign files a number under the role that the words after it give.
func (r *Reading) assign(n *Number, after string) {
	switch {
	case rate.MatchString(after):
		if r.Rate == nil {
			r.Rate = n
		}
	case price.MatchString(after):
		if r.Price == nil {
			r.Price = n
		}
	default:
		r.Figures = append(r.Figures, n)
	}
}

// numberAt returns the decimal number that begins at a position and stands alone, or "". It is the
// expression (?:^|[^\w.])(\d+(?:\.\d+)?)(?:$|[^\w]) except that neighbours may share a separator.
func numberAt(prompt string, at int) string {
	if !isDigit(prompt[at]) || at > 0 && (isWord(prompt[at-1]) || prompt[at-1] == '.') {
		return ""
	}
	text := decimal.FindString(prompt[at:])
	if endsWord(prompt, at+len(text)) {
		return text
	}
	text, _, _ = strings.Cut(text, ".")
	if endsWord(prompt, at+len(text)) {
		return text
	}
	return ""
}

func endsWord(s string, at int) bool { return at >= len(s) || !isWord(s[at]) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func fold(s string) string { return strings.ToLower(s) }

// words are the lower-case words of a prompt, each once.
func words(prompt string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsFuncSeq(fold(prompt), func(r rune) bool { return r < 'a' || r > 'z' }) {
		set[word] = true
	}
	return set
}
