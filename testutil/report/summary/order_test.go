package summary_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Who is woken by a red night reads from the top: what decides stands there, and is what is to be run again.
func TestWhatDecidesComesFirst(t *testing.T) {
	names := func(v summary.Verdict) (all []string) {
		s := sum(t, mixed(t), summary.Options{Verdict: v})
		for _, story := range s.Stories {
			all = append(all, story.Short())
		}
		if v.Criteria != nil {
			assert.Equal(t, s.Stories[0].Rerun, s.Next()[0].Command)
		}
		return all
	}
	const leak, silence, green = "ConcurrentUserWebSocketConnections", "AgentExecutionFullFlow", "CompleteGoldenPathUserFlow"
	assert.Equal(t, []string{silence, leak, green}, names(summary.Verdict{}), "as they were read")
	failed := summary.Criterion{ID: "F5", Verdict: summary.Fail, Stories: []string{"TestStaging" + leak}}
	assert.Equal(t, []string{leak, silence, green}, names(summary.Verdict{Criteria: []summary.Criterion{failed}}))
	failed.Verdict = summary.NotMeasured
	assert.Equal(t, []string{silence, leak, green}, names(summary.Verdict{Criteria: []summary.Criterion{failed}}))
}

func TestTheRunAsAWholeLooksLikeWhatMostStoriesDo(t *testing.T) {
	dir := t.TempDir()
	assert.Empty(t, sum(t, green(t), summary.Options{}).Suspects)
	sample.Silence(t, dir, "agentregistry", "TestStagingA")
	for n := range 3 {
		sample.Leak(t, dir, "concurrentusers", fmt.Sprintf("TestStagingL%d", n), 3)
	}
	s := sum(t, dir, summary.Options{})
	require.NotEmpty(t, s.Suspects)
	assert.LessOrEqual(t, len(s.Suspects), summary.Suspects)
	first := s.Suspects[0]
	assert.Equal(t, 3, first.First)
	assert.Equal(t, s.Stories[1].Suspects[0].ID, first.ID)
}

// Who has to roll back finds the command first.
func TestTheWayBackIsTheFirstStep(t *testing.T) {
	s := sum(t, mixed(t), summary.Options{Verdict: summary.Verdict{Decision: summary.Rollback, WayBack: "gcloud run x"}})
	assert.Equal(t, "Move the traffic back to the previous revision: gcloud run x", s.Next()[0].String())
	assert.Equal(t, s.Stories[0].Rerun, s.Next()[1].Command)
	for _, decision := range []string{summary.Proceed, summary.Investigate, summary.NoDecision} {
		s.Verdict.Decision = decision
		assert.NotContains(t, s.Next()[0].String(), "gcloud")
		assert.Greater(t, len(s.Next()), 1)
	}
}

func green(t *testing.T) string {
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	return dir
}

// Of 25 users the tenth stands after the ninth, in rows as in columns.
func TestUsersStandInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingX", 12)
	c := sum(t, dir, summary.Options{}).Stories[0].Contacts
	var want []string
	for n := range 12 {
		want = append(want, fmt.Sprintf("u%d", n+1))
	}
	assert.Equal(t, want, c.Users)
	assert.Positive(t, c.Heard[0][1])
}
