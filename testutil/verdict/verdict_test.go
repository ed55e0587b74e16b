package verdict_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

type edit = func(*evidence.Evidence)

func all(edits ...edit) edit {
	return func(e *evidence.Evidence) {
		for _, edit := range edits {
			edit(e)
		}
	}
}

// unmeasured makes the first story red for what it does not measure.
func unmeasured() edit {
	return func(e *evidence.Evidence) { breaks(e.Stories[0].Header.Story, judge.Unmeasured)(e) }
}

func backend(change func(*evidence.Revision)) edit {
	return func(e *evidence.Evidence) { change(&e.Stories[0].Serving[1]) }
}

// beside adds a story that shows no criterion.
func beside(e *evidence.Evidence) {
	s := *story(e, "Path")
	s.Header.Story, s.Header.Shows = "Beside", nil
	s.Test = &evidence.Test{Package: s.Test.Package, Name: "Beside", Outcome: evidence.Passed}
	e.Stories, e.Tests.All = append(e.Stories, &s), append(e.Tests.All, s.Test)
}

func without(name string) edit {
	return func(e *evidence.Evidence) {
		e.Stories = slices.DeleteFunc(e.Stories, func(s *evidence.Story) bool { return s.Header.Story == name })
	}
}

func TestOf(t *testing.T) {
	const (
		proceed, investigate, rollback, none = summary.Proceed, summary.Investigate, summary.Rollback, summary.NoDecision
		high, medium, low                    = verdict.High, verdict.Medium, verdict.Low
	)
	for _, row := range []struct {
		name       string
		edit       edit
		decision   string
		confidence string
		lines      string // criteria that did not pass: "F1 fail, P1 not measured"
		reason     string // is among the reasons
	}{
		{"nothing", all(), proceed, high, "", "all 13 criteria passed, and nothing speaks against any of 5 stories"},

		{"D4 unmeasured", says("D4", judge.NotMeasured), proceed, medium, "D4 not measured", "not measured: D4"},
		{"P3 and P4 unmeasured", all(says("P3", judge.NotMeasured), says("P4", judge.NotMeasured)), proceed, medium, "P3 not measured, P4 not measured", "not measured: P3, P4"},
		{"D4 unmeasured, which nobody has allowed", all(says("D4", judge.NotMeasured), unmeasured()), proceed, medium, "D4 not measured", "not measured: D4"},
		{"D4 unmeasured, and the story stopped", all(says("D4", judge.NotMeasured), unmeasured(), func(e *evidence.Evidence) { e.Stories[0].Stopped = "why" }), investigate, low,
			"D1 not measured, D2 not measured, D3 not measured, D4 not measured, P3 not measured, P4 not measured", "not measured: D1, D2, D3, D4, P3, P4"},
		{"D4 unmeasured, and something else is broken", all(says("D4", judge.NotMeasured), unmeasured(), func(e *evidence.Evidence) {
			breaks(e.Stories[0].Header.Story, "threads/listed")(e)
		}), investigate, medium, "D4 not measured", "not measured: D4"},
		{"an ability unmeasured", func(e *evidence.Evidence) {
			e.Stories[0].Criteria = append(e.Stories[0].Criteria, judge.Criterion{ID: "restart", Verdict: judge.NotMeasured})
			unmeasured()(e)
		}, investigate, high, "", ""},
		{"D1 unmeasured", says("D1", judge.NotMeasured), investigate, low, "D1 not measured", "not measured: D1"},
		{"D2 unmeasured", says("D2", judge.NotMeasured), investigate, low, "D2 not measured", "not measured: D2"},
		{"D3 unmeasured", says("D3", judge.NotMeasured), investigate, low, "D3 not measured", "not measured: D3"},
		{"no criterion was measured", func(e *evidence.Evidence) { e.Stories[0].Criteria = nil }, investigate, low,
			"D1 not measured, D2 not measured, D3 not measured, D4 not measured, P3 not measured, P4 not measured", "not measured: D1, D2, D3, D4, P3, P4"},
		{"a criterion that another story could not measure", func(e *evidence.Evidence) {
			story(e, "Path").Criteria = []judge.Criterion{{ID: "D3", Verdict: judge.NotMeasured, Reason: "why"}}
		}, investigate, low, "D3 not measured", "not measured: D3"},

		{"D1", says("D1", judge.Fail), investigate, high, "D1 fail", "failed: D1"},
		{"D2", says("D2", judge.Fail), rollback, high, "D2 fail", "backend-2 has 100 % of the traffic, and backend-1 could serve again: gcloud run services update-traffic backend --to-revisions backend-1=100"},
		{"D3", says("D3", judge.Fail), rollback, high, "D3 fail", "failed: D3"},
		{"D4", says("D4", judge.Fail), investigate, high, "D4 fail", "failed: D4"},
		{"P3", says("P3", judge.Fail), investigate, high, "P3 fail", "failed: P3"},
		{"P4", says("P4", judge.Fail), investigate, high, "P4 fail", "failed: P4"},
		{"D2 and D4 unmeasured", all(says("D2", judge.Fail), says("D4", judge.NotMeasured)), rollback, medium, "D2 fail, D4 not measured", "not measured: D4"},
		{"D2, and no candidate", all(says("D2", judge.Fail), backend(func(r *evidence.Revision) { r.Earlier = "" })), investigate, high, "D2 fail", "no rollback: the evidence names no revision that could serve again"},
		{"D2, and the old revision serves", all(says("D2", judge.Fail), backend(func(r *evidence.Revision) { r.Name = "backend-1" })), investigate, high, "D2 fail", "no rollback: it is not known that a new revision serves"},
		{"D2, and no baseline is known", all(says("D2", judge.Fail), backend(func(r *evidence.Revision) { r.Before = "" })), investigate, high, "D2 fail", "no rollback: it is not known that a new revision serves"},
		{"D2, and the new one has no traffic", all(says("D2", judge.Fail), backend(func(r *evidence.Revision) { r.Percent = 0 })), investigate, high, "D2 fail", "no rollback: it is not known that a new revision serves"},
		{"D2, and nobody looked", all(says("D2", judge.Fail), func(e *evidence.Evidence) { e.Stories[0].Serving = nil }), investigate, high, "D2 fail", "no rollback: the evidence does not tell which revision of the backend serves"},

		{"isolation, in a story that shows it", breaks("Users", "isolation/foreign-run"), rollback, high, "F2 fail, F5 fail", "failed: F2, F5"},
		{"isolation, wherever", breaks("Revision", "isolation/foreign-run"), rollback, high, "F5 fail", "failed: F5"},
		{"one after the other", breaks("Users", "isolation/serialised"), rollback, high, "F2 fail", "failed: F2"},
		{"another identity", breaks("Agents", "auth/identity"), rollback, high, "F5 fail", "failed: F5"},
		{"no login on the golden path", breaks("Path", "auth/login-refused"), rollback, high, "F1 fail", "failed: F1"},
		{"no login elsewhere", breaks("Revision", "auth/login-refused"), investigate, high, "", "1 of 5 stories are red: Revision"},
		{"events on the golden path", breaks("Path", "events/all-five"), rollback, high, "F1 fail, F4 fail", "failed: F1, F4"},
		{"events elsewhere", breaks("Revision", "events/all-five"), investigate, high, "F4 fail", "failed: F4"},
		{"order of the agents", breaks("Agents", "lifecycle/no-outcome"), investigate, high, "F3 fail, F4 fail", "failed: F3, F4"},
		{"an answer of an agent", breaks("Agents", "answer/canned"), investigate, high, "F3 fail", "failed: F3"},
		{"a place", breaks("Revision", "handshake/place-freed"), rollback, high, "F2 fail", "failed: F2"},
		{"a server error", breaks("Users", "infra/server-error"), rollback, high, "F2 fail", "failed: F2"},
		{"a slow connect", breaks("Agents", "latency/connect"), investigate, high, "P1 fail", "failed: P1"},
		{"a slow answer", breaks("Agents", "latency/answer"), investigate, high, "P2 fail", "failed: P2"},
		{"hygiene is no criterion", breaks("Path", "hygiene/secret"), investigate, high, "", "1 of 5 stories are red: Path"},
		{"nobody accuses", breaks("Path", "latency/gap"), investigate, high, "", "1 of 5 stories are red: Path"},
		{"the network", breaks("Path", "infra/dns"), investigate, low, "F1 not measured, F4 not measured, P1 not measured, P2 not measured", "not measured: F1, F4, P1, P2"},
		{"soft findings", func(e *evidence.Evidence) {
			story(e, "Path").Findings = []judge.Finding{{Rule: "isolation/stray"}, {Rule: "answer/canned"}}
		}, proceed, high, "", "all 13"},

		{"a connect of 30 s", func(e *evidence.Evidence) {
			lasted(story(e, "Path"), evidence.Connect, time.Second, 30*time.Second)
		}, investigate, high, "P1 fail", "failed: P1"},
		{"an answer of 60 s", func(e *evidence.Evidence) { lasted(story(e, "Path"), evidence.Answer, time.Minute) }, investigate, high, "P2 fail", "failed: P2"},
		{"just below both limits", func(e *evidence.Evidence) { // which a histogram of three digits rounds to more
			lasted(story(e, "Path"), evidence.Connect, 30*time.Second-time.Nanosecond)
			lasted(story(e, "Path"), evidence.Answer, time.Minute-time.Nanosecond)
		}, proceed, high, "", "all 13"},
		{"a connect of 30 s in a story that does not show it", func(e *evidence.Evidence) { lasted(story(e, "Revision"), evidence.Connect, 30*time.Second) }, investigate, high, "P1 fail", "failed: P1"},
		{"an answer of 60 s in a story that does not show it", func(e *evidence.Evidence) { lasted(story(e, "Users"), evidence.Answer, time.Minute) }, investigate, high, "P2 fail", "failed: P2"},
		{"a welcome that never came", breaks("Path", "handshake/no-welcome"), rollback, medium, "F1 fail, P1 not measured", "failed: F1"},
		{"an answer that never came", breaks("Path", "lifecycle/no-outcome"), rollback, medium, "F1 fail, F4 fail, P2 not measured", "failed: F1, F4"},
		{"no answer at all", func(e *evidence.Evidence) { delete(story(e, "Path").Latencies, evidence.Answer) }, investigate, low, "F1 not measured, P2 not measured", "not measured: F1, P2"},
		{"no events", func(e *evidence.Evidence) { story(e, "Path").Events, story(e, "Agents").Events = 0, 0 }, investigate, low, "F4 not measured", "not measured: F4"},
		{"one user", func(e *evidence.Evidence) { story(e, "Users").Users, story(e, "Threads").Users = 1, 1 }, investigate, low, "F5 not measured", "not measured: F5"},
		{"one session", func(e *evidence.Evidence) { story(e, "Users").Sessions = 1 }, investigate, low, "F2 not measured", "not measured: F2"},

		{"an old history", func(e *evidence.Evidence) { story(e, "Agents").Header.Shows = nil }, investigate, low, "F3 not measured, F4 not measured", "not measured: F3, F4"},
		{"a story stopped", func(e *evidence.Evidence) { story(e, "Agents").Stopped = "tired" }, investigate, low, "F3 not measured, F4 not measured", "not measured: F3, F4"},
		{"a history is cut", func(e *evidence.Evidence) { story(e, "Agents").Cut = errors.New("cut") }, investigate, low, "F3 not measured, F4 not measured", "the history of Agents is not whole (Agents/history.jsonl): cut"},
		{"a history is cut after a leak", all(breaks("Threads", "isolation/stray"), func(e *evidence.Evidence) { story(e, "Threads").Cut = errors.New("cut") }), rollback, low, "F5 fail", "failed: F5"},
		{"a criterion's history is cut", func(e *evidence.Evidence) { e.Stories[0].Cut = errors.New("cut") }, investigate, low,
			"D1 not measured, D2 not measured, D3 not measured, D4 not measured, P3 not measured, P4 not measured", "1 of 5 stories are red: Revision"},
		{"go test contradicts", func(e *evidence.Evidence) { story(e, "Agents").Test.Outcome = evidence.Failed }, investigate, low, "F3 not measured, F4 not measured", "1 of 5 stories are red: Agents"},
		{"a skip", func(e *evidence.Evidence) { story(e, "Agents").Test.Outcome = evidence.Skipped }, investigate, low, "F3 not measured, F4 not measured", "1 of 5 stories are red: Agents"},
		{"no end", func(e *evidence.Evidence) { story(e, "Agents").Test.Outcome = evidence.Unfinished }, investigate, low, "F3 not measured, F4 not measured", "1 of 5 stories are red: Agents"},
		{"today's rules are stricter", func(e *evidence.Evidence) {
			story(e, "Path").Findings = []judge.Finding{{Rule: "hygiene/secret", Hard: true}}
		}, investigate, low, "", "1 of 5 stories are red: Path"},

		{"a story is missing", without("Threads"), investigate, low, "F5 not measured", "Threads is missing"},
		{"a story that shows nothing is missing", func(e *evidence.Evidence) {
			e.Stories[0].Header.Story = "Other"
			e.Stories[0].Test = nil
		}, investigate, low, "D1 not measured, D2 not measured, D3 not measured, D4 not measured, P3 not measured, P4 not measured", "Revision is missing"},
		{"a package is missing", all(without("Users"), without("Threads")), investigate, low, "F2 not measured, F5 not measured, P1 not measured", "the package concurrentusers is missing"},
		{"a file is not read", func(e *evidence.Evidence) { e.Unread = []evidence.Unread{{Path: "f", Err: errors.New("bad")}} }, investigate, low, "", "f cannot be read: bad"},
		{"no stream of go test", func(e *evidence.Evidence) {
			e.Tests = nil
			for _, s := range e.Stories {
				s.Test = nil
			}
		}, investigate, low, "", "no output of go test -json was given: a test that failed without a finding is not known"},
		{"go test does not know a story", func(e *evidence.Evidence) { story(e, "Path").Test = nil }, investigate, low, "F1 not measured, F4 not measured, P1 not measured, P2 not measured", "go test says nothing about Path"},
		{"a package failed by itself", func(e *evidence.Evidence) { e.Tests.Packages[1].Outcome = evidence.Failed }, investigate, low, "", "package goldenpath: fail, and by none of its tests"},
		{"a test left no history", func(e *evidence.Evidence) {
			e.Tests.All = append(e.Tests.All, &evidence.Test{Package: "x/e2e/goldenpath", Name: "TestStagingLost", Outcome: evidence.Failed})
		}, investigate, low, "", "TestStagingLost (goldenpath): fail, and left no history"},
		{"two revisions serve", func(e *evidence.Evidence) {
			again := e.Stories[0].Serving[1]
			again.Name = "backend-3"
			story(e, "Path").Serving = append(story(e, "Path").Serving, again)
		}, investigate, low, "", "the evidence does not tell which one revision of the backend serves"},
		{"one that shows nothing failed, and does not say why", all(beside, func(e *evidence.Evidence) {
			story(e, "Beside").Test.Outcome = evidence.Failed
		}), investigate, low, "", "1 of 6 stories are red: Beside"},
		{"one that shows nothing stopped", all(beside, breaks("Beside", judge.Unmeasured), func(e *evidence.Evidence) {
			story(e, "Beside").Stopped = "why"
		}), investigate, high, "", "1 of 6 stories are red: Beside"},
		{"nothing but a damaged file", func(e *evidence.Evidence) {
			*e = evidence.Evidence{Unread: []evidence.Unread{{Path: "f", Err: errors.New("bad")}}}
		}, investigate, low, "D1 not measured, D2 not measured, D3 not measured, D4 not measured, F1 not measured, F2 not measured, F3 not measured, F4 not measured, F5 not measured, " +
			"P1 not measured, P2 not measured, P3 not measured, P4 not measured", "f cannot be read: bad"},

		{"embedded", everyTarget("embedded"), none, low, "", "the target is embedded: the run says that the suite works, and nothing about any staging"},
		{"of an unknown kind", everyTarget(""), none, low, "", "the target is embedded: the run says that the suite works, and nothing about any staging"},
		{"embedded and faulty", all(everyTarget("embedded"), breaks("Users", "isolation/stray")), none, low, "F2 fail, F5 fail", "failed: F2, F5"},
		{"partly embedded", func(e *evidence.Evidence) { story(e, "Path").Header.Target.Kind = "embedded" }, none, low, "", "the evidence is of several targets: decide about each by itself"},
		{"of two stagings", func(e *evidence.Evidence) { story(e, "Path").Header.Target.API = "https://other" }, none, low, "", "the evidence is of several targets: decide about each by itself"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := healthy()
			row.edit(e)
			v := verdict.Of(e, expected())
			assert.Equal(t, row.decision, v.Decision, "%v", v.Reasons)
			assert.Equal(t, row.confidence, v.Confidence, "%v", v.Reasons)
			assert.Equal(t, row.lines, notPassed(v))
			found := slices.ContainsFunc(v.Reasons, func(r string) bool { return strings.HasPrefix(r, row.reason) })
			assert.True(t, found, "%q is among %q", row.reason, v.Reasons)
		})
	}
}

