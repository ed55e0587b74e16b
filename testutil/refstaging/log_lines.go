package refstaging

import (
	"encoding/json"
	"regexp"
	"time"
)

// lines prints what a service logs on one instance, in both shapes of deployment.md 4 and as text.
type lines struct {
	instance *Instance
	clock    clock
	logger   string
	trace    string // of the request that is served; empty: none
}

func (p *platform) log(i *Instance, logger string) lines { return lines{i, p.clock, logger, ""} }

// shape1 is a line of stdout: each, whatever its severity, carries an error that is none.
type shape1 struct {
	Timestamp  string          `json:"timestamp"`
	Severity   string          `json:"severity"`
	Service    string          `json:"service"`
	Logger     string          `json:"logger"`
	Message    string          `json:"message"`
	Text       string          `json:"textPayload"`
	Error      shape1Error     `json:"error"`
	Validation shape1Validated `json:"validation"`
	Trace      string          `json:"logging.googleapis.com/trace,omitzero"`
}

type shape1Error struct {
	Type      string `json:"type"`
	Message   string `json:"message"`
	Traceback string `json:"traceback"`
	Severity  string `json:"severity"`
	Timestamp string `json:"timestamp"`
}

type shape1Validated struct {
	Severity string `json:"severity"`
}

// out prints a line of the first shape.
func (l lines) out(severity, message string) {
	now := l.clock.now().Format(time.RFC3339Nano)
	l.print(Stdout, shape1{
		Timestamp: now, Severity: severity, Service: "netra-service", Logger: l.logger, Message: message, Text: message,
		Error:      shape1Error{Type: "str", Message: "Missing field", Severity: "ERROR", Timestamp: now},
		Validation: shape1Validated{severity}, Trace: l.trace,
	})
}

// shape2 is a line of stderr.
type shape2 struct {
	Severity  string         `json:"severity"`
	Message   string         `json:"message"`
	Timestamp string         `json:"timestamp"`
	Labels    shape2Labels   `json:"labels"`
	Context   map[string]any `json:"context"`
	Trace     string         `json:"logging.googleapis.com/trace,omitzero"`
}

type shape2Labels struct {
	Module   string `json:"module"`
	Function string `json:"function"`
	Line     string `json:"line"`
}

// error prints a line of the second shape, with its message rewritten.
func (l lines) error(severity, message string) {
	l.print(Stderr, shape2{
		Severity: severity, Message: rewritten(message), Timestamp: l.clock.now().Format(time.RFC3339Nano),
		Labels: shape2Labels{l.logger, "log", "1"}, Context: map[string]any{}, Trace: l.trace,
	})
}

func (l lines) print(stream string, line any) {
	raw, _ := json.Marshal(line) // texts
	l.instance.Print(stream, string(raw))
}

// plain prints text, which has no severity.
func (l lines) plain(text string) { l.instance.Print(Stderr, text) }

// server prints lines of the process manager.
func (l lines) server(messages ...string) {
	for _, message := range messages {
		l.plain(l.clock.now().Format("[2006-01-02 15:04:05 -0700] ") + "[1] [INFO] " + message)
	}
}

// What is rewritten in the second shape: the word after one of these, and who an e-mail is of.
var (
	secretWords = regexp.MustCompile(`(?i)\b(authorization|auth|token|secret|bearer|jwt|password|api[ _-]?key)\b[\s:=]+\S+`)
	mailNames   = regexp.MustCompile(`[\w.+-]+@`)
)

func rewritten(message string) string {
	return mailNames.ReplaceAllString(secretWords.ReplaceAllString(message, "$1=REDACTED"), "***@")
}
