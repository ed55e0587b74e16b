package evidence_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

func leakyStory(t *testing.T) *evidence.Story {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	leaky(t, path, sample.Header("concurrentusers", "TestStagingX"))
	return gather(t, path).Stories[0]
}

func lanes(p *evidence.Picture) (names []string) {
	for _, l := range p.Lanes {
		names = append(names, l.Name())
	}
	return names
}

func seqs(p *evidence.Picture) (all []uint64) {
	for _, l := range p.Lanes {
		for _, m := range l.Marks {
			all = append(all, m.Seq)
		}
	}
	slices.Sort(all)
	return all
}

func TestAPictureHasALaneForEachSession(t *testing.T) {
	s := leakyStory(t)
	p, err := s.Draw(evidence.Limits{})
	require.NoError(t, err)
	assert.Equal(t, []string{"u1", "u1.s1", "u2", "u2.s1", "suite"}, lanes(p))
	assert.Len(t, seqs(p), s.Records)
	assert.Zero(t, p.Left)
	var phases []evidence.Phase
	for _, span := range p.Lanes[3].Spans {
		phases = append(phases, span.Phase)
		assert.False(t, span.Over(), "%+v", span)
	}
	assert.ElementsMatch(t, []evidence.Phase{evidence.Connect, evidence.FirstEvent, evidence.Answer}, phases)
	for i, f := range s.Findings {
		for _, seq := range f.Records {
			assert.True(t, slices.ContainsFunc(p.Lanes, func(l *evidence.Lane) bool {
				return slices.ContainsFunc(l.Marks, func(m evidence.Mark) bool { return m.Seq == seq && slices.Contains(m.Findings, i) })
			}), "%s is not marked at %d", f.Rule, seq)
		}
	}
}

func TestAPhaseWithoutEndIsOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	s := sample.Begin(t, path, sample.Header("goldenpath", "TestStagingX"))
	session := s.User().Connect()
	run := session.Ask()
	s.Wait(20 * time.Second)
	s.Note(history.TopicGaveUp, "the answer")
	_ = run
	s.End()
	p, err := gather(t, path).Stories[0].Draw(evidence.Limits{})
	require.NoError(t, err)
	i := slices.IndexFunc(p.Lanes[1].Spans, func(s evidence.Span) bool { return s.Phase == evidence.Answer })
	require.GreaterOrEqual(t, i, 0)
	answer := p.Lanes[1].Spans[i]
	assert.True(t, answer.Open)
	assert.True(t, answer.Over())
	assert.Greater(t, answer.Until-answer.From, answer.Budget)
}

func TestWhatProvesAFindingIsNeverLeftOut(t *testing.T) {
	s := leakyStory(t)
	var proof []uint64
	for _, f := range s.Findings {
		proof = append(proof, f.Records...)
	}
	proof = slices.Compact(slices.Sorted(slices.Values(proof)))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, s.Records+3).Draw(t, "marks")
		p, err := s.Draw(evidence.Limits{Marks: limit, Raw: 5, Proof: 20})
		require.NoError(t, err)
		drawn := seqs(p)
		require.Subset(t, drawn, proof)
		require.LessOrEqual(t, len(drawn), limit+len(proof))
		require.Equal(t, s.Records, len(drawn)+p.Left)
		for _, l := range p.Lanes {
			for _, m := range l.Marks {
				require.LessOrEqual(t, len(m.Raw), 20+len(" … (999 bytes more)"))
			}
		}
	})
}

func TestAPictureAboutAFindingShowsItsProof(t *testing.T) {
	s := leakyStory(t)
	whole, err := s.Draw(evidence.Limits{})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(s.Findings)-1).Draw(t, "finding")
		most := rapid.IntRange(0, 20).Draw(t, "most")
		f := s.Findings[i]
		p := whole.About(i, f, most)
		require.NotNil(t, p)
		drawn := seqs(p)
		require.Subset(t, drawn, f.Records)
		require.LessOrEqual(t, len(drawn), len(f.Records)+most)
		require.LessOrEqual(t, p.From, p.Took)
	})
	leak := slices.IndexFunc(s.Findings, func(f judge.Finding) bool { return f.Rule == "isolation/foreign-run" })
	assert.Equal(t, []string{"u1.s1", "u2.s1"}, lanes(whole.About(leak, s.Findings[leak], 5)), "who heard it, and whose it was")
	assert.Nil(t, whole.About(99, judge.Finding{}, 5), "nothing proves it, and it is about no session")
	assert.Equal(t, []string{"u2.s1"}, lanes(whole.About(99, judge.Finding{Session: "u2.s1"}, 5)))
}
