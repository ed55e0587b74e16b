package faults

import (
	"encoding/json"
	"net/http"
	"time"
)

// missing answers as a service does at a path that it does not have.
func missing(next http.Handler, w http.ResponseWriter, r *http.Request) {
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = "/nowhere", ""
	next.ServeHTTP(w, r)
}

// raised is an error that a route of the backend raises (http.md 2.2).
func raised(code int, message string) answering {
	names := map[int]string{http.StatusInternalServerError: "INTERNAL_ERROR", http.StatusServiceUnavailable: "SERVICE_UNAVAILABLE"}
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		body, _ := json.Marshal(map[string]any{ // of texts and numbers
			"error": true, "error_code": names[code], "message": message, "user_message": message,
			"details": map[string]int{"status_code": code}, "trace_id": "00000000-0000-4000-8000-000000000000",
			"timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000000-07:00"), "request_id": nil,
		})
		status(code, string(body))(next, w, r)
	}
}
