package refstaging

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
)

// cors is http.md 2.3: every answer to an allowed origin carries the headers, errors included; another
// origin gets none of them.
func cors(origins []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		trusted := slices.Contains(origins, origin)
		if trusted {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Credentials", "true")
			w.Header().Set("Vary", "Origin")
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		preflight(w, r, trusted)
	})
}

func preflight(w http.ResponseWriter, r *http.Request, trusted bool) {
	if !trusted {
		http.Error(w, "Disallowed CORS origin", http.StatusBadRequest)
		return
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS, HEAD, PATCH")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		w.Header().Set("Access-Control-Allow-Headers", asked)
	}
	w.Header().Set("Access-Control-Max-Age", "600")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "OK") // a client that is gone reads no error either
}

// limitBody answers 413 to a body over the limit and otherwise hands it on whole.
func limitBody(limit int64, next http.Handler) http.Handler {
	tooLarge := fmt.Sprintf("Request payload too large. Maximum size: %d bytes", limit)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
		switch {
		case err != nil:
			deny(w, http.StatusBadRequest, "There was an error parsing the body")
			return
		case int64(len(body)) > limit:
			// A client that is still sending when the connection closes never sees the answer.
			io.CopyN(io.Discard, r.Body, drainLimit) // a client that stops sending is answered anyway
			deny(w, http.StatusRequestEntityTooLarge, tooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// drainLimit bounds what is read of a body that is refused anyway.
const drainLimit = 64 << 20

// knownHosts refuses other Host names (http.md 2.3).
func knownHosts(own []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isKnownHost(r.Host, own) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, "Invalid host header") // a client that is gone reads no error either
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isKnownHost(host string, own []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return slices.Contains(own, host) || strings.HasSuffix(host, ".netrasystems.ai") || strings.HasSuffix(host, ".run.app")
}

// guardWebSocketPaths is http.md 5.2: a plain GET on such a path is answered 503, which says nothing
// about readiness; the two headers of a handshake let it through.
func guardWebSocketPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !isWebSocketPath(r.URL.Path) || hasHandshakeHeaders(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "10")
		w.Header().Set("X-Issue-449-Fix", "enhanced-rejection")
		answer(w, http.StatusServiceUnavailable, notReady)
	})
}

func isWebSocketPath(path string) bool {
	path = strings.ToLower(path)
	return strings.HasPrefix(path, "/ws") || strings.HasSuffix(path, "/ws") || strings.Contains(path, "/websocket")
}

func hasHandshakeHeaders(r *http.Request) bool {
	return r.Header.Get("Sec-WebSocket-Key") != "" && r.Header.Get("Sec-WebSocket-Version") != ""
}

var notReady = struct {
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Details notReadyDetails `json:"details"`
}{
	Error:   "service_not_ready",
	Message: "WebSocket service is not ready. Enhanced uvicorn compatibility check failed.",
	Details: notReadyDetails{
		State: "unknown", FailedServices: []string{}, Environment: environment, RetryAfter: 10,
		CloudRun: true, Uvicorn: true, Issue: "#449",
	},
}

type notReadyDetails struct {
	State          string   `json:"state"`
	FailedServices []string `json:"failed_services"`
	Environment    string   `json:"environment"`
	RetryAfter     int      `json:"retry_after_seconds"`
	CloudRun       bool     `json:"cloud_run_compatible"`
	Uvicorn        bool     `json:"uvicorn_compatible"`
	Issue          string   `json:"issue_reference"`
}
