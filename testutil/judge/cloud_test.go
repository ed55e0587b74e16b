package judge

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// seen is what the judge sees of the cloud at the end of a story.
func (s *story) seen() *Cloud {
	j := New(s.header, Rule{})
	for _, r := range s.records {
		j.Observe(r)
	}
	return &j.view.Cloud
}

const backend = fixtures.BackendService

var ofRequests = ask{API: history.LoggingAPI, Purpose: history.ReadRequests, Service: backend, Revision: fresh}

func nth(a ask, page int) ask { a.Page = page; return a }

func requestsAt(next string, seconds ...int) string {
	var list []obj
	for _, n := range seconds {
		list = append(list, logged(fresh, "00f1", time.Duration(n)*time.Second, "INFO", "", request("GET", fmt.Sprint("/", n), 200)))
	}
	o := obj{"entries": list}
	if next != "" {
		o["nextPageToken"] = next
	}
	return render(o)
}

func TestListings(t *testing.T) {
	denied := ask{API: history.LoggingAPI, Purpose: history.ReadRequests, Service: backend, Revision: fresh, Status: 403}
	for _, try := range []struct {
		name  string
		tell  func(*story)
		want  []string // URLs
		lacks string
		from  []uint64
	}{
		{"nobody asked", func(*story) {}, nil, "nobody read the request log of " + fresh, nil},
		{"one page", func(s *story) { s.reads(ofRequests, requestsAt("", 1, 2)) }, []string{"/1", "/2"}, "", []uint64{1}},
		{"nothing is there", func(s *story) { s.reads(ofRequests, `{}`) }, nil, "", []uint64{1}},
		{"three pages, one empty", func(s *story) {
			s.reads(nth(ofRequests, 1), requestsAt("a", 1))
			s.reads(nth(ofRequests, 2), requestsAt("b"))
			s.reads(nth(ofRequests, 3), requestsAt("", 2))
		}, []string{"/1", "/2"}, "", []uint64{1, 2, 3}},
		{"it begins again", func(s *story) {
			s.reads(nth(ofRequests, 1), requestsAt("a", 1))
			s.reads(nth(ofRequests, 2), requestsAt("", 2))
			s.reads(nth(ofRequests, 1), requestsAt("", 3))
		}, []string{"/3"}, "", []uint64{3}},
		{"it stops half-way", func(s *story) { s.reads(nth(ofRequests, 1), requestsAt("a", 1)) }, []string{"/1"}, "was read only up to page 1", []uint64{1}},
		{"a page is missing", func(s *story) {
			s.reads(nth(ofRequests, 1), requestsAt("a", 1))
			s.reads(nth(ofRequests, 3), requestsAt("", 3))
		}, []string{"/1"}, "page 3 of the request log of " + fresh + " followed page 1", []uint64{1, 2}},
		{"more than the suite reads", func(s *story) {
			a := ofRequests
			a.Left = true
			s.reads(a, requestsAt("a", 1))
		}, []string{"/1"}, "there is more of", []uint64{1}},
		{"a quota, then a second attempt", func(s *story) {
			a := nth(ofRequests, 2)
			a.Status = 429
			s.reads(nth(ofRequests, 1), requestsAt("a", 1))
			s.reads(a, `{"error":{"code":429}}`)
			s.reads(nth(ofRequests, 2), requestsAt("", 2))
		}, []string{"/1", "/2"}, "", []uint64{1, 2, 3}},
		{"a quota at last", func(s *story) {
			a := nth(ofRequests, 1)
			a.Status = 429
			s.reads(nth(ofRequests, 1), requestsAt("", 1))
			s.reads(a, `{"error":{"code":429}}`)
		}, []string{"/1"}, "the cloud answered 429 Too Many Requests", []uint64{1, 2}},
		{"denied", func(s *story) { s.reads(denied, `{}`) }, nil, "the cloud does not show the request log of " + fresh + " (403 Forbidden): grant roles/logging.viewer", []uint64{1}},
		{"denied, with a role", func(s *story) {
			a := denied
			a.Role = "roles/logging.privateLogViewer"
			s.reads(a, `{}`)
		}, nil, "grant roles/logging.privateLogViewer", []uint64{1}},
		{"not found", func(s *story) {
			a := ofRequests
			a.Status = 404
			s.reads(a, `{}`)
		}, nil, "check STAGING_GCP_PROJECT", []uint64{1}},
		{"cut", func(s *story) {
			a := ofRequests
			a.Cut = 7
			s.reads(a, requestsAt("", 1))
		}, nil, "was longer than what is kept of it", []uint64{1}},
		{"broken", func(s *story) {
			a := ofRequests
			a.Broken = &history.Broken{Step: history.StepTCP, Error: "refused\n"}
			s.reads(a, "")
		}, nil, `broke at step tcp: refused\n`, []uint64{1}},
		{"no credentials", func(s *story) {
			a := ofRequests
			a.Role, a.Broken = "roles/logging.viewer", &history.Broken{Step: history.StepRequest, Error: "no credentials"}
			s.reads(a, "")
		}, nil, "the cloud does not show the request log of " + fresh + ": no credentials; grant roles/logging.viewer", []uint64{1}},
		{"no JSON", func(s *story) { s.reads(ofRequests, "<html>") }, nil, "cannot be read", []uint64{1}},
		{"many pages", func(s *story) {
			for n := range 20 {
				s.reads(nth(ofRequests, n+1), requestsAt(map[bool]string{true: "a"}[n < 19]))
			}
		}, nil, "", []uint64{1, 2, 3, 4, 5, 6, 7, 20}},
	} {
		t.Run(try.name, func(t *testing.T) {
			s := newStory().onCloud()
			try.tell(s)
			got := s.seen().Requests(backend, fresh)
			var urls []string
			for _, e := range got.Items {
				urls = append(urls, e.Request.URL[len("https://x.run.app"):])
			}
			assert.Equal(t, try.want, urls)
			assert.Equal(t, try.lacks == "", got.Whole())
			assert.Contains(t, got.Lacks, try.lacks)
			assert.Equal(t, try.from, got.Readings)
			assert.Equal(t, len(try.from) > 0, got.Asked())
			if got.Asked() {
				assert.Equal(t, s.records[len(s.records)-1].Wall, got.Read)
			}
		})
	}
}

