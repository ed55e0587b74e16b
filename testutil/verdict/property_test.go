package verdict_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// badness orders the decisions.
var badness = map[string]int{summary.Proceed: 0, summary.Investigate: 1, summary.Rollback: 2}

var (
	rules    = []string{"isolation/stray", "events/all-five", "answer/canned", "handshake/closed", "auth/login-refused", "latency/connect", "hygiene/secret", "infra/dns", "infra/server-error", "threads/listed", "latency/gap"}
	criteria = []string{"D1", "D2", "D3", "D4", "P3", "P4"}
)

// aStory draws one that the evidence has.
func aStory(t *rapid.T, e *evidence.Evidence) *evidence.Story {
	return e.Stories[rapid.IntRange(0, len(e.Stories)-1).Draw(t, "story")]
}

// failure adds something that speaks against the target.
func failure(t *rapid.T, e *evidence.Evidence) {
	s := aStory(t, e)
	switch rapid.IntRange(0, 3).Draw(t, "failure") {
	case 0, 1:
		breaks(s.Header.Story, rapid.SampledFrom(rules).Draw(t, "rule"))(e)
	case 2:
		s.Criteria = append([]judge.Criterion{{ID: rapid.SampledFrom(criteria).Draw(t, "criterion"), Verdict: judge.Fail, Reason: "it failed"}}, s.Criteria...)
		breaks(s.Header.Story, "deployment/traffic")(e)
	case 3:
		if s.Test != nil {
			s.Test.Outcome = evidence.Failed
		}
	}
}

// loss takes evidence away.
func loss(t *rapid.T, e *evidence.Evidence) {
	i := rapid.IntRange(0, len(e.Stories)-1).Draw(t, "lost")
	s := e.Stories[i]
	switch rapid.IntRange(0, 9).Draw(t, "loss") {
	case 0:
		e.Stories = slices.Delete(e.Stories, i, i+1)
	case 1:
		s.Cut = errors.New("cut")
	case 2:
		s.Stopped = "stopped"
	case 3:
		s.Criteria = nil
	case 4:
		s.Header.Shows = nil
	case 5:
		s.Latencies = evidence.Latencies{}
	case 6:
		s.Test = nil
	case 7:
		e.Tests = nil
	case 8:
		e.Unread = append(e.Unread, evidence.Unread{Path: "history.jsonl", Err: errors.New("bad")})
		e.Stories = slices.Delete(e.Stories, i, i+1)
	case 9:
		for i := range s.Criteria {
			s.Criteria[i] = judge.Criterion{ID: s.Criteria[i].ID, Verdict: judge.NotMeasured, Reason: "no access"}
		}
	}
}

// some makes evidence of a run in which anything went wrong.
func some(t *rapid.T) *evidence.Evidence {
	e := healthy()
	for range rapid.IntRange(0, 3).Draw(t, "failures") {
		failure(t, e)
	}
	for range rapid.IntRange(0, 2).Draw(t, "losses") {
		if len(e.Stories) > 1 {
			loss(t, e)
		}
	}
	return e
}

func TestAFailureNeverImprovesTheDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := some(t)
		before := verdict.Of(e, expected())
		failure(t, e)
		after := verdict.Of(e, expected())
		if badness[after.Decision] < badness[before.Decision] {
			t.Fatalf("%s %v\nbecame %s %v", before.Decision, before.Reasons, after.Decision, after.Reasons)
		}
		if after.Decision == summary.Proceed {
			t.Fatalf("PROCEED although something failed: %v", after.Reasons)
		}
	})
}

func TestLostEvidenceNeverMakesADecisionGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := some(t)
		before := verdict.Of(e, expected())
		loss(t, e)
		after := verdict.Of(e, expected())
		if after.Decision == summary.Proceed && (before.Decision != summary.Proceed || after.Confidence > before.Confidence) {
			t.Fatalf("%s %v\nbecame PROCEED %v", before.Decision, before.Reasons, after.Reasons)
		}
		for i, line := range after.Criteria { // without go test's word histories speak for themselves, and nothing proceeds
			if e.Tests != nil && line.Verdict == summary.Pass && before.Criteria[i].Verdict == summary.NotMeasured {
				t.Fatalf("%s passes because evidence is lost: %s, before: %s", line.ID, line.Evidence, before.Criteria[i].Evidence)
			}
		}
	})
}

// An unmeasured criterion never counts as passed, and high confidence is for evidence that lacks nothing.
func TestProceedMeansThatNothingEssentialIsOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := verdict.Of(some(t), expected())
		for _, line := range v.Criteria {
			optional := slices.Contains([]string{"D4", "P1", "P2", "P3", "P4"}, line.ID)
			if v.Decision == summary.Proceed && line.Verdict != summary.Pass && !(optional && line.Verdict == summary.NotMeasured) {
				t.Fatalf("PROCEED although %s is %s", line.ID, line.Verdict)
			}
			if v.Confidence == verdict.High && line.Verdict == summary.NotMeasured {
				t.Fatalf("HIGH although %s is %s", line.ID, line.Verdict)
			}
		}
	})
}
