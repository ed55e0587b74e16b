package judge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var hygieneRules = []Rule{
	{
		ID: "hygiene/stack-trace", Hard: true, Source: "DESIGN.md, The rules; http.md 2.2",
		Says:  "No frame and no body holds a stack trace; in error bodies the debug fields that are known are advice.",
		Hooks: leaking(traces),
	},
	{
		ID: "hygiene/secret", Hard: true, Source: "DESIGN.md, The rules; #isolation-internal-state-in-payload",
		Says:  "No frame and no body holds a secret of the platform.",
		Hooks: leaking(secrets),
	},
	{
		ID: "hygiene/internals", Hard: true, Source: "DESIGN.md, The rules",
		Says:  "No frame and no body names the files, hosts or data stores inside the platform; in error bodies that is advice.",
		Hooks: leaking(internals),
	},
}

// A leak is a text that must not leave the platform. Where one of its clues stands, the pattern
// decides.
type leak struct {
	what    string
	clues   []string
	pattern *regexp.Regexp
}

var traces = []leak{
	{"a Python traceback", []string{"Traceback"}, regexp.MustCompile(`Traceback \(most recent call last\)`)},
	{"a Python stack frame", []string{", line "}, regexp.MustCompile(`File \\*"[^"\\]+\.pyc?\\*", line \d+`)},
	{"a Go stack trace", []string{"goroutine "}, regexp.MustCompile(`goroutine \d+ \[[a-z ]+`)},
	{"a JavaScript stack frame", []string{"    at "}, regexp.MustCompile(`(\\n|\n) {4}at [^\n]{1,80}[:(]\S*\d+:\d+`)},
	{"a Java stack frame", []string{".java:"}, regexp.MustCompile(`\bat [\w.$]+\([\w]+\.java:\d+\)`)},
	{"a list of stack frames", []string{"stack_trace", "stackTrace", "traceback"}, regexp.MustCompile(`"(stack_?trace|stackTrace|traceback)\\*"\s*:\s*(\[\s*\\*"|\\*"[^"\\])`)},
}

var secrets = []leak{
	{"a token", []string{".eyJ"}, regexp.MustCompile(`eyJ(?P<value>[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})`)},
	{"a private key", []string{"PRIVATE KEY"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
	{"a value under the name of a secret", []string{"secret", "Secret", "SECRET", "password", "Password", "PASSWORD", "passwd", "api_key", "apiKey", "API_KEY", "private_key", "privateKey"},
		regexp.MustCompile(`(?i)"([\w-]*(secret|password|passwd|private_?key|api_?key)(_?key)?)\\*"\s*:\s*\\*"(?P<value>[^"\\]{4,})`)},
	// What a target replaced itself, a history does not mark as its own (history.md).
	{"a value under the name of a secret", []string{history.Redacted}, regexp.MustCompile(`"([\w-]*(?i:secret|password|passwd|private_?key|api_?key)(?i:_?key)?)\\*"\s*:\s*\\*"\[redacted\]`)},
	{"credentials in an address", []string{"://"}, regexp.MustCompile(`[a-z][a-z0-9+]{2,}://[^\s/:@"\\]+:(?P<value>[^\s/@"\\]{3,})@`)},
}

var internals = []leak{
	{"a path inside the platform", []string{"/"}, regexp.MustCompile(`/(usr/(local/)?lib|app|home|root|var|opt|srv)/[\w./-]*\.(py|pyc|go|js|ts|so)\b|/app/[\w./-]+\.(ya?ml|json|env|toml|log)\b|/site-packages/`)},
	{"a data store inside the platform", []string{"://"}, regexp.MustCompile(`(postgres(ql)?(\+\w+)?|rediss?|clickhouse|mongodb)://`)},
	{"an object of the server's memory", []string{"object at 0x"}, regexp.MustCompile(`[\w.]+ object at 0x[0-9a-f]+`)},
	{"a name inside the cluster", []string{".svc.cluster", ".internal"}, regexp.MustCompile(`[\w-]+\.(svc\.cluster\.local|(c\.[\w-]+\.)?internal)\b`)},
}

// leakClues are the clues of all leaks. For those too short for the sieve there is shortLeak.
var leakClues = cluesOf(traces, secrets, internals)

func cluesOf(families ...[]leak) []string {
	var clues []string
	for _, l := range slices.Concat(families...) {
		clues = append(clues, l.clues...)
	}
	return clues
}

// shortLeak tells whether a text may hold a leak with a short clue. Healthy frames hold no slash and
// no second part of a token, which is all that these are about.
func shortLeak(text string) bool {
	return strings.IndexByte(text, '/') >= 0 || strings.Contains(text, ".eyJ")
}

// redacted is how servers write a secret that they replaced.
var redacted = regexp.MustCompile(`(?i)^[\[<(*]*(redacted|removed|hidden|masked|none|null|xxx|\*\*)`)

func leaking(leaks []leak) Hooks {
	return Hooks{
		Frame: func(v *View) {
			if v.Leaky {
				search(v, leaks, v.Record.Frame, true)
			}
		},
		Exchange: func(v *View) { searchBody(v, leaks) },
		SessionEnd: func(v *View) {
			if c := v.Session.Closed; c != nil {
				search(v, leaks, c.Reason, true)
				search(v, leaks, c.Body, false)
			}
		},
	}
}

// searchBody leaves out what the auth service is asked for: tokens that it issues are no leak.
func searchBody(v *View, leaks []leak) {
	x := v.Record.Exchange
	if x.Purpose == history.PurposeLogin || x.Purpose == history.PurposeRefresh {
		return
	}
	search(v, leaks, x.Body, succeeded(x))
}

func search(v *View, leaks []leak, text string, hard bool) {
	for i := range leaks {
		if found := leaks[i].find(text); found != "" {
			v.ReportAs(hard || leaks[i].isSecret(), v.Here(), "%s: %s", leaks[i].what, quote(found))
		}
	}
}

// isSecret tells whether the leak is hard wherever it stands, also in an error body.
func (l *leak) isSecret() bool {
	for i := range secrets {
		if l == &secrets[i] {
			return true
		}
	}
	return false
}

func (l *leak) find(text string) string {
	for _, clue := range l.clues {
		if strings.Contains(text, clue) {
			return l.match(text)
		}
	}
	return ""
}

// match returns what the pattern found, without the part that is named "value": a finding must not
// carry a secret further.
func (l *leak) match(text string) string {
	value := l.pattern.SubexpIndex("value")
	for _, m := range l.pattern.FindAllStringSubmatchIndex(text, 8) {
		if value < 0 {
			return text[m[0]:m[1]]
		}
		if from, to := m[2*value], m[2*value+1]; !redacted.MatchString(text[from:to]) {
			return text[m[0]:from] + "…"
		}
	}
	return ""
}
