package deployment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Requests reads the request log of a revision between two times, newest first, at most about so many
// entries. It does not wait for late ones.
func (c *Cloud) Requests(ctx context.Context, service, revision string, since, until time.Time, most int) ([]gcp.Entry, error) {
	about := history.Reading{Purpose: history.ReadRequests, Service: service, Revision: revision}
	scope := gcp.Scope{Region: c.Region, Service: service, Revision: revision, Since: since, Until: until}
	return c.entries(ctx, about, gcp.And(scope.Logs(), gcp.OfLog(gcp.RequestLog)), newestFirst, most, nil)
}

// tracesAtOnce keeps a filter well below the 20,000 bytes that one may have.
const tracesAtOnce = 100

// Instances finds which instance of a service answered the requests with these traces, all of which were
// sent after since. It waits for late entries until each is found, at most until the limit has passed, and
// returns what it found then, by trace.
func (c *Cloud) Instances(ctx context.Context, service string, since time.Time, traces []string, limit time.Duration) (map[string]string, error) {
	deadline := time.Now().Add(limit)
	found := map[string]string{}
	for {
		traces = slices.DeleteFunc(slices.Clone(traces), func(trace string) bool { return found[trace] != "" })
		if err := c.trace(ctx, service, since, traces, found); err != nil {
			return found, err
		}
		if !slices.ContainsFunc(traces, func(trace string) bool { return found[trace] == "" }) || !time.Now().Before(deadline) {
			return found, nil
		}
		if err := c.wait(ctx, deadline); err != nil {
			return found, fmt.Errorf("await the request log of %s: %w", service, err)
		}
	}
}

func (c *Cloud) trace(ctx context.Context, service string, since time.Time, traces []string, found map[string]string) error {
	scope := gcp.Scope{Region: c.Region, Service: service, Since: since}.Logs()
	for some := range slices.Chunk(traces, tracesAtOnce) {
		about := history.Reading{Purpose: history.ReadTraced, Service: service}
		filter := gcp.And(scope, gcp.OfLog(gcp.RequestLog), gcp.OfTraces(c.Project, some...))
		entries, err := c.entries(ctx, about, filter, oldestFirst, pageSize, nil)
		if err != nil {
			return err
		}
		for _, e := range entries {
			found[e.Trace] = e.Instance
		}
	}
	return nil
}

// ServerSide reads what the server logged between two times, at most about so many entries: first what belongs
// to one of the traces, of which there may be a hundred, and then everything else from WARNING on, each oldest
// first. An empty service stands for all of them.
func (c *Cloud) ServerSide(ctx context.Context, service string, since, until time.Time, traces []string, most int) ([]gcp.Entry, error) {
	about := history.Reading{Purpose: history.ReadServer, Service: service}
	scope := gcp.Scope{Region: c.Region, Service: service, Since: since, Until: until}.Logs()
	traced := c.ofTraces(traces)
	var own []gcp.Entry
	if len(traces) > 0 {
		var err error
		if own, err = c.entries(ctx, about, gcp.And(scope, traced), oldestFirst, most, nil); err != nil || len(own) >= most {
			return own, err
		}
	}
	severe := gcp.And(scope, gcp.AtLeast(gcp.Warning), gcp.Not(traced))
	others, err := c.entries(ctx, about, severe, oldestFirst, most-len(own), nil)
	return append(own, others...), err
}

// ServerSideFilter is the filter of what ServerSide reads, for a link.
func (c *Cloud) ServerSideFilter(service string, since, until time.Time, traces []string) gcp.Filter {
	scope := gcp.Scope{Region: c.Region, Service: service, Since: since, Until: until}
	return gcp.And(scope.Logs(), gcp.Or(c.ofTraces(traces), gcp.AtLeast(gcp.Warning)))
}

func (c *Cloud) ofTraces(traces []string) gcp.Filter {
	return gcp.OfTraces(c.Project, traces[:min(len(traces), tracesAtOnce)]...)
}
