package refstaging

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// detail is the error body of the auth service, and of the backend's router (http.md 2.2).
type detail struct {
	Detail any `json:"detail"`
}

// longError is the error body of the backend's routes, without the debug fields that a correct
// server omits (http.md 2.2).
type longError struct {
	Error       bool         `json:"error"`
	Code        string       `json:"error_code"`
	Message     string       `json:"message"`
	UserMessage string       `json:"user_message"`
	Details     errorDetails `json:"details"`
	TraceID     string       `json:"trace_id"`
	Timestamp   string       `json:"timestamp"`
	RequestID   *string      `json:"request_id"`
}

type errorDetails struct {
	StatusCode int `json:"status_code"`
}

// errorCodes are those of http.md 2.2, by original status.
var errorCodes = map[int]string{
	http.StatusUnauthorized:        "AUTH_FAILED",
	http.StatusForbidden:           "AUTH_UNAUTHORIZED",
	http.StatusNotFound:            "DB_RECORD_NOT_FOUND",
	http.StatusInternalServerError: "INTERNAL_ERROR",
	http.StatusServiceUnavailable:  "SERVICE_UNAVAILABLE",
}

// invalid is one entry of a 422 in the framework's shape.
type invalid struct {
	Type    string         `json:"type"`
	Loc     []any          `json:"loc"`
	Msg     string         `json:"msg"`
	Input   any            `json:"input"`
	Context map[string]any `json:"ctx,omitzero"`
}

func missing(field string, body any) invalid {
	return invalid{Type: "missing", Loc: []any{"body", field}, Msg: "Field required", Input: body}
}

// answer writes a JSON body; HTML is not escaped, as the platform does not.
func answer(w http.ResponseWriter, status int, body any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n"))) // a client that is gone reads no error either
}

// deny writes an error of the auth service.
func deny(w http.ResponseWriter, status int, message string) { answer(w, status, detail{message}) }

// unprocessable writes a 422 in the framework's shape.
func unprocessable(w http.ResponseWriter, problems ...invalid) {
	answer(w, http.StatusUnprocessableEntity, detail{problems})
}

// fail writes an error of a backend route; original is the status it was raised with.
func (b *backend) fail(w http.ResponseWriter, status, original int, message string) {
	answer(w, status, longError{
		Error: true, Code: errorCodes[original], Message: message, UserMessage: message,
		Details: errorDetails{original}, TraceID: uuid.NewString(), Timestamp: b.clock.now().Format(zoneMicros),
	})
}
