package judge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// factsOf are what was measured of a criterion, and its verdict, under all rules.
func factsOf(tell func(*story), criterion string) (facts []string, verdict Verdict) {
	s := newStory()
	tell(s)
	j := New(s.end().header)
	for _, r := range s.records {
		j.Observe(r)
	}
	j.Finish()
	for _, c := range j.Criteria() {
		if c.ID == criterion {
			return c.Facts, c.Verdict
		}
	}
	return nil, ""
}

// loaded is a fleet's use with a change.
func loaded(change func(*fleet)) func(*story) {
	return func(s *story) {
		f := healthy()
		change(&f)
		f.used(s)
	}
}

// compared are the request logs of two revisions, of which the new one failed that often.
func compared(failed int) func(*story) {
	return func(s *story) {
		s.deployed("D4").requests(fresh, times(400-failed, fresh, "GET", "/a", 200), times(failed, fresh, "GET", "/a", 500), times(9, fresh, "GET", "/b", 200))
		s.requests(stale, times(798, stale, "GET", "/a", 200), times(2, stale, "GET", "/a", 500), times(1, stale, "GET", "/b", 200))
	}
}

// Whatever becomes of a criterion, the numbers that it was judged by are told.
func TestFactsOfTheCriteria(t *testing.T) {
	const served = fresh + " has %s of the traffic of netra-backend-staging, in place of " + stale + ", and of its instances %s started"
	const servedAuth = freshAuth + " has 100 % of the traffic of netra-auth-service, in place of " + staleAuth + ", and of its instances 1 of 1 started"
	split := stateOf(backend, `"percent":100}`, `"percent":60},{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+stale+`","percent":40}`)
	silent := unlogged(fresh, "00f2", "COMPLETED SUCCESSFULLY", "Total Time", "GOLDEN PATH", "JWT INVALID")
	authLog := "2 entries of the start of " + freshAuth + " (instances: 1), the highest of severity INFO"
	authTime := freshAuth + " took 3s to start, " + staleAuth + " before it 3s, at most 5s is normal (median of 1, from the creation of the revision to their markers)"
	for name, row := range map[string]struct {
		tell      func(*story)
		criterion string
		verdict   Verdict
		want      []string
	}{
		"D1":                         {deployed(), "D1", Pass, []string{fmt.Sprintf(served, "100 %", "2 of 2"), servedAuth}},
		"D1, split traffic":          {deployed(split), "D1", Fail, []string{fmt.Sprintf(served, "60 %", "2 of 2"), servedAuth}},
		"D1, one instance is silent": {deployed(silent), "D1", Fail, []string{fmt.Sprintf(served, "100 %", "1 of 2"), servedAuth}},
		"D2":                         {deployed(), "D2", Pass, []string{"14 entries of the start of " + fresh + " (instances: 2), the highest of severity WARNING", authLog}},
		"D2, an error": {deployed(logging("00f1", 1000, "CRITICAL", "cache is away")), "D2", Fail,
			[]string{"15 entries of the start of " + fresh + " (instances: 2), the highest of severity CRITICAL", authLog}},
		"D2, an error that is allowed": {deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("^cache is", time.Hour)), "D2", Pass,
			[]string{"15 entries of the start of " + fresh + " (instances: 2), the highest of severity ERROR, 1 of them excused by the allowlist", authLog}},
		"D3": {probed(func(_ int, p *probe) { p.Took = time.Duration(40-len(p.path)) * time.Millisecond }), "D3", Pass, []string{
			"the auth service was asked 4 times and answered 200 4 times, the slowest answer took 33ms",
			"the backend service was asked 4 times and answered 200 4 times, the slowest answer took 33ms",
		}},
		"D3, one does not answer well, and one not at all": {probed(func(n int, p *probe) {
			if p.service == fixtures.Backend && n == 0 {
				p.Status, p.Body = 503, `{"status":"unhealthy"}`
			}
			if p.path == "/health/auth" && n == 1 {
				p.Status, p.Took, p.Broken = 0, time.Minute, &history.Broken{Step: history.StepTCP, Error: "refused"}
			}
		}), "D3", Fail, []string{
			"the auth service was asked 4 times and answered 200 3 times, the slowest answer took 3ms",
			"the backend service was asked 4 times and answered 200 2 times, the slowest answer took 3ms",
		}},
		"D4":         {compared(1), "D4", Pass, []string{fresh + " answered 1 of 409 (0.2 %) with 5xx, " + stale + " before it 2 of 801 (0.2 %), at 2 routes"}},
		"D4, a rise": {compared(40), "D4", Fail, []string{fresh + " answered 40 of 409 (9.8 %) with 5xx, " + stale + " before it 2 of 801 (0.2 %), at 2 routes"}},
		"D4, counts alone": {func(s *story) {
			s.deployed("D4").requests(fresh)
			s.requests(stale)
			s.counts(fresh, 500, 0)
			s.counts(stale, 400, 4)
		}, "D4", Pass, []string{"Monitoring counts 0 of 500 (0.0 %) answers 5xx of " + fresh + ", 4 of 404 (1.0 %) of " + stale + " before it"}},
		"P3": {loaded(func(f *fleet) { f.instances = 1; f.answers = func(int, int) int { return 0 } }), "P3", Pass, []string{
			"process.memory_rss 300.0 MiB → 300.0 MiB, 0.0 MiB a round", "total_tasks 12 → 12, 0 a round",
		}},
		"P3, one instance of two leaks": {loaded(func(f *fleet) { f.tasks = growing(1, 12, 2) }), "P3", Fail, []string{
			"total_tasks 16 → 30, 2 a round (the steepest of 2 instances)", "process.num_threads 24 → 24, 0 a round (the steepest of 2 instances)",
			"40 sessions and 150 samples in 10 rounds, 0 connects refused", "the shortest connect 20ms → 20ms, 0s a round",
		}},
		"P4": {deployed(), "P4", Pass, []string{fresh + " took 3.6s to start, " + stale + " before it 3.5s, at most 5.5s is normal (median of 2, by their own account)", authTime}},
		"P4, slower": {deployed(starts(fresh, -time.Minute, 10_000)), "P4", Fail,
			[]string{fresh + " took 10s to start, " + stale + " before it 3.5s, at most 5.5s is normal (median of 2, by their own account)", authTime}},
		"nothing": {func(s *story) { s.note(history.TopicMeasures, "D1") }, "D1", NotMeasured, nil},
	} {
		t.Run(name, func(t *testing.T) {
			facts, verdict := factsOf(row.tell, row.criterion)
			assert.Equal(t, row.verdict, verdict)
			if row.criterion == "P3" {
				assert.Subset(t, facts, row.want, strings.Join(facts, "\n"))
				return
			}
			assert.Equal(t, row.want, facts)
		})
	}
}

