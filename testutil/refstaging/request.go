package refstaging

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// body is a decoded JSON object with the problems that its reader has found, in the framework's shape.
type body struct {
	fields   fields
	input    any
	problems []invalid
}

// readBody decodes a request; when that fails it has answered 422 and is not ok.
func readBody(w http.ResponseWriter, r *http.Request) (body, bool) {
	raw, err := io.ReadAll(r.Body)
	var b body
	switch {
	case err != nil || len(raw) == 0:
		unprocessable(w, invalid{Type: "missing", Loc: []any{"body"}, Msg: "Field required"})
		return body{}, false
	case json.Unmarshal(raw, &b.input) != nil:
		unprocessable(w, invalid{
			Type: "json_invalid", Loc: []any{"body", 0}, Msg: "JSON decode error",
			Input: map[string]any{}, Context: map[string]any{"error": "Expecting value"},
		})
		return body{}, false
	}
	if b.fields = object(raw); b.fields == nil {
		unprocessable(w, invalid{Type: "model_attributes_type", Loc: []any{"body"}, Msg: "Input should be a valid dictionary or object to extract fields from", Input: b.input})
		return body{}, false
	}
	return b, true
}

// required is a string that must be there; optional one that may be missing or null.
func (b *body) required(field string) string {
	if _, ok := b.fields[field]; !ok {
		b.problems = append(b.problems, missing(field, b.input))
		return ""
	}
	var text string
	b.decode(field, &text, "string")
	return text
}

func (b *body) optional(field, fallback string) string {
	text := fallback
	b.decode(field, &text, "string")
	return text
}

func (b *body) flag(field string) bool {
	var set bool
	b.decode(field, &set, "boolean")
	return set
}

func (b *body) dict(field string) map[string]any {
	var found map[string]any
	b.decode(field, &found, "dictionary")
	return found
}

// decode notes a problem when the field is there, not null and of another type.
func (b *body) decode(field string, into any, kind string) {
	raw, ok := b.fields[field]
	if !ok || string(raw) == "null" {
		return
	}
	if json.Unmarshal(raw, into) != nil {
		var input any
		json.Unmarshal(raw, &input) // valid JSON, as part of a valid body
		b.problems = append(b.problems, invalid{
			Type: kind + "_type", Loc: []any{"body", field}, Msg: "Input should be a valid " + kind, Input: input,
		})
	}
}

// valid answers 422 when any problem was found.
func (b *body) valid(w http.ResponseWriter) bool {
	if len(b.problems) > 0 {
		unprocessable(w, b.problems...)
	}
	return len(b.problems) == 0
}

// page reads limit and offset; when they are out of range it has answered 422 and is not ok.
func page(w http.ResponseWriter, r *http.Request, limit, most int) (size, offset int, ok bool) {
	size, okSize := queryNumber(r, "limit", limit, 1, most)
	offset, okOffset := queryNumber(r, "offset", 0, 0, 1<<30)
	if okSize && okOffset {
		return size, offset, true
	}
	name := "offset"
	if !okSize {
		name = "limit"
	}
	unprocessable(w, invalid{Type: "int_parsing", Loc: []any{"query", name}, Msg: "Input should be a valid integer in range", Input: r.URL.Query().Get(name)})
	return 0, 0, false
}

func queryNumber(r *http.Request, name string, fallback, least, most int) (int, bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= least && n <= most
}

// slice is the part of a list that a page shows.
func slice[E any](list []E, size, offset int) []E {
	offset = min(offset, len(list))
	return list[offset:min(offset+size, len(list))]
}