func TestWhatListingsAreOf(t *testing.T) {
	s := newStory().onCloud()
	short := ask{API: history.RunAPI, Purpose: history.ReadService, Service: backend}
	s.reads(short, serviceState(fresh))
	short.Purpose = history.ReadRevisions
	s.reads(short, revisionList(revisionState(fresh, -time.Minute), revisionState(stale, -time.Hour)))
	for _, instance := range []string{"00f2", "", "00f1"} {
		s.reads(ask{Purpose: history.ReadStart, Service: backend, Revision: full(fresh), Instance: instance}, page(logged(fresh, instance, 0, "INFO", "of "+instance)))
	}
	s.reads(ask{Purpose: history.ReadMarkers, Service: backend, Revision: fresh}, page(logged(fresh, "00f1", 0, "INFO", "a marker")))
	s.reads(ask{Purpose: history.ReadRequests, Service: backend, Revision: stale}, page())
	s.reads(ofRequests, page())
	s.reads(ask{Purpose: history.ReadCounts, Service: backend, Revision: fresh}, `{"timeSeries":[{"metric":{"type":"run.googleapis.com/request_count"},"points":[{"value":{"int64Value":"7"}}]}]}`)
	s.reads(ask{Purpose: history.ReadServer}, "not for the judge")
	s.reads(ask{Purpose: "of a newer suite"}, "not known")
	s.add(&history.Record{Kind: history.Cloud})

	c := s.seen()
	assert.Equal(t, fresh, c.State(backend).Items[0].LatestCreated)
	assert.Len(t, c.Revisions(backend).Items, 2)
	assert.Equal(t, []string{"00f1", "00f2"}, c.Looked(backend, fresh))
	assert.Empty(t, c.Looked(backend, stale))
	assert.Equal(t, "of 00f2", c.Start(backend, fresh, "00f2").Items[0].Text)
	assert.Equal(t, "of ", c.Start(backend, fresh, "").Items[0].Text)
	assert.Equal(t, "a marker", c.Markers(backend, fresh).Items[0].Text)
	assert.Equal(t, []string{stale, fresh}, c.Answered(backend))
	assert.Equal(t, 7.0, c.Series(history.ReadCounts, backend, fresh).Items[0].Points[0].Value)
	assert.Equal(t, "nobody read the start-up log of instance 00f9 of "+fresh, c.Start(backend, fresh, "00f9").Lacks)
	assert.Equal(t, "nobody read the state of netra-auth-service", c.State(fixtures.AuthService).Lacks)
}