// What a server says cannot leave the line of a fact, and facts without end are not kept.
func TestFactsAreHarmlessAndFew(t *testing.T) {
	hostile := func(e *evidence) {
		const evil = `netra\u001b[31m\nrev`
		e.state[backend] = strings.ReplaceAll(e.state[backend], fresh, evil)
		e.revisions[backend][0] = strings.ReplaceAll(e.revisions[backend][0], fresh, evil)
	}
	for _, criterion := range []string{"D1", "D2", "P4"} {
		facts, _ := factsOf(deployed(hostile), criterion)
		assert.NotEmpty(t, facts, criterion)
		for _, fact := range facts {
			assert.NotRegexp(t, `[\x00-\x1f]`, fact)
		}
	}
	s := newStory()
	s.note(history.TopicMeasures, "X1")
	for n := range 10 * maxFacts {
		s.note(history.TopicWaited, fmt.Sprint(n/2))
	}
	all, _ := criteriaOf(s.end(), func(v *View, word string) { v.Shows("X1", "%s of them in %s", word, 1500*time.Microsecond) })
	assert.Len(t, all[0].Facts, maxFacts)
	assert.Equal(t, []string{"0 of them in 1.5ms", "1 of them in 1.5ms"}, all[0].Facts[:2], "each once")
}
