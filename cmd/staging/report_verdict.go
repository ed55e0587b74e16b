package main

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// verdictOf says what became of the criteria that histories measure themselves, and decides nothing: the worst
// that any story says of a criterion stands.
func verdictOf(e *evidence.Evidence) summary.Verdict {
	v := summary.Verdict{Decision: summary.NoDecision, Reasons: []string{"a report decides nothing: see staging validate"}}
	worst := map[string]int{}
	for _, s := range e.Stories {
		for _, c := range s.Criteria {
			i, known := worst[c.ID]
			if !known {
				i, v.Criteria = len(v.Criteria), append(v.Criteria, summary.Criterion{ID: c.ID, Verdict: string(c.Verdict), Evidence: c.Reason})
				worst[c.ID] = i
			}
			line := &v.Criteria[i]
			line.Stories = append(line.Stories, s.Name())
			if weight[string(c.Verdict)] > weight[line.Verdict] {
				line.Verdict, line.Evidence = string(c.Verdict), c.Reason
			}
		}
	}
	for i := range v.Criteria {
		if line := &v.Criteria[i]; line.Evidence == "" {
			line.Evidence = "measured by " + strings.Join(line.Stories, ", ")
		}
	}
	return v
}

var weight = map[string]int{summary.Pass: 0, summary.NotMeasured: 1, summary.Fail: 2}
