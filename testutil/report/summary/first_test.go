package summary_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Of several red stories, that of the criterion that failed comes first.
func TestFirst(t *testing.T) {
	s := &summary.Summary{Stories: []*summary.Story{{Name: "A", Red: true}, {Name: "B", Red: true}, {Name: "C"}}}
	assert.Equal(t, "A", s.First().Name)
	s.Verdict.Criteria = []summary.Criterion{{ID: "D4", Verdict: summary.NotMeasured, Stories: []string{"A"}}, {ID: "F1", Verdict: summary.Fail, Stories: []string{"C", "B"}}}
	assert.Equal(t, "B", s.First().Name)
	s.Stories = s.Stories[2:]
	assert.Nil(t, s.First())
}
