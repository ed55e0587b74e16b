package replay

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// deployed is the embedded target, with the names of its services.
func deployed(faults ...string) config.Config {
	c := embedded(faults...)
	c.BackendService, c.AuthService = fixtures.BackendService, fixtures.AuthService
	return c
}

func readStart(s *storyteller) {
	s.measure("D2")
	s.measure("P4")
}

func awaitRollout(s *storyteller) {
	s.measure("D1")
	s.must(s.target.Probe(s.ctx, 4))
}

func compare(s *storyteller) {
	s.must(s.user().Traffic(s.ctx, venue.Traffic))
	s.measure("D4")
}

// rounds uses the target in rounds of one session each.
func rounds(s *storyteller) {
	alice := s.user()
	for round := range fixtures.Accumulation.All() {
		s.log.Remark(history.TopicRound, "")
		chat := s.connect(alice)
		s.ask(chat, prompts.Sum(prompts.NewNonce()))
		s.must(chat.Close(s.ctx))
		if fixtures.Accumulation.CleansUp(round) {
			s.must(s.target.CleanUp(s.ctx))
		}
		s.must(s.target.Sample(s.ctx, 1))
	}
	s.measure("P3")
	s.must(s.target.Archive(s.ctx))
}

// What the cloud shows of a fault it shows in a replay too, and nothing of it without the fault.
func TestWhatTheCloudShowsIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault string
		story func(*storyteller)
		shows []string
	}{
		"serves":      {"beside-deployment-image", awaitRollout, []string{"D1"}},
		"starts":      {"beside-deployment-startup-logs", readStart, []string{"D2", "P4"}},
		"answers":     {"beside-deployment-error-rate", compare, []string{"D4"}},
		"accumulates": {"beside-accumulation-connections", rounds, []string{"P3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := record(t, deployed(c.fault), venue.Distant, c.story)
			broken, err := recorded(path)
			require.NoError(t, err)
			require.NotEmpty(t, broken)

			faulty, again := told(t, path, deployed(c.fault))
			assert.Equal(t, broken, breaches(faulty.Findings))
			assert.Empty(t, again.Missing)
			healthy, _ := told(t, path, deployed())
			require.NoError(t, healthy.Err(), "%+v", healthy)
			for i, id := range c.shows {
				require.Len(t, healthy.Criteria, len(c.shows))
				assert.Equal(t, judge.Criterion{ID: id, Verdict: judge.Pass}, healthy.Criteria[i])
			}
		})
	}
}

// The target has time to clean up before the first samples that count and before the last, also in a replay
// without rests.
func TestTheTargetIsGivenTimeToCleanUp(t *testing.T) {
	t.Parallel()
	path := record(t, deployed(), venue.Distant, rounds)
	result, again := told(t, path, deployed())
	require.NoError(t, result.Err(), "%+v", result)
	assert.Equal(t, 2, count(done(again), whatCleanUp))
	waited := 0
	for round, d := range sampledAfter(t, result.History) {
		if fixtures.Accumulation.CleansUp(round) {
			waited++
			assert.GreaterOrEqual(t, d, result.Header.Budgets.Cleanup, "round %d", round)
		}
	}
	assert.Equal(t, 2, waited)
}

func count(all []string, one string) (n int) {
	for _, a := range all {
		if a == one {
			n++
		}
	}
	return n
}

// sampledAfter is how long after the last session of each round its first sample was taken, by the number of
// the round.
func sampledAfter(t *testing.T, path string) map[int]time.Duration {
	t.Helper()
	r, err := history.ReadFile(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	after, round, closed := map[int]time.Duration{}, -1, time.Duration(0)
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) {
			return after
		}
		require.NoError(t, err)
		switch _, sampled := after[round]; {
		case next.Kind == history.Note && next.Note.Topic == history.TopicRound:
			round++
		case next.Kind == history.Close:
			closed = next.At
		case next.Kind == history.HTTP && next.Exchange.Purpose == history.PurposeSample && !sampled:
			after[round] = next.At - closed
		}
	}
}

// What the cloud does not show in a replay is not measured, and such a replay is never green, even where the
// configuration lets a story be.
func TestAReplayOfWhatIsNotMeasuredIsNeverGreen(t *testing.T) {
	t.Parallel()
	path := record(t, deployed(), venue.Distant, func(s *storyteller) { s.measure("D4") }) // of hardly any requests
	c := deployed()
	result, _ := told(t, path, c)
	require.ErrorIs(t, result.Err(), ErrRed)
	c.AllowUnmeasured = []string{"D4"}
	result, _ = told(t, path, c)
	require.ErrorIs(t, result.Err(), ErrIncomplete, "%+v", result)
	assert.Contains(t, result.Missing[0], "criterion D4 is not measured: ")
}

// What the cloud shows of another target is read of a deployment that replaced another one too.
func TestACriterionOfTheCloudIsMeasuredAtANewRevision(t *testing.T) {
	g := newReading(history.Header{Target: history.Target{Kind: string(config.Remote), Abilities: []string{history.ForgedTokens}}})
	assert.Equal(t, venue.Shared, placing(g.Script))
	for _, criterion := range []string{"D2", "P4"} {
		g.take(&history.Record{Kind: history.Note, Note: &history.Remark{Topic: history.TopicMeasures, Text: criterion}})
	}
	g.take(&history.Record{Kind: history.Cloud, At: time.Second, Cloud: &history.Reading{}})
	assert.Equal(t, time.Second, g.Acts[1].End, "what follows knew what the cloud said")
	assert.Equal(t, venue.Distant, placing(g.Script))
	assert.Zero(t, g.Size().Requests)
	without := g.Without(func(a *Act) bool { return a.What == whatMeasure+"D2" })
	assert.Empty(t, without.Acts, "P4 is about what D2 read")
}
