package judge

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Listing is what the cloud said about one thing when it was asked last, page by page.
type Listing[T any] struct {
	Items []T
	// Readings are the sequence numbers of the first few records that it is from, and of the last.
	Readings []uint64
	// Read is when its last page was read, by the suite's clock.
	Read time.Time
	// Lacks says why it is not all that the cloud has, in words that say what to do; empty if it is all. What
	// Items hold is true even so.
	Lacks string
	// More is set if all that it lacks is what the suite does not read: Items are the first of what it asked for.
	More bool

	pages int
}

// Whole tells whether the listing is all that the cloud has.
func (l *Listing[T]) Whole() bool { return l.Lacks == "" }

// Asked tells whether anybody asked for it.
func (l *Listing[T]) Asked() bool { return len(l.Readings) > 0 }

// Bounds of one listing.
const (
	maxItems    = 50_000
	maxReadings = 8
)

func lastOf[T any](m map[subject]*Listing[T], of subject) *Listing[T] {
	if l := m[of]; l != nil {
		return l
	}
	return &Listing[T]{Lacks: "nobody read " + of.String()}
}

func take[T any](m map[subject]*Listing[T], of subject, r *history.Record, parse func(string) ([]T, string, error)) {
	l := m[of]
	if l == nil {
		if len(m) >= maxListings {
			return // it stays one that nobody read
		}
		l = &Listing[T]{}
		m[of.clone()] = l
	}
	l.take(r, parse)
}

// take takes in a page. One that says nothing leaves the items as they were: a failed attempt is no news.
func (l *Listing[T]) take(r *history.Record, parse func(string) ([]T, string, error)) {
	x := r.Cloud
	page := max(x.Page, 1)
	items, next, problem := []T(nil), "", trouble(x)
	if problem == "" {
		var err error
		if items, next, err = parse(x.Body); err != nil {
			problem = fmt.Sprintf("%s cannot be read: %s", whatOf(x), line(err.Error()))
		}
	}
	if page > 1 && page != l.pages+1 && problem == "" {
		problem = fmt.Sprintf("page %d of %s followed page %d", page, whatOf(x), l.pages)
	}
	if page == 1 && problem == "" {
		*l = Listing[T]{}
	}
	l.read(r)
	if l.Lacks, l.More = problem, false; problem != "" {
		return
	}
	l.pages, l.Items = page, append(l.Items, items...)
	switch {
	case x.Left:
		l.More, l.Lacks = true, fmt.Sprintf("there is more of %s than the suite reads", whatOf(x))
	case next != "":
		l.Lacks = fmt.Sprintf("%s was read only up to page %d", whatOf(x), page)
	case len(l.Items) > maxItems:
		l.Items, l.Lacks = l.Items[:maxItems], fmt.Sprintf("%s has more than %d items", whatOf(x), maxItems)
	}
}

func (l *Listing[T]) read(r *history.Record) {
	l.Read = r.Wall
	if len(l.Readings) < maxReadings {
		l.Readings = append(l.Readings, r.Seq)
		return
	}
	l.Readings[maxReadings-1] = r.Seq
}

// trouble says why a reading holds nothing, empty if it holds something.
func trouble(x *history.Reading) string {
	switch denied := x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden; {
	case x.Role != "" && x.Broken != nil:
		return fmt.Sprintf("the cloud does not show %s: %s; grant %s", whatOf(x), line(x.Broken.Error), roleOf(x))
	case x.Role != "" || denied:
		return fmt.Sprintf("the cloud does not show %s (%s): grant %s", whatOf(x), status(x.Status), roleOf(x))
	case x.Broken != nil:
		return fmt.Sprintf("%s could not be read, for the request to the cloud broke at step %s: %s", whatOf(x), x.Broken.Step, line(x.Broken.Error))
	case x.Status == http.StatusNotFound:
		return fmt.Sprintf("the cloud knows no %s: check STAGING_GCP_PROJECT, STAGING_GCP_REGION and the names of the services", whatOf(x))
	case x.Status != http.StatusOK:
		return fmt.Sprintf("the cloud answered %s when it was asked for %s", status(x.Status), whatOf(x))
	case x.Cut != 0:
		return fmt.Sprintf("the answer with %s was longer than what is kept of it", whatOf(x))
	}
	return ""
}

func roleOf(x *history.Reading) string {
	if x.Role != "" {
		return line(x.Role)
	}
	return "roles/" + line(x.API) + ".viewer"
}

func whatOf(x *history.Reading) string {
	return subject{x.Purpose, x.Service, x.Revision, x.Instance}.String()
}

// nouns name what readings are for.
var nouns = map[string]string{
	history.ReadService: "the state", history.ReadRevisions: "the revisions", history.ReadMarkers: "the start-up markers",
	history.ReadStart: "the start-up log", history.ReadRequests: "the request log", history.ReadInstances: "the number of instances",
	history.ReadMemory: "the memory", history.ReadCounts: "the request counts", history.ReadLatencies: "the latencies",
	history.ReadTraced: "the log of traced requests", history.ReadServer: "the server's log",
}

// String names the subject: "the start-up log of instance 00f1 of netra-backend-staging-00642-abc".
func (s subject) String() string {
	name, owner := nouns[s.purpose], s.revision
	if name == "" {
		name = line(s.purpose)
	}
	if owner == "" {
		owner = s.service
	}
	if s.instance != "" {
		name += " of instance " + line(bounded(s.instance))
	}
	if owner != "" {
		name += " of " + line(bounded(owner))
	}
	return name
}

func (s subject) clone() subject {
	return subject{strings.Clone(s.purpose), strings.Clone(s.service), strings.Clone(s.revision), strings.Clone(s.instance)}
}
