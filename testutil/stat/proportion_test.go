package stat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

func TestFisherAgreesWithWhatWasPublished(t *testing.T) {
	for name, row := range map[string]struct {
		strata []stat.Stratum
		p      float64
	}{
		"R, ?fisher.test: the lady tasting tea": {[]stat.Stratum{{3, 4, 1, 4}}, 0.2429},
		"R, ?fisher.test: convictions of twins": {[]stat.Stratum{{10, 13, 2, 17}}, 0.0004652},
		"R, ?mantelhaen.test: penicillin and rabbits": {
			[]stat.Stratum{{0, 6, 0, 5}, {3, 6, 0, 6}, {6, 6, 2, 6}, {5, 6, 6, 6}, {2, 2, 5, 5}}, 0.03994 / 2,
		},
		"none of either":         {[]stat.Stratum{{0, 50, 0, 50}}, 1},
		"all of both":            {[]stat.Stratum{{50, 50, 50, 50}}, 1},
		"fewer than before":      {[]stat.Stratum{{0, 50, 10, 50}}, 1},
		"nothing to compare":     {nil, 1},
		"only one group has any": {[]stat.Stratum{{7, 50, 0, 0}, {0, 0, 3, 4}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			assert.InEpsilon(t, row.p, stat.Fisher(row.strata...), 0.0005)
		})
	}
}

func TestFisherIsConservative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := stratum(t)
		p := stat.Fisher(s)
		require.Greater(t, p, 0.0)
		require.LessOrEqual(t, p, 1.0)
		if s.Hits < s.Of {
			more := s
			more.Hits++
			require.LessOrEqual(t, stat.Fisher(more), p+1e-9, "one more hit")
		}
		require.InDelta(t, p, stat.Fisher(s, stat.Stratum{Hits: 4, Of: 9}), 1e-9, "a stratum of one group says nothing")
		require.InDelta(t, stat.Fisher(s, stratumOf(s)), stat.Fisher(stratumOf(s), s), 1e-9)
	})
}

func stratum(t *rapid.T) (s stat.Stratum) {
	s.Of, s.BaseOf = rapid.IntRange(0, 300).Draw(t, "of"), rapid.IntRange(0, 300).Draw(t, "base of")
	s.Hits, s.BaseHits = rapid.IntRange(0, s.Of).Draw(t, "hits"), rapid.IntRange(0, s.BaseOf).Draw(t, "base hits")
	return s
}

// stratumOf is another one of other size.
func stratumOf(s stat.Stratum) stat.Stratum {
	return stat.Stratum{Hits: s.BaseHits, Of: s.BaseOf + 3, BaseHits: s.Hits, BaseOf: s.Of + 1}
}
