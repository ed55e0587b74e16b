package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// A firstUser is whoever came first.
type firstUser struct {
	mu   sync.Mutex
	name string
}

// of returns the first name that was given.
func (f *firstUser) of(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.name == "" {
		f.name = name
	}
	return f.name
}

// A tally counts by name.
type tally struct {
	mu sync.Mutex
	by map[string]int
}

// count returns how often the name has come, this time included.
func (t *tally) count(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[string]int{}
	}
	t.by[name]++
	return t.by[name]
}

// answers are those that were given, by what was asked.
type answers struct {
	mu sync.Mutex
	by map[string]*httptest.ResponseRecorder
}

func (a *answers) keep(asked string, answer *httptest.ResponseRecorder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string]*httptest.ResponseRecorder{}
	}
	a.by[asked] = answer
}

// to returns nil where there was none.
func (a *answers) to(asked string) *httptest.ResponseRecorder {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.by[asked]
}

// bytesOf is a copy of a body, which is not read up.
func bytesOf(a *httptest.ResponseRecorder) *bytes.Buffer {
	return bytes.NewBuffer(bytes.Clone(a.Body.Bytes()))
}

// emailIn, refreshTokenIn and failureIn read a member of a request's body, which stays to be read.
func emailIn(r *http.Request) string        { return memberIn[string](r, "email") }
func refreshTokenIn(r *http.Request) string { return memberIn[string](r, "refresh_token") }
func failureIn(r *http.Request) bool        { return memberIn[bool](r, "force_failure") }

func memberIn[T any](r *http.Request, name string) T {
	body, _ := io.ReadAll(r.Body) // what could not be read is refused
	r.Body = io.NopCloser(bytes.NewReader(body))
	var all map[string]any
	_ = json.Unmarshal(body, &all) // what is no object has no members
	value, _ := all[name].(T)
	return value
}