func TestInstancesByTrace(t *testing.T) {
	s := newStory().onCloud()
	a := ask{API: history.LoggingAPI, Purpose: history.ReadTraced, Service: backend}
	s.reads(a, page(logged(fresh, "00f1", 0, "INFO", "", request("GET", "/health", 200), traced("aa"))))
	s.reads(a, page(logged(fresh, "00f2", 0, "INFO", "", request("GET", "/health", 200), traced("bb")), logged(fresh, "00f3", 0, "INFO", "untraced")))
	a.Status = 403
	s.reads(a, "{}")
	c := s.seen()
	assert.Equal(t, "00f1", c.InstanceOf("aa"), "each listing is of other traces")
	assert.Equal(t, "00f2", c.InstanceOf("bb"))
	assert.Empty(t, c.InstanceOf("cc"))
	assert.Empty(t, c.InstanceOf(""))
	assert.Contains(t, c.Traced().Lacks, "grant roles/logging.viewer")
}

func TestNewAndBaseline(t *testing.T) {
	failed := revisionState(fixtures.BackendService+"-00640-bad", -30*time.Minute, gcp.Succeeded, gcp.Failed)
	list := revisionList(revisionState(fresh, -time.Minute), failed, revisionState(stale, -time.Hour), revisionState(fixtures.BackendService+"-00639-old", -2*time.Hour))
	for _, try := range []struct {
		name            string
		tell            func(*story)
		fresh, baseline string
	}{
		{"given", func(s *story) {}, fresh, stale},
		{"given by its full name", func(s *story) { s.service(history.Backend).Baseline = full(stale) }, fresh, stale},
		{"the newest ready one before the deployment began", func(s *story) {
			s.service(history.Backend).Baseline, s.header.Deployment.Began = "", storyStart.Add(-2*time.Minute)
		}, fresh, stale},
		{"an older beginning", func(s *story) {
			s.service(history.Backend).Baseline, s.header.Deployment.Began = "", storyStart.Add(-time.Hour-time.Second)
		}, fresh, fixtures.BackendService + "-00639-old"},
		{"nothing was there", func(s *story) {
			s.service(history.Backend).Baseline, s.header.Deployment.Began = "", storyStart.Add(-24*time.Hour)
		}, fresh, ""},
		{"nobody said", func(s *story) { s.service(history.Backend).Baseline = "" }, fresh, ""},
	} {
		t.Run(try.name, func(t *testing.T) {
			s := newStory().onCloud()
			try.tell(s)
			s.reads(ask{Purpose: history.ReadService, Service: backend}, serviceState(fresh))
			s.reads(ask{Purpose: history.ReadRevisions, Service: backend}, list)
			c, of := s.seen(), *s.service(history.Backend)
			got, ok := c.New(of)
			require.True(t, ok)
			assert.Equal(t, try.fresh, got.Name)
			assert.Equal(t, storyStart.Add(-time.Minute), got.Created)
			before, ok := c.Baseline(of)
			assert.Equal(t, try.baseline != "", ok)
			assert.Equal(t, try.baseline, before.Name)
		})
	}
	c := newStory().onCloud().seen()
	_, ok := c.New(c.Services()[0])
	assert.False(t, ok, "nobody asked")
	assert.Nil(t, newStory().seen().Services())
}

func TestListingsAreBounded(t *testing.T) {
	s := newStory().onCloud()
	for n := range 2 * maxListings {
		s.reads(ask{Purpose: history.ReadRequests, Service: fmt.Sprint("service-", n)}, page())
	}
	crowded := page(slices.Repeat([]obj{logged(fresh, "00f1", 0, "INFO", "")}, maxItems/10)...)
	for n := range 12 {
		s.reads(nth(ask{Purpose: history.ReadRequests, Service: "service-0"}, n+1), crowded)
	}
	c := s.seen()
	assert.Len(t, c.entries, maxListings)
	assert.False(t, c.Requests(fmt.Sprint("service-", maxListings), "").Whole())
	assert.Len(t, c.Requests("service-0", "").Items, maxItems)
	assert.Contains(t, c.Requests("service-0", "").Lacks, "more than 50000 items")
}