func everyTarget(kind string) edit {
	return func(e *evidence.Evidence) {
		for i, s := range e.Stories { // each package starts its own
			s.Header.Target.Kind = kind
			s.Header.Target.API += strings.Repeat("x", i*len(kind))
		}
	}
}

func notPassed(v summary.Verdict) string {
	var lines []string
	for _, c := range v.Criteria {
		if c.Verdict != summary.Pass {
			lines = append(lines, c.ID+" "+c.Verdict)
		}
	}
	return strings.Join(lines, ", ")
}

// Every line says what it is from.
func TestLinesHaveEvidence(t *testing.T) {
	e := healthy()
	lasted(story(e, "Path"), evidence.Connect, time.Second, time.Second, 3*time.Second)
	all(says("D4", judge.NotMeasured), breaks("Threads", "isolation/stray"), breaks("Threads", "isolation/foreign-run"))(e)
	lines := map[string]summary.Criterion{}
	for _, c := range verdict.Of(e, expected()).Criteria {
		require.NotEmpty(t, c.Evidence, c.ID)
		lines[c.ID] = c
	}
	assert.Len(t, lines, 13)
	assert.Equal(t, "1 story measured it, and no rule was broken", lines["D1"].Evidence)
	assert.Equal(t, "the reason for D4", lines["D4"].Evidence)
	assert.Equal(t, "1 story, 2 users, 3 sessions, 4 prompts, 20 events", lines["F1"].Evidence)
	assert.Equal(t, "Threads: isolation/stray: it is broken (and 1 more)", lines["F5"].Evidence)
	assert.Equal(t, []string{"Threads"}, lines["F5"].Stories)
	assert.Equal(t, "p50 1.000 s, max 3.000 s of 4 (limit 30.000 s)", lines["P1"].Evidence)
	assert.Equal(t, []string{"Path", "Users"}, lines["P1"].Stories)
}
