package evidence_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestGapsAreWhatNoStoryShows(t *testing.T) {
	const pkg = "example.org/x/e2e/golden"
	type tests []*evidence.Test
	test := func(name string, o evidence.Outcome) *evidence.Test {
		return &evidence.Test{Package: pkg, Name: name, Outcome: o, Output: "=== RUN\n  x.go:3: no\x1b token\n"}
	}
	for name, c := range map[string]struct {
		outcome evidence.Outcome
		all     tests
		stories map[string]int // the test of each, by its place
		says    string         // empty: no gap
	}{
		"all told":                         {evidence.Passed, tests{test("TestStagingX", evidence.Passed)}, map[string]int{"TestStagingX": 0}, ""},
		"nobody selected a test":           {outcome: evidence.Passed},
		"no test files":                    {outcome: evidence.Skipped},
		"another test passed":              {evidence.Passed, tests{test("TestPlan", evidence.Passed)}, nil, ""},
		"a story failed":                   {evidence.Failed, tests{test("TestStagingX", evidence.Failed)}, map[string]int{"TestStagingX": 0}, ""},
		"not built":                        {outcome: evidence.Failed, says: "package golden: fail, and by none of its tests: it said nothing"},
		"failed after its tests":           {evidence.Failed, tests{test("TestStagingX", evidence.Passed)}, map[string]int{"TestStagingX": 0}, "package golden: fail"},
		"never ended":                      {evidence.Unfinished, tests{test("TestStagingX", evidence.Failed)}, map[string]int{"TestStagingX": 0}, "package golden: unfinished"},
		"passed over, and ran":             {evidence.Skipped, tests{test("TestPlan", evidence.Passed)}, nil, "package golden: skip"},
		"a skipped test explains nothing":  {evidence.Failed, tests{test("TestStagingX", evidence.Skipped)}, map[string]int{"TestStagingX": 0}, "package golden: fail"},
		"failed before its history":        {evidence.Failed, tests{test("TestStagingX", evidence.Failed)}, nil, `TestStagingX (golden): fail, and left no history: x.go:3: no\u001b token`},
		"skipped":                          {evidence.Passed, tests{test("TestPlan", evidence.Skipped)}, nil, "TestPlan (golden): skip, and left no history"},
		"passed and lost":                  {evidence.Passed, tests{test("TestStagingX", evidence.Passed)}, nil, "TestStagingX (golden): pass, and left no history"},
		"a parent failed, its stories not": {evidence.Failed, tests{test("TestStagingX", evidence.Failed), test("TestStagingX/a", evidence.Passed)}, map[string]int{"TestStagingX/a": 1}, "package golden: fail"},
	} {
		t.Run(name, func(t *testing.T) {
			count := 0
			for _, test := range c.all {
				if !strings.Contains(test.Name, "/") {
					count++
				}
			}
			e := &evidence.Evidence{Tests: &evidence.Tests{All: c.all, Packages: []*evidence.Package{{Name: pkg, Outcome: c.outcome, Tests: count}}}}
			for story, at := range c.stories {
				e.Stories = append(e.Stories, &evidence.Story{Header: history.Header{Package: pkg, Story: story}, Test: c.all[at]})
			}
			if c.says == "" {
				assert.Empty(t, e.Gaps())
				return
			}
			if assert.Len(t, e.Gaps(), 1) {
				assert.Contains(t, e.Gaps()[0], c.says)
			}
		})
	}
}

func TestDamagedFilesAreGaps(t *testing.T) {
	e := &evidence.Evidence{
		Unread:  []evidence.Unread{{Path: "a.jsonl", Err: errors.New("torn")}},
		Stories: []*evidence.Story{{Path: "b.jsonl", Cut: errors.New("no end"), Header: history.Header{Story: "TestStagingX"}}},
	}
	assert.Equal(t, []string{"a.jsonl cannot be read: torn", "the history of TestStagingX is not whole (b.jsonl): no end"}, e.Gaps())
}
