package variants

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// exchanges are the freedoms of HTTP (RFC 9110 and 9112; http.md).
var exchanges = map[string]variant{
	"http-lower-case": {says: "header names in lower case, those of upgrades too (RFC 9110, section 5.1)", apply: both(answering(lowerCase), connecting(lowerCaseUpgrade))},
	"http-chunked":    {says: "bodies in chunks of a few bytes, without a length (RFC 9112, section 7.1)", apply: answering(chunked)},
	"http-close":      {says: "every connection is closed after its answer (RFC 9112, section 9.6)", apply: answering(closing)},
	"http-more":       {says: "more headers, and more members in JSON bodies (http.md, section 2)", apply: both(answering(adorned), answering(enrichedBodies))},
	"http-spaced":     {says: "JSON bodies with white space and a charset (RFC 8259, section 2)", apply: answering(spacedBodies)},
}

// isUpgrade tells whether a request takes its connection over.
func isUpgrade(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// An edited answer has its header changed before it is written.
type edited struct {
	http.ResponseWriter
	edit  func(http.Header)
	wrote bool
}

func (w *edited) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *edited) WriteHeader(status int) {
	if !w.wrote && status >= http.StatusOK {
		w.wrote = true
		w.edit(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *edited) Write(body []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(body)
}

// editing lets the headers of answers be others.
func editing(edit func(http.Header)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isUpgrade(r) {
				w = &edited{ResponseWriter: w, edit: edit}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// lowerCase spells names as HTTP/2 does. What net/http adds by itself stays as it is.
var lowerCase = editing(func(h http.Header) {
	for name, values := range h {
		if lower := strings.ToLower(name); lower != name {
			h[lower] = values
			delete(h, name)
			if name == "Content-Type" {
				h[name] = nil // or net/http would guess it
			}
		}
	}
})

var adorned = editing(func(h http.Header) {
	h.Add("Via", "1.1 google")
	h.Add("Alt-Svc", `h3=":443"; ma=2592000`)
	h.Add("Strict-Transport-Security", "max-age=31536000")
	h.Add("Server", "Google Frontend")
})

func closing(next http.Handler) http.Handler {
	return editing(func(h http.Header) { h.Set("Connection", "close") })(next)
}

// chunked gives bodies a few bytes at a time.
func chunked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isUpgrade(r) {
			w = morsels{w, http.NewResponseController(w)}
		}
		next.ServeHTTP(w, r)
	})
}

type morsels struct {
	http.ResponseWriter
	flusher *http.ResponseController
}

func (w morsels) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// morsel is how many bytes a chunk has; long bodies have longer ones.
const morsel = 7

func (w morsels) Write(body []byte) (n int, err error) {
	w.Header().Del("Content-Length")
	size := max(morsel, len(body)/50)
	for len(body) > 0 {
		m, err := w.ResponseWriter.Write(body[:min(size, len(body))])
		n += m
		if err != nil {
			return n, fmt.Errorf("write a chunk: %w", err)
		}
		body = body[m:]
		if err := w.flusher.Flush(); err != nil {
			return n, fmt.Errorf("send a chunk: %w", err)
		}
	}
	return n, nil
}

// enrichedBodies and spacedBodies change what stands in JSON bodies.
var (
	enrichedBodies = bodies(func(body []byte) ([]byte, error) { return retellObject(body, enriched) }, "application/json")
	spacedBodies   = bodies(spaced, "application/json; charset=utf-8")
)

// bodies lets JSON bodies be others.
func bodies(rewrite func([]byte) ([]byte, error), kind string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isUpgrade(r) {
				next.ServeHTTP(w, r)
				return
			}
			held := &holding{ResponseWriter: w, status: http.StatusOK}
			next.ServeHTTP(held, r)
			held.release(rewrite, kind)
		})
	}
}

// holding keeps a JSON body until it is whole. Others pass.
type holding struct {
	http.ResponseWriter
	status int
	wrote  bool
	json   bool
	body   bytes.Buffer
}

func (w *holding) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *holding) WriteHeader(status int) {
	if w.wrote {
		return
	}
	w.wrote, w.status = true, status
	if w.json = strings.HasPrefix(w.Header().Get("Content-Type"), "application/json"); !w.json {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *holding) Write(body []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.json {
		return w.body.Write(body)
	}
	return w.ResponseWriter.Write(body)
}

func (w *holding) release(rewrite func([]byte) ([]byte, error), kind string) {
	if !w.json {
		return
	}
	body := w.body.Bytes()
	if other, err := rewrite(body); err == nil {
		body = other
		w.Header().Set("Content-Type", kind)
		w.Header().Del("Content-Length")
	}
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(body) // a client that is gone reads no error either
}
