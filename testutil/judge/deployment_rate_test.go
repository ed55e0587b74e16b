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

// deployed makes a story one that measures the criterion on the backend alone, whose new revision is known.
func (s *story) deployed(criterion string) *story {
	s.onCloud().header.Deployment.Services = s.header.Deployment.Services[:1]
	s.note(history.TopicMeasures, criterion)
	s.reads(ask{API: history.RunAPI, Purpose: history.ReadService, Service: fixtures.BackendService}, serviceState(fresh))
	return s
}

// times are n entries of the request log of a revision.
func times(n int, revision, method, path string, status int, edits ...edit) (entries []obj) {
	for i := range n {
		written := time.Duration(i) * time.Millisecond
		if revision == stale {
			written -= time.Hour
		}
		e := logged(revision, "00f1", written, "INFO", "", append([]edit{request(method, path, status)}, edits...)...)
		e["insertId"] = fmt.Sprint(method, path, status, i)
		entries = append(entries, e)
	}
	return entries
}

// by makes an entry one of another user agent, lasting one that took so long.
func by(agent string) edit {
	return func(e obj) { e["httpRequest"].(obj)["userAgent"] = agent }
}

func lasting(took time.Duration) edit {
	return func(e obj) { e["httpRequest"].(obj)["latency"] = fmt.Sprintf("%.6fs", took.Seconds()) }
}

// requests reads the request log of a revision, whole.
func (s *story) requests(revision string, parts ...[]obj) *history.Record {
	return s.reads(ask{API: history.LoggingAPI, Purpose: history.ReadRequests, Service: serviceOf(revision), Revision: revision}, page(slices.Concat(parts...)...))
}

// counts reads Monitoring's counts of a revision.
func (s *story) counts(revision string, good, failed int) {
	series := func(class string, n int) obj {
		return obj{
			"metric": obj{"type": gcp.RequestCount, "labels": obj{"response_code_class": class}}, "resource": obj{"labels": obj{"revision_name": revision}},
			"points": []obj{{"interval": obj{"startTime": stamp(0), "endTime": stamp(time.Minute)}, "value": obj{"int64Value": fmt.Sprint(n)}}},
		}
	}
	s.reads(ask{API: history.MonitoringAPI, Purpose: history.ReadCounts, Service: serviceOf(revision), Revision: revision},
		render(obj{"timeSeries": []obj{series("2xx", good), series("5xx", failed)}}))
}

const denied = `{"error":{"code":403,"status":"PERMISSION_DENIED"}}`

// A measured trial is a story and what becomes of a criterion and of the rules that are to judge it.
type measured struct {
	name  string
	tell  func(*story)
	want  Verdict
	hard  []string
	soft  []string
	about string // a text that a finding or the criterion's reason must hold
}

func measure(t *testing.T, rules []Rule, trials []measured) {
	t.Helper()
	for _, try := range trials {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			try.tell(s)
			s.end()
			j := New(s.header, rules...)
			var found []Finding
			for _, r := range s.records {
				found = append(found, j.Observe(r)...)
			}
			found = append(found, j.Finish()...)
			requireProof(t, s, found)
			listing := s.listing(found)
			require.Equal(t, try.hard, orNil(ids(found, true)), "hard findings\n%s", listing)
			require.Equal(t, try.soft, orNil(ids(found, false)), "soft findings\n%s", listing)
			reason := ""
			if try.want != "" {
				require.Len(t, j.Criteria(), 1)
				reason = j.Criteria()[0].Reason
				assert.Equal(t, try.want, j.Criteria()[0].Verdict, reason)
			}
			if try.about != "" {
				require.Contains(t, listing+reason, try.about)
			}
		})
	}
}

func TestErrorRates(t *testing.T) { measure(t, rateRules, rateTrials()) }

