package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// A line that the judge measures has the numbers of the story that decided it.
func TestLinesHaveTheNumbersOfTheJudge(t *testing.T) {
	type story struct {
		verdict judge.Verdict
		facts   []string
	}
	for name, row := range map[string]struct {
		stories []story
		want    string
	}{
		"passed":              {[]story{{judge.Pass, []string{"3 of 3", "9 of 9"}}}, "1 story measured it: 3 of 3; 9 of 9"},
		"passed twice":        {[]story{{judge.Pass, []string{"3 of 3"}}, {judge.Pass, []string{"5 of 5"}}}, "2 stories measured it, one of them: 3 of 3"},
		"one has no numbers":  {[]story{{judge.Pass, nil}, {judge.Pass, []string{"5 of 5"}}}, "2 stories measured it, one of them: 5 of 5"},
		"failed":              {[]story{{judge.Pass, []string{"3 of 3"}}, {judge.Fail, []string{"1 of 5"}}}, "the reason; measured: 1 of 5"},
		"failed twice":        {[]story{{judge.Fail, []string{"1 of 5"}}, {judge.Fail, []string{"2 of 5"}}}, "the reason (and 1 more); measured: 1 of 5"},
		"failed, no numbers":  {[]story{{judge.Fail, nil}}, "the reason"},
		"not measured, a few": {[]story{{judge.NotMeasured, []string{"1 of 5"}}}, "the reason"},
	} {
		t.Run(name, func(t *testing.T) {
			e := &evidence.Evidence{}
			for _, s := range row.stories {
				c := judge.Criterion{ID: "D2", Verdict: s.verdict, Facts: s.facts}
				if s.verdict != judge.Pass {
					c.Reason = "the reason"
				}
				e.Stories = append(e.Stories, &evidence.Story{Records: 1, Test: &evidence.Test{Outcome: evidence.Passed}, Criteria: []judge.Criterion{c}})
			}
			for _, line := range verdict.Of(e, verdict.Options{}).Criteria {
				if line.ID == "D2" {
					assert.Equal(t, row.want, line.Evidence)
				}
			}
		})
	}
}
