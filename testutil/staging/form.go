package staging

import "fmt"

// A FormError is a 2xx answer in another form than the one that is documented.
type FormError struct {
	Purpose string // one of the Purpose constants of package history
	Method  string
	URL     string
	Want    string // the form, in words
	Body    string // redacted
	Cut     bool   // Body is only the beginning, because the suite keeps no more
	Cause   error  // what is wrong with it
}

func (e *FormError) Error() string {
	limit := ""
	if e.Cut {
		limit = fmt.Sprintf(" (the suite keeps only the first %d bytes of a body)", maxBody)
	}
	return fmt.Sprintf("%s: %s %s did not answer with %s: %v; it answered %s%s", e.Purpose, e.Method, e.URL, e.Want, e.Cause, excerpt(e.Body), limit)
}

// Unwrap returns the cause.
func (e *FormError) Unwrap() error { return e.Cause }

// read decodes an answer that must have a form, in words: `a JSON object with "id" (http.md 5.4)`. The
// error is a *FormError.
func (r *reply) read(form string, into any) error {
	if err := r.decode(into); err != nil {
		return r.not(form, err)
	}
	return nil
}

// not explains an answer that is of no use.
func (r *reply) not(form string, why error) error {
	c := r.call
	return &FormError{Purpose: c.purpose, Method: c.method, URL: r.url, Want: form, Body: r.text, Cut: r.cut, Cause: why}
}
