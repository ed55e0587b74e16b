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
		Says:  "No frame and no body holds a secret of the platform, or a token; in error bodies a token is advice.",
		Hooks: leaking(secrets, marks),
	},
	{
		ID: "hygiene/internals", Hard: true, Source: "DESIGN.md, The rules",
		Says:  "No frame and no body names the files, hosts or data stores inside the platform; in error bodies that is advice.",
		Hooks: leaking(internals),
	},
}

// A leak is a text that must not leave the platform. Where one of its clues stands, seek decides.
type leak struct {
	what  string
	clues []string
	seek  func(text string) string // returns what it found, to quote; "" is nothing
}

var traces = []leak{
	{"a Python traceback", []string{"Traceback"}, matching(`Traceback \(most recent call last\)`)},
	{"a Python stack frame", []string{", line "}, matching(`File \\*"[^"\\]+\.pyc?\\*", line \d+`)},
	{"a Python stack frame", []string{", line "}, matching(`[\w.>-]\.pyc?\b\W{0,3}, line \d+,? in [\w<]`)},
	{"a Go stack trace", []string{"goroutine "}, matching(`goroutine \d+ \[[a-z ]+`)},
	{"a JavaScript stack frame", []string{"    at "}, matching(`(\\n|\n) {4}at [^\n]{1,80}[:(]\S*\d+:\d+`)},
	{"a Java stack frame", []string{".java:"}, matching(`\bat [\w.$]+\([\w]+\.java:\d+\)`)},
	{"a list of stack frames", []string{"stack_trace", "stackTrace", "traceback"}, matching(`"(stack_?trace|stackTrace|traceback)\\*"\s*:\s*(\[\s*\\*"|\\*"[^"\\])`)},
}

var secrets = []leak{
	{"a token", []string{".eyJ"}, matching(`eyJ(?P<value>[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})`)},
	{"a private key", []string{"PRIVATE KEY"}, matching(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
	{"a value under the name of a secret", []string{"secret", "Secret", "SECRET", "password", "Password", "PASSWORD", "passwd", "api_key", "apiKey", "API_KEY", "private_key", "privateKey"},
		matching(`(?i)"([\w-]*(secret|password|passwd|private_?key|api_?key)(_?key)?)\\*"\s*:\s*\\*"(?P<value>[^"\\]{4,})`)},
	// What a target replaced itself, a history does not mark as its own (history.md).
	{"a value under the name of a secret", []string{history.Redacted}, matching(`"([\w-]*(?i:secret|password|passwd|private_?key|api_?key)(?i:_?key)?)\\*"\s*:\s*\\*"\[redacted\]`)},
	{"credentials in an address", []string{"://"}, matching(`[a-z][a-z0-9+]{2,}://[^\s/:@"\\]+:(?P<value>[^\s/@"\\]{3,})@`)},
}

var internals = []leak{
	{"a path inside the platform", []string{"/"}, matching(`/(usr/(local/)?lib|app|home|root|var|opt|srv)/[\w./-]*\.(py|pyc|go|js|ts|so)\b|/app/[\w./-]+\.(ya?ml|json|env|toml|log)\b|/site-packages/`)},
	{"a data store inside the platform", []string{"://"}, matching(`(postgres(ql)?(\+\w+)?|rediss?|clickhouse|mongodb)://`)},
	{"a data store inside the platform", []string{"/cloudsql/"}, matching(`/cloudsql/[\w.:-]+`)},
	{"an address inside the platform", []string{"10.", "172.", "192.168."}, matching(`\b(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}:\d{2,5}\b`)},
	{"an object of the server's memory", []string{"object at 0x"}, matching(`[\w.]+ object at 0x[0-9a-f]+`)},
	{"a name inside the cluster", []string{".svc.cluster", ".internal"}, matching(`[\w-]+\.(svc\.cluster\.local|(c\.[\w-]+\.)?internal)\b`)},
}

// leakClues are the clues of all leaks. For those too short for the sieve there is shortLeak.
var leakClues = cluesOf(traces, secrets, marks, internals)

func cluesOf(families ...[]leak) []string {
	var clues []string
	for _, l := range slices.Concat(families...) {
		clues = append(clues, l.clues...)
	}
	return clues
}

// shortLeak tells whether a text may hold a leak with a short clue. Healthy frames hold no slash, no second
// part of a token and no beginning of a private address, which is all that these are about.
func shortLeak(text string) bool {
	return strings.IndexByte(text, '/') >= 0 || strings.Contains(text, ".eyJ") || strings.Contains(text, "10.") || strings.Contains(text, "172.")
}

// redacted is how servers write a secret that they replaced.
var redacted = regexp.MustCompile(`(?i)^[\[<(*]*(redacted|removed|hidden|masked|none|null|xxx|\*\*)`)

func leaking(families ...[]leak) Hooks {
	return Hooks{
		Frame: func(v *View) {
			if v.Leaky {
				search(v, families, v.Record.Frame, true)
			}
		},
		Exchange: func(v *View) { searchBody(v, families) },
		SessionEnd: func(v *View) {
			if c := v.Session.Closed; c != nil {
				search(v, families, c.Reason, true)
				search(v, families, c.Body, false)
			}
		},
	}
}

// searchBody leaves out what the auth service is asked for: tokens that it issues are no leak.
func searchBody(v *View, families [][]leak) {
	x := v.Record.Exchange
	if x.Purpose == history.PurposeLogin || x.Purpose == history.PurposeRefresh {
		return
	}
	search(v, families, x.Body, succeeded(x))
}

func search(v *View, families [][]leak, text string, hard bool) {
	for _, leaks := range families {
		for i := range leaks {
			if found := leaks[i].find(text); found != "" {
				v.ReportAs(hard || leaks[i].isSecret(), v.Here(), "%s: %s", leaks[i].what, quote(found))
			}
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
			return l.seek(text)
		}
	}
	return ""
}

// matching returns what the pattern finds, without the part that is named "value": a finding must not
// carry a secret further.
func matching(expression string) func(text string) string {
	pattern := regexp.MustCompile(expression)
	value := pattern.SubexpIndex("value")
	return func(text string) string {
		for _, m := range pattern.FindAllStringSubmatchIndex(text, 8) {
			if value < 0 {
				return text[m[0]:m[1]]
			}
			if from, to := m[2*value], m[2*value+1]; !redacted.MatchString(text[from:to]) {
				return text[m[0]:from] + "…"
			}
		}
		return ""
	}
}
