package verdict_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

func TestInterrupted(t *testing.T) {
	o := expected()
	o.Interrupted = "interrupt"
	v := verdict.Of(healthy(), o)
	assert.Equal(t, summary.NoDecision, v.Decision)
	assert.Equal(t, "the run was interrupted: interrupt", v.Reasons[0])
}

func endless(e *evidence.Evidence) {
	story(e, "Users").Cut = fmt.Errorf("read: %w", evidence.ErrNoEnd)
}

func noStream(e *evidence.Evidence) {
	e.Tests = nil
	for _, s := range e.Stories {
		s.Test = nil
	}
}

func withoutPackage(e *evidence.Evidence) {
	without("Agents")(e)
	e.Tests.Packages = slices.DeleteFunc(e.Tests.Packages, func(p *evidence.Package) bool { return p.Name == "x/e2e/agentregistry" })
}

// interruptions are what evidence shows of a run that did not come to its end, with the beginning of the reason.
var interruptions = []struct {
	name   string
	edit   edit
	reason string
}{
	{"a story that a signal ended", func(e *evidence.Evidence) {
		story(e, "Agents").Interrupted, story(e, "Agents").Stopped = true, "interrupted by a signal (interrupt)"
	}, "the run was interrupted: Agents: interrupted by a signal (interrupt)"},
	{"a story that was not begun any more", func(e *evidence.Evidence) {
		e.Tests.All = append(e.Tests.All, &evidence.Test{Package: "x/e2e/goldenpath", Name: "Later", Outcome: evidence.Failed,
			Attributes: map[string]string{"netra.interrupted": "interrupted by a signal"}})
	}, "the run was interrupted: Later was not begun: interrupted by a signal"},
	{"a stream that ends early", func(e *evidence.Evidence) { e.Tests.Packages[3].Outcome = evidence.Unfinished },
		"the run was interrupted: go test does not say how package concurrentusers ended"},
	{"a history without end, and no stream", all(endless, noStream), "the run was interrupted: Users: read: the history has no end"},
	{"a package of which there is nothing", withoutPackage, "the evidence is of a part of the run: nothing is there of agentregistry"},
	{"histories of a part, and no stream", all(withoutPackage, noStream), "the evidence is of a part of the run: nothing is there of agentregistry"},
}

// Whatever the rest shows, there is no decision on a run that did not come to its end.
func TestEvidenceShowsAnInterruption(t *testing.T) {
	for _, row := range interruptions {
		for what, edit := range map[string]edit{"": all(), ", with a leak": breaks("Users", "isolation/stray")} {
			t.Run(row.name+what, func(t *testing.T) {
				e := healthy()
				all(row.edit, edit)(e)
				v := verdict.Of(e, expected())
				assert.Equal(t, summary.NoDecision, v.Decision)
				assert.Equal(t, verdict.Low, v.Confidence)
				assert.Contains(t, v.Reasons[0], row.reason)
			})
		}
	}
}

// What ended by itself, and badly, is no interruption: there is something to look at.
func TestDeathIsNoInterruption(t *testing.T) {
	for name, edit := range map[string]edit{
		"a process that died":    all(endless, func(e *evidence.Evidence) { story(e, "Users").Test.Outcome = evidence.Unfinished }),
		"go test's -timeout":     func(e *evidence.Evidence) { story(e, "Users").Stopped = "go test's -timeout leaves no more time" },
		"a package not compiled": all(without("Agents"), func(e *evidence.Evidence) { e.Tests.Packages[2].Outcome = evidence.Failed }),
		"a file that cannot be read": all(withoutPackage, func(e *evidence.Evidence) {
			e.Unread = []evidence.Unread{{Path: "agentregistry/history.jsonl", Err: errors.New("bad")}}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			e := healthy()
			edit(e)
			assert.Equal(t, summary.Investigate, verdict.Of(e, expected()).Decision)
			breaks("Threads", "isolation/stray")(e)
			assert.Equal(t, summary.Rollback, verdict.Of(e, expected()).Decision)
		})
	}
}
