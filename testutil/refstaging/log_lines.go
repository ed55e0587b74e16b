package refstaging

import (
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// lines prints what a service logs on one instance, in both shapes of deployment.md 4 and as text.
type lines struct {
	instance *Instance
	clock    clock
	logger   string
}

func (p *platform) log(i *Instance, logger string) lines { return lines{i, p.clock, logger} }

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
		Validation: shape1Validated{severity},
	})
}

// shape2 is a line of stderr.
type shape2 struct {
	Severity  string         `json:"severity"`
	Message   string         `json:"message"`
	Timestamp string         `json:"timestamp"`
	Labels    shape2Labels   `json:"labels"`
	Context   map[string]any `json:"context"`
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
		Labels: shape2Labels{l.logger, "log", "1"}, Context: map[string]any{},
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

// noting writes a CRITICAL line for every refused token (deployment.md 4).
func noting(next ValidateToken, critical func(string)) ValidateToken {
	return func(token, kind string) (Identity, error) {
		user, err := next(token, kind)
		switch {
		case err == nil || errors.Is(err, ErrAuthUnavailable):
		case errors.Is(err, jwt.ErrTokenMalformed):
			critical("JWT STRUCTURE ERROR: the token cannot be read")
		case errors.Is(err, errTokenType):
			critical("JWT TYPE MISMATCH: another type of token was expected")
		case errors.Is(err, errRevoked):
			critical("JWT BLACKLISTED: the token is revoked")
		default:
			critical("JWT INVALID: the token is not accepted")
		}
		return user, err
	}
}

// noting401 writes the line of a request that is answered 401 for its token.
func noting401(next ValidateToken, critical func(string)) ValidateToken {
	return func(token, kind string) (Identity, error) {
		user, err := next(token, kind)
		if err != nil && !errors.Is(err, ErrAuthUnavailable) {
			critical("AUTH SERVICE FAILURE: Token validation failed at auth service")
		}
		return user, err
	}
}

// notingEach writes the line of every WebSocket that authenticates, well or not.
func notingEach(next ValidateToken, critical func(string)) ValidateToken {
	return func(token, kind string) (Identity, error) {
		critical("GOLDEN PATH AUTH: Starting permissive authentication")
		return next(token, kind)
	}
}

// critical logs for a service on one of its serving instances; for the auth service in the first shape,
// which is its only one.
func (p *platform) backendCritical(message string) {
	if i := p.backend.Current(); i != nil {
		p.log(i, "netra_backend.app.auth").error("CRITICAL", message)
	}
}

func (p *platform) authCritical(message string) {
	if i := p.auth.Current(); i != nil {
		p.log(i, "auth_service.auth").out("CRITICAL", message)
	}
}
