package stat_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// Ozone in New York of 1973 (R's data set airquality).
var (
	ozoneMay    = []float64{41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37}
	ozoneAugust = []float64{39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85}
)

func TestMannWhitneyAgreesWithWhatWasPublished(t *testing.T) {
	for name, row := range map[string]struct {
		a, b []float64
		u, p float64
	}{
		"R, ?wilcox.test, after Hollander & Wolfe 1973": {
			[]float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, []float64{1.15, 0.88, 0.90, 0.74, 1.21}, 35, 0.1272,
		},
		"scipy.stats.mannwhitneyu, exact":   {[]float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12}, 17, 0.1111 / 2},
		"golang.org/x/perf, utest_test.go":  {[]float64{12, 11, 13, 15}, []float64{2, 1, 3, 5}, 16, 0.014285714285714289},
		"the same, a tends to be smaller":   {[]float64{2, 1, 3, 5}, []float64{12, 11, 13, 15}, 0, 1},
		"all equal":                         {[]float64{2, 2}, []float64{2, 2, 2}, 3, 1},
		"nothing to compare with":           {[]float64{2, 2}, nil, 0, 1},
		"nothing to compare":                {nil, []float64{2, 2}, 0, 1},
		"R, ?wilcox.test, normal with ties": {ozoneAugust, ozoneMay, 26*26 - 127.5, 0.0001208 / 2},
		"long and all equal":                {make([]float64, 40), make([]float64, 40), 800, 1},
	} {
		t.Run(name, func(t *testing.T) {
			u, p := stat.MannWhitney(row.a, row.b)
			assert.InDelta(t, row.u, u, 0)
			assert.InEpsilon(t, row.p, p, 0.001)
		})
	}
}

func TestMannWhitneyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.SliceOfN(whole(0, 6), 1, 5)
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		want, p := stat.MannWhitney(a, b)
		all := slices.Concat(a, b)
		some, ways := 0.0, 0.0
		for chosen := range 1 << len(all) {
			var in, out []float64
			for i, value := range all {
				if chosen>>i&1 == 1 {
					in = append(in, value)
				} else {
					out = append(out, value)
				}
			}
			if len(in) != len(a) {
				continue
			}
			ways++
			if wins(in, out) >= want {
				some++
			}
		}
		require.InDelta(t, wins(a, b), want, 0)
		require.InDelta(t, some/ways, p, 1e-12)
	})
}

// wins is U by its definition.
func wins(a, b []float64) (u float64) {
	for _, x := range a {
		for _, y := range b {
			u += float64(cmp.Compare(x, y)+1) / 2
		}
	}
	return u
}
