package judge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// succeeded tells whether the exchange was answered 2xx, whole.
func succeeded(x *history.Exchange) bool { return x.Broken == nil && x.Status/100 == 2 }

// isExecution tells whether the exchange is a whole run of an agent, whose answer it waits for.
func isExecution(x *history.Exchange) bool {
	return x.Purpose == history.PurposeExecute || x.Purpose == history.PurposeStream
}

// wanted returns the HTTP status that the story wants, 0 for the ordinary outcome.
func wanted(in *history.Intent) int {
	if in == nil {
		return 0
	}
	status, err := strconv.Atoi(in.Expect)
	if err != nil {
		return 0
	}
	return status
}

// ordinary tells whether the story wants the exchange to succeed. Who asks for what is another user's
// wants nothing.
func ordinary(r *history.Record) bool {
	return wanted(r.Intent) == 0 && (r.Intent == nil || r.Intent.Spoofs == "")
}

// what names an exchange in a message.
func what(x *history.Exchange) string { return fmt.Sprintf("%s %s", x.Method, bounded(x.URL)) }

// status names an HTTP status.
func status(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return strconv.Itoa(code)
}

// header looks a header up without regard to case: histories of other tools may spell it otherwise.
func header(h map[string]string, name string) string {
	if value, ok := h[name]; ok {
		return value
	}
	for key, value := range h {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// isHTML tells whether a body is a web page, which the platform's own services never send.
func isHTML(h map[string]string, body string) bool {
	if strings.Contains(strings.ToLower(header(h, "Content-Type")), "text/html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(body[:min(len(body), 64)]))
	return strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html")
}

// origin says who wrote a refusal, as far as its header and body tell: an edge in front of the
// platform answers with a web page (handshake-waf-block), the application with JSON or nothing.
func origin(h map[string]string, body string) string {
	who := "the application"
	if isHTML(h, body) {
		who = "the edge"
	}
	if server := header(h, "Server"); server != "" {
		who += " (Server: " + quote(server) + ")"
	}
	return who
}

// object reads a body that is one JSON object; nil if it is not, or is not whole.
func object(x *history.Exchange) map[string]any {
	var fields map[string]any
	if x.Cut != 0 || json.Unmarshal([]byte(x.Body), &fields) != nil {
		return nil
	}
	return fields
}

// noObject reports an answer that has no members to judge because it is a list; what is no JSON at all is
// infra/not-the-platform.
func noObject(v *View) {
	if x := v.Record.Exchange; x.Cut == 0 && isJSON(x) {
		v.Report(v.Here(), "%s is answered with no JSON object: %s", what(x), quote(x.Body))
	}
}

// text returns a member that is a string, "" otherwise.
func text(fields map[string]any, name string) string {
	s, _ := fields[name].(string)
	return s
}

func isJSONText(body string) bool {
	return (strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[")) && json.Valid([]byte(body))
}
