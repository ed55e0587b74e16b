package history

import (
	"regexp"
	"strings"
)

// Secrets that nobody announced: tokens of others, session tokens, cookies.
var (
	jwtShape   = regexp.MustCompile(`(?:eyJ|ZXlK)[A-Za-z0-9_\-]{9,}(?:\.[A-Za-z0-9_\-]*){0,3}`)
	namedValue = regexp.MustCompile(`(?i)("[a-z0-9_\-]*(?:token|secret|password|cookie|(?:api|private|secret|access|bypass|simulation)_?key)"\s*:\s*")(?:[^"\\]|\\.)+`)
	bearer     = regexp.MustCompile(`(?i)(bearer[ +]|%20bearer%20)[A-Za-z0-9_\-.~+/=%]{6,}`)
	queryValue = regexp.MustCompile(`(?i)((?:[?&#]|\\u0026|\\u003f|%3f|%26)[a-z_]*(?:token|secret|password|key|code)(?:=|\\u003d|%3d))[^&\s"'\\]+`)

	// What an application prints into its log: JSON within JSON, and what Python shows of a dictionary.
	printedValue = regexp.MustCompile(`(?i)((?:\\+"|')[a-z0-9_\-]*(?:token|secret|password|cookie|authorization|(?:api|private|secret|access|bypass|simulation)_?key)(?:\\+"|')\s*:\s*(?:\\+"|'))(?:[^"'\\]|\\+[^"\\])+`)
	googleToken  = regexp.MustCompile(`ya29\.[A-Za-z0-9_\-.~+/=]{6,}`)
	privateKey   = regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:[A-Za-z0-9+/=\s:,\-]|\\+[nr])+`)
)

// redactUnknown replaces what looks like a secret. Each pattern is preceded by the search for one rare
// byte, because nearly every frame is free of them.
func redactUnknown(text string) string {
	if at(text, 'J', -2, "eyJ") || at(text, 'Z', 0, "ZXlK") {
		text = jwtShape.ReplaceAllString(text, Redacted)
	}
	if namesSecret(text) {
		text = namedValue.ReplaceAllString(text, "${1}"+Redacted)
	}
	if at(text, 'b', 0, "bearer") || at(text, 'B', 0, "Bearer") || at(text, 'B', 0, "BEARER") {
		text = bearer.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.IndexByte(text, '=') >= 0 || strings.IndexByte(text, '%') >= 0 || strings.Contains(text, `\u003`) {
		text = queryValue.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.Contains(text, `\"`) || strings.Contains(text, "':") {
		text = printedValue.ReplaceAllString(text, "${1}"+Redacted)
	}
	if strings.Contains(text, "ya29.") {
		text = googleToken.ReplaceAllString(text, Redacted)
	}
	if strings.Contains(text, "PRIVATE KEY-----") {
		text = privateKey.ReplaceAllString(text, "${1}"+Redacted)
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

// namesSecret tells whether a member of a JSON object may have the name of a secret.
func namesSecret(text string) bool {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], ':')
		if next < 0 {
			return false
		}
		i += next
		name := strings.TrimRight(text[:i], " \t\r\n")
		if len(name) < 4 || name[len(name)-1] != '"' {
			continue
		}
		switch name[len(name)-2] | 0x20 {
		case 'n', 't', 'd', 'y', 'e': // token, secret, password, key, cookie
			if secretName(name[:len(name)-1]) {
				return true
			}
		}
	}
}

func secretName(name string) bool {
	for _, suffix := range [...]string{"token", "secret", "password", "key", "cookie"} {
		if len(name) >= len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix) {
			return true
		}
	}
	return false
}
