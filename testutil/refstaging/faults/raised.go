package faults

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

// missing answers as a service does at a path that it does not have, a preflight correctly.
func missing(next http.Handler, w http.ResponseWriter, r *http.Request) {
	next.ServeHTTP(w, elsewhere(r))
}

func elsewhere(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = "/nowhere", ""
	return r
}

// raises is an error that a service raises in the middle of a route: unlike one of [status] it has the headers
// of the service, those for pages of other origins included, and a preflight is answered.
func raises(code int, body string) answering {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		a := httptest.NewRecorder()
		missing(next, a, r)
		if a.Code == http.StatusOK {
			next.ServeHTTP(w, r) // a preflight
			return
		}
		for name, values := range a.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body) // a client that is gone reads no error either
	}
}

// longError is an error body of a backend's route (http.md 2.2).
func longError(code string, status int, message string) string {
	body, _ := json.Marshal(map[string]any{
		"error": true, "error_code": code, "message": message, "user_message": message,
		"details": map[string]int{"status_code": status}, "trace_id": "00000000-0000-4000-8000-000000000000",
		"timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000000-07:00"), "request_id": nil,
	})
	return string(body)
}
