package judge

import (
	"encoding/json"
	"regexp"
	"strings"
)

// A telltale is a way in which software says something else than an answer. Texts that open with a
// word of opening are held to the opening pattern; texts that hold one of the clues to the other.
type telltale struct {
	opening []string
	opens   *regexp.Regexp
	sieve   *sieve
	holds   *regexp.Regexp
}

// cannedText is how software says that no agent was at work (http.md 5.4; websocket.md V18).
var cannedText = telltale{
	opening: []string{"mock", "fallback", "degraded", "stub", "dummy", "placeholder", "simulated", "sample", "default",
		"task", "request", "agent", "processing", "processed", "legacy"},
	opens: regexp.MustCompile(`(?i)^\W*(mock|fallback|degraded|stub|dummy|placeholder|simulated|sample|default)\b.{0,40}\b(mode|response|answer|agent|reply|result)` +
		`|^\W*(legacy )?process(ed|ing) (via|successfully|your|request|:)|^\W*legacy processing` +
		`|^\W*(task|request|agent|processing)\b( (is|has been))?( (completed|processing|processed|done|finished|request))+( successfully)?\W*$`),
	sieve: newSieve("timeout fallback", "recovery mechanism", "request acknowledged", "orem ipsum"),
	holds: regexp.MustCompile(`(?i)timeout fallback|using recovery mechanism|request acknowledged|lorem ipsum`),
}

// errorText is how software reports a failure where an answer belongs (catalogue README, rule 6).
var errorText = telltale{
	opening: []string{"error", "exception", "failed", "failure", "panic", "http"},
	opens:   regexp.MustCompile(`(?i)^\W*(error|exception|failed|failure|panic)\s*[:\-]|^\W*http[ /]?(1\.1 )?[45]\d\d\b|^\W*[45]\d\d\s*:`),
	sieve: newSieve("Traceback", "Error:", "Error(", "Exception", "nternal server", "ervice unavailable", "ad gateway", "ateway timeout",
		" HTTP 4", " HTTP 5", "object has no attribute", "serializable", "t pickle", "never awaited", "not found in registry",
		"ot authenticated", "nauthorized", "error occurred", "error has occurred", "omething went wrong",
		"nil pointer", "ull pointer", "undefined is not", "is not a function", "onnection refused", "imed out ", "imeout "),
	holds: regexp.MustCompile(`Traceback \(most recent|\b[A-Z][A-Za-z]*(Error|Exception)\b\s*[:(]| HTTP [45]\d\d\b|nil pointer dereference` +
		`|(?i:internal server error|service unavailable|bad gateway|gateway timeout|not authenticated|unauthorized)` +
		`|(?i:object has no attribute|is not (json )?serializable|can(no|')t pickle|cannot pickle|was never awaited|not found in registry)` +
		`|(?i:an? (unexpected|internal) error (has )?occurred|something went wrong|null pointer|undefined is not|is not a function)` +
		`|(?i:connection refused|(timed out|timeout) (waiting|after))`),
}

// judged is how much of a text is looked at: what is no answer says so early.
const judged = 4096

// find returns what in the text gives it away, "" if nothing does.
func (t *telltale) find(text string) string {
	text = text[:min(len(text), judged)]
	if word := openingWord(text); t.opensWith(word) || isStatus(word) {
		if found := t.opens.FindString(text); found != "" {
			return found
		}
	}
	if t.sieve.next(text, 0) >= 0 {
		return t.holds.FindString(text)
	}
	return ""
}

func (t *telltale) opensWith(word string) bool {
	for _, w := range t.opening {
		if len(w) == len(word) && strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// openingWord returns the first word of a text.
func openingWord(text string) string {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return !isWord(r) })
	if end := strings.IndexFunc(text, func(r rune) bool { return !isWord(r) }); end >= 0 {
		text = text[:end]
	}
	return text
}

func isStatus(word string) bool { return len(word) == 3 && (word[0] == '4' || word[0] == '5') }

func disguised(_ *View, a answer) (string, bool) {
	if found := errorText.find(a.text); found != "" {
		return "the answer is an error (" + quote(found) + ")", false
	}
	if isErrorObject(a.text) {
		return "the answer is an object that says what went wrong", false
	}
	return "", false
}

// isErrorObject tells whether a text is a JSON object that names an error, or has the HTTP status of one as
// problem details do (RFC 9457).
func isErrorObject(text string) bool {
	var fields map[string]any
	if text = strings.TrimSpace(text); !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &fields) != nil {
		return false
	}
	for _, name := range []string{"error", "errors", "exception", "traceback"} {
		if says(fields[name]) {
			return true
		}
	}
	for _, name := range []string{"status", "status_code"} {
		if code, ok := fields[name].(float64); ok && code >= 400 && code < 600 {
			return true
		}
	}
	return false
}

// says tells whether a JSON value is more than a place that is left empty.
func says(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case []any:
		return len(value) > 0
	case map[string]any:
		return len(value) > 0
	}
	return value != "" && value != false && value != 0.0
}
