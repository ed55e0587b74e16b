package cloud

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkRequest is what the platform's front costs: a request without it, with it, and with a line that
// the application prints.
func BenchmarkRequest(b *testing.B) {
	p := New(Config{Project: "p", Region: "r", Token: "t", Now: time.Now, Memory: func() int64 { return 1 << 20 }, Period: time.Minute})
	s := p.Service(Spec{Name: "s", MinInstances: 2, Memory: 1 << 30})
	if _, err := s.Deploy(b.Context(), "image", func(context.Context, *Instance) error { return nil }); err != nil {
		b.Fatal(err)
	}
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	printing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, _ := From(r.Context())
		at.Instance.Print(Stderr, `{"severity":"CRITICAL","message":"refused","`+TraceField+`":"`+at.Trace+`"}`)
		w.WriteHeader(http.StatusOK)
	})
	for _, c := range []struct {
		name    string
		handler http.Handler
	}{{"without", answer}, {"logged", s.Handler(answer)}, {"with a line", s.Handler(printing)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequestWithContext(b.Context(), "GET", "/health", nil)
			r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			for b.Loop() {
				c.handler.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
