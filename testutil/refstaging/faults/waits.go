package faults

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// hanging is as long as what never ends lasts: longer than any budget of the embedded target, and yet short
// enough for a client that has none.
const hanging = 20 * time.Second

// rest waits, unless the context ends first.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// late gives the correct answer after a while, if the client is still there.
func late(d time.Duration) answering {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if !await(r, d) {
			return
		}
		next.ServeHTTP(w, r)
	}
}

// await reports false when the client has gone in the meantime, which net/http notices once a body is read.
func await(r *http.Request, d time.Duration) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	rest(r.Context(), d)
	return r.Context().Err() == nil
}
