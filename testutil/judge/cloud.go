package judge

import (
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Cloud is what the history holds of the cloud's own APIs: of each listing, what was read last. Its
// listings are never nil; one that nobody asked for says so.
type Cloud struct {
	deployment *history.Deployment
	services   map[subject]*Listing[gcp.Service]
	revisions  map[subject]*Listing[gcp.Revision]
	entries    map[subject]*Listing[gcp.Entry]
	series     map[subject]*Listing[gcp.Series]
	instances  map[string]string // by trace
	traced     Listing[gcp.Entry]
}

// A subject is what a listing is of.
type subject struct{ purpose, service, revision, instance string }

// maxListings and maxTraces bound what a history without end costs.
const (
	maxListings = 512
	maxTraces   = 20_000
)

func newCloud(d *history.Deployment) Cloud {
	return Cloud{
		deployment: d,
		services:   map[subject]*Listing[gcp.Service]{},
		revisions:  map[subject]*Listing[gcp.Revision]{},
		entries:    map[subject]*Listing[gcp.Entry]{},
		series:     map[subject]*Listing[gcp.Series]{},
		instances:  map[string]string{},
	}
}

// take takes in a reading. Log entries that show the server's side of a finding are for people.
func (c *Cloud) take(r *history.Record) {
	x := r.Cloud
	if x == nil {
		return
	}
	of := subject{x.Purpose, x.Service, gcp.Short(x.Revision), x.Instance}
	switch x.Purpose {
	case history.ReadService:
		take(c.services, of, r, func(body string) ([]gcp.Service, string, error) {
			s, err := gcp.ParseService(body)
			return []gcp.Service{s}, "", err
		})
	case history.ReadRevisions:
		take(c.revisions, of, r, gcp.ParseRevisions)
	case history.ReadMarkers, history.ReadStart, history.ReadRequests:
		take(c.entries, of, r, gcp.ParseEntries)
	case history.ReadTraced:
		c.trace(r)
	case history.ReadInstances, history.ReadMemory, history.ReadCounts, history.ReadLatencies:
		take(c.series, of, r, gcp.ParseSeries)
	}
}

// trace takes in which instances answered: of all listings together, as each is of other traces.
func (c *Cloud) trace(r *history.Record) {
	c.traced.take(r, gcp.ParseEntries)
	for _, e := range c.traced.Items {
		if e.Trace != "" && e.Instance != "" && len(c.instances) < maxTraces {
			c.instances[strings.Clone(e.Trace)] = strings.Clone(e.Instance)
		}
	}
}

// Services are those that the deployment consists of, nil where the history knows of no cloud.
func (c *Cloud) Services() []history.Service {
	if c.deployment == nil {
		return nil
	}
	return c.deployment.Services
}

// State is the state of a service: one item, or none.
func (c *Cloud) State(service string) *Listing[gcp.Service] {
	return lastOf(c.services, subject{purpose: history.ReadService, service: service})
}

// Revisions are those of a service.
func (c *Cloud) Revisions(service string) *Listing[gcp.Revision] {
	return lastOf(c.revisions, subject{purpose: history.ReadRevisions, service: service})
}

// Markers are the log entries that say how far the start of each instance of a revision came.
func (c *Cloud) Markers(service, revision string) *Listing[gcp.Entry] {
	return lastOf(c.entries, subject{history.ReadMarkers, service, revision, ""})
}

// Start are the log entries of the start of an instance; without one, those that belong to none.
func (c *Cloud) Start(service, revision, instance string) *Listing[gcp.Entry] {
	return lastOf(c.entries, subject{history.ReadStart, service, revision, instance})
}

// Requests is the request log of a revision.
func (c *Cloud) Requests(service, revision string) *Listing[gcp.Entry] {
	return lastOf(c.entries, subject{history.ReadRequests, service, revision, ""})
}

// Series is a metric of a revision; purpose is that with which it was read, such as history.ReadCounts.
func (c *Cloud) Series(purpose, service, revision string) *Listing[gcp.Series] {
	return lastOf(c.series, subject{purpose, service, revision, ""})
}

// InstanceOf is the id of the instance that answered the request with the trace, empty if the server's log
// does not say. Traced says what may have kept it from that.
func (c *Cloud) InstanceOf(trace string) string { return c.instances[trace] }

// Traced is the last listing of the log entries of given traces.
func (c *Cloud) Traced() *Listing[gcp.Entry] { return &c.traced }

// Looked are the instances of a revision whose start was looked at, in the order of their ids.
func (c *Cloud) Looked(service, revision string) []string {
	var ids []string
	for of := range maps.Keys(c.entries) {
		if of.purpose == history.ReadStart && of.service == service && of.revision == revision && of.instance != "" {
			ids = append(ids, of.instance)
		}
	}
	slices.Sort(ids)
	return ids
}

// Answered are the revisions of a service whose request log was read, in the order of their names.
func (c *Cloud) Answered(service string) []string {
	var names []string
	for of := range maps.Keys(c.entries) {
		if of.purpose == history.ReadRequests && of.service == service {
			names = append(names, of.revision)
		}
	}
	slices.Sort(names)
	return names
}
