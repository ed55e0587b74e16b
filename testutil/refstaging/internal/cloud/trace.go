package cloud

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Serving is what an application may know of the platform about a request that it serves.
type Serving struct {
	Instance *Instance
	Trace    string // as entries name it: "projects/netra-staging/traces/0af7…"
}

type servingKey struct{}

// From tells what a request's context holds behind [Service.Handler]; elsewhere not ok.
func From(ctx context.Context) (s Serving, ok bool) {
	s, ok = ctx.Value(servingKey{}).(Serving)
	return s, ok
}

func (r *request) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, servingKey{}, Serving{r.instance, r.entry.Trace})
}

// span is where a request belongs in a trace; the id is empty when the request begins the trace.
type span struct {
	trace, id string
	sampled   bool
}

// The headers that carry a span: W3C Trace Context, version 00, and Google's own, whose span id is decimal.
var (
	traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$`)
	cloudTrace  = regexp.MustCompile(`^([0-9a-f]{32})(?:/([0-9]{1,20}))?(?:;o=([01]))?$`)
)

// traced reads a request's span. One without a good header begins a trace, as on the platform.
func traced(h http.Header) span {
	if parts := traceparent.FindStringSubmatch(h.Get("Traceparent")); parts != nil {
		return span{parts[1], parts[2], parts[3] == "01"}
	}
	if parts := cloudTrace.FindStringSubmatch(strings.ToLower(h.Get("X-Cloud-Trace-Context"))); parts != nil {
		at := span{trace: parts[1], sampled: parts[3] == "1"}
		if id, err := strconv.ParseUint(parts[2], 10, 64); err == nil && id != 0 {
			at.id = fmt.Sprintf("%016x", id)
		}
		return at
	}
	return span{trace: hexID(16)}
}
