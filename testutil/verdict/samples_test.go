package verdict_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// expected is a plan that shows every criterion.
func expected() verdict.Options {
	return verdict.Options{Expected: []verdict.Expected{
		{Package: "deployment", Story: "Revision"},
		{Package: "goldenpath", Story: "Path", Shows: []string{"F1", "F4", "P1", "P2"}},
		{Package: "agentregistry", Story: "Agents", Shows: []string{"F3", "F4"}},
		{Package: "concurrentusers", Story: "Users", Shows: []string{"F2", "F5", "P1"}},
		{Package: "concurrentusers", Story: "Threads", Shows: []string{"F5"}},
	}}
}

// healthy is evidence against which nothing speaks.
func healthy() *evidence.Evidence {
	e := &evidence.Evidence{Tests: &evidence.Tests{}}
	for _, x := range expected().Expected {
		s := &evidence.Story{
			Path: x.Story + "/history.jsonl", Records: 40, Events: 20, Sessions: 3, Prompts: 4, Users: 2,
			Header: history.Header{
				Package: "./e2e/" + x.Package, Story: x.Story, Shows: x.Shows,
				Target: history.Target{Kind: "remote", API: "https://api", Auth: "https://auth"},
			},
			Logins: evidence.Logins{Answered: 2, Method: history.MethodSimulation},
		}
		lasted(s, evidence.Connect, 80*time.Millisecond)
		lasted(s, evidence.Answer, 2*time.Second)
		s.Test = &evidence.Test{Package: "x/e2e/" + x.Package, Name: x.Story, Outcome: evidence.Passed}
		e.Stories, e.Tests.All = append(e.Stories, s), append(e.Tests.All, s.Test)
	}
	for _, id := range []string{"D1", "D2", "D3", "D4", "P3", "P4"} {
		e.Stories[0].Criteria = append(e.Stories[0].Criteria, judge.Criterion{ID: id, Verdict: judge.Pass})
	}
	e.Stories[0].Serving = []evidence.Revision{
		{Role: history.Auth, Service: "auth", Name: "auth-1", Percent: 100},
		{Role: history.Backend, Service: "backend", Name: "backend-2", Before: "backend-1", Earlier: "backend-1", Percent: 100},
	}
	for _, pkg := range []string{"deployment", "goldenpath", "agentregistry", "concurrentusers"} {
		e.Tests.Packages = append(e.Tests.Packages, &evidence.Package{Name: "x/e2e/" + pkg, Outcome: evidence.Passed, Tests: 1})
	}
	return e
}

// lasted makes a phase of the story what took so long.
func lasted(s *evidence.Story, p evidence.Phase, took ...time.Duration) {
	if s.Latencies == nil {
		s.Latencies, s.Slowest = evidence.Latencies{}, map[evidence.Phase]time.Duration{}
	}
	h := hdrhistogram.New(1, int64(2*time.Minute/time.Microsecond), 3)
	for _, one := range took {
		if err := h.RecordValue(one.Microseconds()); err != nil {
			panic(err)
		}
	}
	s.Latencies[p], s.Slowest[p] = h, slices.Max(took)
}

func story(e *evidence.Evidence, name string) *evidence.Story {
	for _, s := range e.Stories {
		if s.Header.Story == name {
			return s
		}
	}
	panic(fmt.Sprintf("no story %s", name))
}

// breaks gives a story a hard finding, of which go test knows.
func breaks(name, rule string) func(*evidence.Evidence) {
	return func(e *evidence.Evidence) {
		s := story(e, name)
		s.Findings = append(s.Findings, judge.Finding{Rule: rule, Hard: true, Message: "it is broken"})
		if s.Test != nil {
			s.Test.Outcome = evidence.Failed
		}
	}
}

// says changes what the judge says of a criterion.
func says(id string, v judge.Verdict) func(*evidence.Evidence) {
	return func(e *evidence.Evidence) {
		for i := range e.Stories[0].Criteria {
			if c := &e.Stories[0].Criteria[i]; c.ID == id {
				*c = judge.Criterion{ID: id, Verdict: v, Reason: "the reason for " + id}
				if v == judge.Fail {
					breaks(e.Stories[0].Header.Story, "deployment/of-"+id)(e)
				}
			}
		}
	}
}
