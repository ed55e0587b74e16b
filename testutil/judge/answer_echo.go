package judge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ownWords is how many letters and digits an answer that repeats its prompt adds at least, if it is
// one. "Processed via factory pattern: <prompt>" adds fewer.
const ownWords = 60

func echo(_ *View, a answer) (string, bool) {
	if cutEcho(a) {
		return "the answer is the beginning of the prompt said back", false
	}
	// Most answers are shorter than their prompt, or longer by a sentence.
	if more := words(a.text) - words(a.prompt); more < 0 || more >= ownWords {
		return "", false
	}
	asked := plain(a.prompt)
	if len(asked) < 8 {
		return "", false
	}
	said := plain(a.text)
	if !strings.Contains(said, asked) {
		return "", false
	}
	rest := strings.Replace(said, asked, "", 1)
	if len(rest) >= ownWords || a.intent.Want != "" && strings.Contains(rest, plain(a.intent.Want)) {
		return "", false
	}
	return "the answer is the prompt said back", false
}

// opening is how many bytes of a prompt show that an answer has begun to say it back.
const opening = 40

// cutEcho tells whether an answer ends with the beginning of its prompt, after few words of its own, among which
// the figure is not that the prompt asks for.
func cutEcho(a answer) bool {
	if len(a.prompt) < opening {
		return false
	}
	at := strings.Index(a.text, a.prompt[:opening])
	if at < 0 || words(a.text[:at]) >= ownWords || a.intent.Want != "" && states(a.text[:at], a.intent.Want) {
		return false
	}
	return strings.HasPrefix(a.prompt, strings.TrimRightFunc(a.text[at:], func(r rune) bool { return !isWord(r) }))
}

// words counts the letters and digits of a text.
func words(s string) (n int) {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			if isWord(rune(s[i])) {
				n++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if isWord(r) {
			n++
		}
		i += size
	}
	return n
}

// plain reduces a text to its letters and digits, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if isWord(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
