package verdict_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// spoilt is how evidence fails each criterion, and how it fails to measure it. Some do so to others as well.
var spoilt = map[string]struct{ fail, open edit }{
	"D1": {says("D1", judge.Fail), says("D1", judge.NotMeasured)},
	"D2": {says("D2", judge.Fail), says("D2", judge.NotMeasured)},
	"D3": {says("D3", judge.Fail), says("D3", judge.NotMeasured)},
	"D4": {says("D4", judge.Fail), says("D4", judge.NotMeasured)},
	"F1": {breaks("Path", "answer/canned"), func(e *evidence.Evidence) { story(e, "Path").Stopped = "why" }},
	"F2": {breaks("Users", "threads/listed"), func(e *evidence.Evidence) { story(e, "Users").Sessions = 1 }},
	"F3": {breaks("Agents", "answer/echo"), breaks("Agents", "infra/dns")},
	"F4": {breaks("Revision", "events/all-five"), func(e *evidence.Evidence) { story(e, "Path").Events, story(e, "Agents").Events = 0, 0 }},
	"F5": {breaks("Revision", "isolation/stray"), without("Threads")},
	"P1": {breaks("Revision", "latency/connect"), func(e *evidence.Evidence) {
		delete(story(e, "Path").Latencies, evidence.Connect)
		delete(story(e, "Users").Latencies, evidence.Connect)
	}},
	"P2": {func(e *evidence.Evidence) { lasted(story(e, "Revision"), evidence.Answer, 1<<36) }, breaks("Path", "lifecycle/no-outcome")},
	"P3": {says("P3", judge.Fail), says("P3", judge.NotMeasured)},
	"P4": {says("P4", judge.Fail), says("P4", judge.NotMeasured)},
}

var ids = slices.Sorted(maps.Keys(spoilt))

// spoil makes evidence in which criteria fail or are not measured.
func spoil(states map[string]string) *evidence.Evidence {
	e := healthy()
	for _, id := range ids {
		if states[id] == summary.NotMeasured {
			spoilt[id].open(e)
		}
	}
	for _, id := range ids {
		if states[id] == summary.Fail {
			spoilt[id].fail(e)
		}
	}
	return e
}

func TestEveryCriterionDecides(t *testing.T) {
	for _, id := range ids {
		for _, state := range []string{summary.Fail, summary.NotMeasured} {
			t.Run(id+" "+state, func(t *testing.T) {
				states := map[string]string{id: state}
				consistent(t, verdict.Of(spoil(states), expected()), states, false)
			})
		}
	}
}

// Any criteria may fail or not be measured, at a staging or not, to the end or not.
func TestEveryCombinationDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		states := map[string]string{}
		for range rapid.IntRange(0, 4).Draw(t, "spoilt") {
			states[rapid.SampledFrom(ids).Draw(t, "criterion")] = rapid.SampledFrom([]string{summary.Fail, summary.NotMeasured}).Draw(t, "state")
		}
		e, o := spoil(states), expected()
		undecidable := unfit(t, e, &o)
		consistent(t, verdict.Of(e, o), states, undecidable)
	})
}

// unfit may make the evidence none for a decision.
func unfit(t *rapid.T, e *evidence.Evidence, o *verdict.Options) bool {
	switch kind := rapid.IntRange(-3, len(interruptions)+1).Draw(t, "unfit"); {
	case kind < 0:
		return false
	case kind == len(interruptions):
		o.Interrupted = "interrupt"
	case kind == len(interruptions)+1:
		everyTarget("embedded")(e)
	default:
		interruptions[kind].edit(e)
	}
	return true
}

// consistent tells whether the decision is one that criteria in these states allow; the others pass, as far as that goes.
func consistent(t rapid.TB, v summary.Verdict, states map[string]string, undecidable bool) {
	if undecidable != (v.Decision == summary.NoDecision) {
		t.Fatalf("%s %v", v.Decision, v.Reasons)
	}
	for id, state := range states {
		essential := strings.HasPrefix(id, "F") || slices.Contains([]string{"D1", "D2", "D3"}, id)
		switch {
		case v.Criterion(id).Verdict == summary.Pass:
			t.Fatalf("%s passes although it is %s", id, state)
		case v.Decision == summary.Proceed && (state == summary.Fail || essential):
			t.Fatalf("PROCEED although %s is %s", id, state)
		case v.Confidence == verdict.High && state == summary.NotMeasured && v.Criterion(id).Verdict != summary.Fail:
			t.Fatalf("HIGH although %s is not measured", id)
		}
	}
	worst := slices.ContainsFunc([]string{"D2", "D3", "F1", "F2", "F5"}, func(id string) bool { return states[id] == summary.Fail })
	if worst && !undecidable && v.Decision != summary.Rollback {
		t.Fatalf("%s %v", v.Decision, v.Reasons)
	}
}
