package nights_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/nights"
)

var two = time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC)

// told is a green story of a remote target, with answers of so many microseconds.
func told(name string, begins time.Time, answers ...int64) *evidence.Story {
	h := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	for _, a := range answers {
		_ = h.RecordValue(a)
	}
	return &evidence.Story{
		Header: history.Header{
			Suite: "1.0", Package: "example/e2e/goldenpath", Story: name, Attempt: 1, Start: begins,
			Target: history.Target{Kind: "remote", API: "https://api.example"}, Budgets: fixtures.Budgets{Answer: time.Minute},
		},
		Took: time.Minute, Latencies: evidence.Latencies{evidence.Answer: h},
	}
}

func TestANightIsWhatItsHistoriesShow(t *testing.T) {
	slow, red := told("TestStagingA", two.Add(time.Hour), 1_000_000, 3_000_000), told("TestStagingB", two.In(time.FixedZone("", 5*3600)), 2_000_000)
	slow.Header.Deployment = &history.Deployment{Services: []history.Service{{Role: history.Auth, Name: "auth"}, {Role: history.Backend, Name: "backend"}}}
	slow.Serving = []evidence.Revision{
		{Service: "backend", Name: "r-\x1b[2J7", Created: two}, {Service: "backend", Name: "r6", Created: two.Add(-time.Hour)},
		{Service: "auth", Name: "a9", Created: two.Add(time.Hour)},
	}
	slow.Header.Budgets.Answer = 30 * time.Second
	red.Findings = []judge.Finding{{Rule: "events/order", Hard: true}, {Rule: "latency/report"}, {Rule: "events/order", Hard: true}}
	n, err := nights.Of(&evidence.Evidence{Stories: []*evidence.Story{slow, red}}, nights.About{Decision: "ROLLBACK"})
	require.NoError(t, err)
	assert.Equal(t, "2026-03-29T02:00:00.000Z", n.ID)
	assert.Equal(t, two, n.Began)
	assert.Equal(t, 61*time.Minute, n.Took)
	assert.Equal(t, "remote https://api.example", n.Target.String())
	assert.Equal(t, `r-\u001b[2J7`, n.Revision, "text of others is harmless")
	assert.Equal(t, []nights.Broken{{Rule: "events/order", Hard: true, Times: 2}, {Rule: "latency/report", Times: 1}}, n.Findings)
	assert.Equal(t, 1, n.Red())
	require.Len(t, n.Phases, 1)
	p := n.Phase("answer")
	assert.Equal(t, int64(3), p.Count)
	assert.Equal(t, 30*time.Second, p.Budget)
	assert.InDelta(t, 2, p.P50.Seconds(), 0.002)
	assert.InDelta(t, 3, p.Max.Seconds(), 0.003)
	h, err := hdrhistogram.Decode(p.Histogram)
	require.NoError(t, err)
	assert.Equal(t, int64(3), h.TotalCount(), "the distribution is kept")
	assert.Zero(t, n.Phase("connect").Count)
}

func TestASampleIsALikeness(t *testing.T) {
	var many []int64
	for i := range int64(10_000) {
		many = append(many, 1_000+i)
	}
	n, err := nights.Of(&evidence.Evidence{Stories: []*evidence.Story{told("TestStagingA", two, many...), told("TestStagingB", two, 7)}}, nights.About{})
	require.NoError(t, err)
	sample := n.Stories[0].Samples["answer"]
	require.Len(t, sample, nights.SampleSize)
	assert.True(t, slices.IsSorted(sample))
	assert.InDelta(t, 6_000, (sample[7]+sample[8])/2, 20)
	assert.Equal(t, []int64{7}, n.Stories[1].Samples["answer"])
}

func TestWhatIsMissingIsCounted(t *testing.T) {
	cut := told("TestStagingA", two)
	cut.Cut = errors.New("no end")
	e := &evidence.Evidence{Stories: []*evidence.Story{cut}, Unread: []evidence.Unread{{Path: "x"}}, Tests: &evidence.Tests{
		Packages: []*evidence.Package{{Name: "p", Outcome: evidence.Failed}, {Name: "q", Outcome: evidence.Failed}, {Name: "r", Outcome: evidence.Passed}},
		All: []*evidence.Test{
			{Package: "q", Name: "TestStagingLost", Outcome: evidence.Failed},
			{Package: "q", Name: "TestStagingSilent", Outcome: evidence.Passed},
			{Package: "r", Name: "TestPlan", Outcome: evidence.Passed},
		},
	}}
	n, err := nights.Of(e, nights.About{})
	require.NoError(t, err)
	assert.Equal(t, 5, n.Gaps, "a cut one, an unread one, two without a history, and a package that failed by itself")
	assert.Equal(t, 1, n.Red())
}

func TestANightHasOneTarget(t *testing.T) {
	a, b := told("TestStagingA", two), told("TestStagingB", two)
	b.Header.Target.API = "https://other.example"
	_, err := nights.Of(&evidence.Evidence{Stories: []*evidence.Story{a, b}}, nights.About{})
	require.ErrorContains(t, err, "https://other.example: add each as a night of its own")
	a.Header.Target.Kind, b.Header.Target.Kind = "embedded", "embedded"
	n, err := nights.Of(&evidence.Evidence{Stories: []*evidence.Story{a, b}}, nights.About{})
	require.NoError(t, err, "each package has an embedded target of its own")
	assert.Equal(t, "embedded", n.Target.String())
	_, err = nights.Of(&evidence.Evidence{Unread: make([]evidence.Unread, 2)}, nights.About{})
	assert.ErrorContains(t, err, "none of its 2 histories can be read")
}

func TestADigestTellsNightsApart(t *testing.T) {
	n := newWorld(1, 0).night(1)
	digest := func() string {
		d, err := n.Digest()
		require.NoError(t, err)
		return d
	}
	before := digest()
	assert.Equal(t, before, digest())
	n.Stories[0].Red = true
	assert.NotEqual(t, before, digest())
}
