package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// A story that failed in the midst of measuring health is told to the end of its measurement where that does not
// fail.
func TestHalfAMeasurementOfHealthIsCompleted(t *testing.T) {
	half := record(t, embedded(), venue.Shared, func(s *storyteller) {
		s.log.Remark(history.TopicMeasures, "D3")
		s.must(s.target.Health(s.ctx))
		s.log.Remark(history.TopicStory, "one endpoint did not answer")
	})
	result, again := told(t, half, embedded())
	require.NoError(t, result.Err(), "%+v", result)
	assert.NotContains(t, done(again), whatHealth, "the replay has both rounds")

	script, err := ReadFile(half)
	require.NoError(t, err)
	for _, a := range script.Acts {
		if a.What == whatHealth {
			p := &player{broke: []*Act{{What: history.PurposeHealth}}}
			require.NoError(t, a.do(t.Context(), p), "nobody is asked again where the first round failed")
		}
	}
	require.Contains(t, done(script), whatHealth)

	whole := record(t, embedded(), venue.Shared, func(s *storyteller) {
		s.log.Remark(history.TopicMeasures, "D3")
		s.must(s.target.Health(s.ctx))
		s.must(s.target.Health(s.ctx))
		s.log.Remark(history.TopicStory, "something else failed")
	})
	script, err = ReadFile(whole)
	require.NoError(t, err)
	assert.NotContains(t, done(script), whatHealth)
}

// What a story did last may be in no record: its sessions stay open as long as it did.
func TestAStoryLastsUntilItFails(t *testing.T) {
	g := newReading(history.Header{})
	g.take(&history.Record{Kind: history.Dial, At: 1, User: "u1", Session: "u1.s1", Dialled: &history.Dialled{}})
	g.take(&history.Record{Kind: history.Note, At: 4 * time.Second, Note: &history.Remark{Topic: history.TopicStory, Text: "the session was gone"}})
	script := g.finish()
	require.Equal(t, []string{"u1.s1: dial", whatStop}, done(script))
	assert.Equal(t, 4*time.Second, script.Acts[1].Start)
	assert.Zero(t, script.Size().Requests)
}

// A replay archives what was made by itself, also where the story could not.
func TestArchivingThatFailsIsNoPartOfTheStory(t *testing.T) {
	g := newReading(history.Header{})
	g.take(&history.Record{Kind: history.HTTP, At: 1, User: "u1", Exchange: &history.Exchange{Purpose: history.PurposeThreads}})
	g.take(&history.Record{Kind: history.HTTP, At: 2, User: "u1", Exchange: &history.Exchange{Purpose: history.PurposeArchive, Status: 500}})
	g.take(&history.Record{Kind: history.Note, At: 3, Note: &history.Remark{Topic: history.TopicStory, Text: "archive the threads of the story"}})
	assert.Equal(t, []string{"u1: " + history.PurposeThreads}, done(g.finish()))
}