func rateTrials() []measured {
	rose := []string{"deployment/error-rate"}
	good := func(revision string, n int) []obj { return times(n, revision, "GET", "/api/threads", 200) }
	bad := func(revision string, n int) []obj { return times(n, revision, "GET", "/api/threads", 500) }
	return []measured{
		{name: "none fails", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60))
			s.requests(stale, good(stale, 80))
		}},
		{name: "as many as before", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 190), bad(fresh, 10))
			s.requests(stale, good(stale, 380), bad(stale, 20))
		}},
		{name: "fewer than before", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 200))
			s.requests(stale, good(stale, 200), bad(stale, 200))
		}},
		{name: "many more", want: Fail, hard: rose, about: "answered 20 of 80 (25.0 %) with 5xx", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60), bad(fresh, 20))
			s.requests(stale, good(stale, 98), bad(stale, 2))
		}},
		{name: "it is said where", want: Fail, hard: rose, about: "most at GET /api/threads/*/messages (12 of 12, before 0 of 20)", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60), times(12, fresh, "GET", "/api/threads/thread_83ab12/messages?limit=3", 502))
			s.requests(stale, good(stale, 98), times(20, stale, "GET", "/api/threads/thread_99cd77/messages", 200))
		}},
		{name: "the worst comes first", want: Fail, hard: rose, about: "most at GET /worse (20 of 20, before 0 of 20), GET /bad (9 of 60, before 0 of 98)", tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(51, fresh, "GET", "/bad", 200), times(9, fresh, "GET", "/bad", 500), times(20, fresh, "GET", "/worse", 500))
			s.requests(stale, times(98, stale, "GET", "/bad", 200), times(20, stale, "GET", "/worse", 200))
		}},
		{name: "more, by chance", want: Pass, soft: rose, about: "p = 0.", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 96), bad(fresh, 4))
			s.requests(stale, good(stale, 98), bad(stale, 2))
		}},
		{name: "one in ten fails, and few were asked", want: NotMeasured, soft: rose, about: "perhaps a rise; use the new revision more", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 46), bad(fresh, 5))
			s.requests(stale, good(stale, 60), times(60, stale, "GET", "/other", 200))
		}},
		{name: "one in a hundred more is within tolerance", want: Pass, soft: rose, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 970), bad(fresh, 30))
			s.requests(stale, good(stale, 980), bad(stale, 20))
		}},
		{name: "two failures are no rate", want: Pass, soft: rose, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 58), bad(fresh, 2))
			s.requests(stale, good(stale, 9000))
		}},
		{name: "three are", want: Fail, hard: rose, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 57), bad(fresh, 3))
			s.requests(stale, good(stale, 9000))
		}},
		{name: "only asked more where it always fails", want: Pass, tell: func(s *story) {
			flaky := func(revision string, n int, status int) []obj { return times(n, revision, "GET", "/flaky", status) }
			s.deployed("D4").requests(fresh, good(fresh, 60), flaky(fresh, 50, 200), flaky(fresh, 50, 500))
			s.requests(stale, good(stale, 600), flaky(stale, 5, 200), flaky(stale, 5, 500))
		}},
		{name: "asked less where it fails, and worse everywhere", want: Fail, hard: rose, tell: func(s *story) {
			flaky := func(revision string, n int, status int) []obj { return times(n, revision, "GET", "/flaky", status) }
			s.deployed("D4").requests(fresh, good(fresh, 360), bad(fresh, 40))
			s.requests(stale, good(stale, 400), flaky(stale, 200, 500))
			s.requests(fresh, good(fresh, 360), bad(fresh, 40), flaky(fresh, 1, 500))
		}},
		{name: "routes that only one served say nothing", want: NotMeasured, about: "answered 49 requests", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 49), times(90, fresh, "POST", "/new", 500))
			s.requests(stale, good(stale, 80), times(90, stale, "POST", "/old", 500))
		}},
		{name: "what suites provoke", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60),
				times(30, fresh, "POST", "/api/agents/execute", 500, by("netra-staging-e2e/1 (run 00; provoked)")),
				times(30, fresh, "GET", "/ws", 503, by("curl/8")), times(30, fresh, "GET", "/api/v1/websocket?x=1", 503, by("curl/8")),
				times(30, fresh, "GET", "/auth/callback?code=1", 500, by("curl/8")), times(30, fresh, "GET", "/test/gcp-errors/boom", 500, by("curl/8")))
			s.requests(stale, good(stale, 60), times(5, stale, "GET", "/ws", 101), times(5, stale, "POST", "/api/agents/execute", 200),
				times(5, stale, "GET", "/auth/callback", 302), times(5, stale, "GET", "/test/gcp-errors/boom", 404))
		}},
		{name: "an upgrade of our own that was refused counts", want: Fail, hard: rose, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60), times(30, fresh, "GET", "/ws", 503))
			s.requests(stale, good(stale, 60), times(30, stale, "GET", "/ws", 101))
		}},
		{name: "an entry that came twice counts once", want: NotMeasured, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 30), good(fresh, 30))
			s.requests(stale, good(stale, 80))
		}},
		{name: "no answer is none", want: NotMeasured, tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(90, fresh, "GET", "/api/threads", 0))
			s.requests(stale, good(stale, 80))
		}},
		{name: "too few before", want: NotMeasured, about: "fewer than 50: let this story, or users, use a revision before it is replaced", tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60), bad(fresh, 20))
			s.requests(stale, good(stale, 49))
		}},
		{name: "no baseline", want: NotMeasured, about: "STAGING_BASELINE_REVISION", tell: func(s *story) {
			s.deployed("D4").header.Deployment.Services[0].Baseline = ""
		}},
		{name: "nothing new", want: NotMeasured, about: "the baseline itself", tell: func(s *story) {
			s.deployed("D4").header.Deployment.Services[0].Baseline = fresh
		}},
		{name: "no state", want: NotMeasured, about: "the new revision of netra-backend-staging is not known", tell: func(s *story) {
			s.onCloud().header.Deployment.Services = s.header.Deployment.Services[:1]
			s.note(history.TopicMeasures, "D4")
		}},
		{name: "a service that was not deployed", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, good(fresh, 60))
			s.requests(stale, good(stale, 80))
			s.header.Deployment.Services = append(s.header.Deployment.Services, history.Service{Role: history.Auth, Name: fixtures.AuthService})
		}},
		{name: "no cloud", want: NotMeasured, about: "set STAGING_GCP_PROJECT", tell: func(s *story) { s.note(history.TopicMeasures, "D4") }},
		{name: "nobody measures it", tell: func(s *story) { s.user() }},
	}
}
