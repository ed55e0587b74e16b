package history

import (
	"regexp"
	"strings"
)

// Secrets that nobody announced: tokens of others, session tokens, cookies.
var (
	jwtShape   = regexp.MustCompile(`(?:eyJ|ZXlK)[A-Za-z0-9_\-]{9,}(?:\.[A-Za-z0-9_\-]*){0,3}`)
	bearer     = regexp.MustCompile(`(?i)(bearer[ +]|%20bearer%20)[A-Za-z0-9_\-.~+/=%]{6,}`)
	queryValue = regexp.MustCompile(`(?i)((?:[?&#]|\\u0026|%(?:3f|26|23))[a-z_]*(?:token|secret|password|key|code)(?:=|\\u003d|%3d))[^&\s"'\\]+`)
	// What Python shows of a dictionary that it logs.
	printedValue = regexp.MustCompile(`(?i)('[a-z0-9_\-]*(?:token|secret|password|cookie|authorization|(?:api|private|secret|access|bypass|simulation)_?key)'\s*:\s*')(?:[^"'\\]|\\+[^"\\])+`)
	// Google's access tokens; and private keys, to their end or to where the text is cut. In the JSON of a log a
	// key's line ends are escapes, of which nothing may be left over.
	googleToken = regexp.MustCompile(`ya29\.[A-Za-z0-9_\-.]{8,}`)
	privateKey  = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:` + keyText + `*?-----END [A-Z0-9 ]*PRIVATE KEY-----|` + keyText + `*)`)
)

const keyText = `(?:[A-Za-z0-9+/=\s:,.\-]|\\+(?:[nrt/]|u00[0-9A-Fa-f]{2}))`

// redactUnknown replaces what looks like a secret. Each pattern is preceded by the search for one rare
// byte, because nearly every frame is free of them.
func redactUnknown(text string) string {
	text = redactNamed(text) // first: it has to see what its sender had replaced already
	if at(text, 'J', -2, "eyJ") || at(text, 'Z', 0, "ZXlK") {
		text = jwtShape.ReplaceAllString(text, Redacted)
	}
	if at(text, 'b', 0, "bearer") || at(text, 'B', 0, "Bearer") || at(text, 'B', 0, "BEARER") {
		text = bearer.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.Contains(text, "ya29.") {
		text = googleToken.ReplaceAllString(text, Redacted)
	}
	if strings.Contains(text, "PRIVATE KEY") {
		text = privateKey.ReplaceAllString(text, Redacted)
	}
	if assignsSecret(text) {
		text = queryValue.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.Contains(text, "':") {
		text = printedValue.ReplaceAllString(text, "${1}"+Redacted)
	}
	return text
}

// at tells whether word occurs in text; mark is a byte of it that is rare, from is the offset of the
// word from there.
func at(text string, mark byte, from int, word string) bool {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], mark)
		if next < 0 {
			return false
		}
		i += next
		if i+from >= 0 && strings.HasPrefix(text[i+from:], word) {
			return true
		}
	}
}

// redactNamed replaces each value in JSON whose name is that of a secret, also in JSON that is the text of
// other JSON, as logs hold it: there quotes have backslashes before them.
func redactNamed(text string) string {
	var out strings.Builder
	kept := 0
	for i := 0; i < len(text); i++ {
		next := strings.IndexByte(text[i:], ':')
		if next < 0 {
			break
		}
		i += next
		name, quoted := strings.CutSuffix(strings.TrimRight(text[kept:i], " \t\r\n"), `"`)
		if !quoted || !namesSecret(strings.TrimRight(name, `\`)) {
			continue
		}
		if from, to := valueAfter(text, i+1); from < to {
			out.WriteString(text[kept:from] + replaced(text[from:to]))
			kept, i = to, to
		}
	}
	if kept == 0 {
		return text
	}
	return out.String() + text[kept:]
}

// replaced is what stands in place of a named secret. What its sender had replaced already stays, but never
// looks as if this suite had done it: by [Redacted] under such a name, the judge knows that a secret was sent.
func replaced(value string) string {
	switch {
	case value == Redacted:
		return masked
	case isMask(value):
		return value
	}
	return Redacted
}

// isMask tells whether a value is nothing but a word for a secret, or asterisks.
func isMask(value string) bool {
	switch strings.ToLower(strings.Trim(value, "[]<>()*")) {
	case "", "redacted", "removed", "hidden", "masked", "none", "null":
		return true
	}
	return false
}

// HidesByName tells whether the value of a member of that name is replaced whatever it is, so that [Redacted]
// there says nothing of it.
func HidesByName(name string) bool { return namesSecret(name) }

// namesSecret tells whether a name is that of a secret.
func namesSecret(name string) bool {
	if name == "" {
		return false
	}
	switch name[len(name)-1] | 0x20 { // nearly every name ends here
	case 'n', 't', 'd', 'e':
		return endsInAny(name, "token", "secret", "password", "cookie")
	case 'y':
		return endsInAny(name, "key") &&
			endsInAny(strings.TrimRight(name[:len(name)-len("key")], "_-"), "api", "private", "secret", "access", "bypass", "simulation")
	}
	return false
}

// valueAfter is where the text that begins at i, behind a colon, is the value of a string; from = to if it
// is none or empty. Of a string within a string it is the part before the first escape.
func valueAfter(text string, i int) (from, to int) {
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
		i++
	}
	opening := i
	for i < len(text) && text[i] == '\\' {
		i++
	}
	if i == len(text) || text[i] != '"' {
		return 0, 0
	}
	nested := i > opening
	from = i + 1
	for to = from; to < len(text) && text[to] != '"'; to++ {
		if text[to] != '\\' {
			continue
		}
		if nested {
			break
		}
		to++
	}
	return from, min(to, len(text))
}

// assignsSecret tells whether a parameter of a URL may have the name of a secret.
func assignsSecret(text string) bool {
	for _, equals := range [...]string{"=", "%3d", "%3D", `\u003d`} {
		name, rest, found := strings.Cut(text, equals)
		for found {
			if endsInAny(name, "token", "secret", "password", "key", "code") {
				return true
			}
			name, rest, found = strings.Cut(rest, equals)
		}
	}
	return false
}

// endsInAny ignores case.
func endsInAny(name string, suffixes ...string) bool {
	for _, s := range suffixes {
		if len(name) >= len(s) && strings.EqualFold(name[len(name)-len(s):], s) {
			return true
		}
	}
	return false
}
