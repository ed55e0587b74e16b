package stat_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// nile is the flow of the Nile at Aswan from 1871 on (Cobb 1978; R's data set of that name).
var nile = []float64{
	1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
}

func TestMannKendallAgreesWithWhatWasPublished(t *testing.T) {
	for name, row := range map[string]struct {
		values []float64
		s      int
		rise   float64
		within float64
	}{
		"Gilbert 1987, figure 16.2 and table A18":    {[]float64{10, 15, 14, 20}, 4, 0.167, 0.0005},
		"table A18, n 8, S 28":                       {[]float64{1, 2, 3, 4, 5, 6, 7, 8}, 28, 0.000025, 5e-7},
		"table A18, n 8, S 18":                       {[]float64{1, 2, 3, 4, 8, 7, 5, 6}, 18, 0.016, 0.0005},
		"table A18, n 6, S 9":                        {[]float64{1, 2, 3, 6, 5, 4}, 9, 0.068, 0.0005},
		"table A18, n 10, S 29":                      {[]float64{1, 2, 3, 4, 5, 10, 9, 6, 8, 7}, 29, 0.0046, 0.00005},
		"Wisconsin NR 746, table A (its S), one tie": {[]float64{100, 50, 85, 75, 50}, -5, 56. / 60, 1e-12},
		"R, Kendall::MannKendall(Nile), tau -.281":   {nile, -1387, 1 - 3.6585e-05/2, 1e-8},
	} {
		t.Run(name, func(t *testing.T) {
			got := stat.MannKendall(row.values)
			assert.Equal(t, row.s, got.S)
			assert.InDelta(t, row.rise, got.Rise, row.within)
		})
	}
}

// TestMannKendallIsExact compares with all orders of a few values.
func TestMannKendallIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(whole(0, 9), 2, 7).Draw(t, "values")
		want := stat.MannKendall(values)
		some, all, squares := 0.0, 0.0, 0.0
		permute(values, func(order []float64) {
			s := stat.MannKendall(order).S
			squares += float64(s * s)
			all++
			if s >= want.S {
				some++
			}
		})
		require.InDelta(t, some/all, want.Rise, 1e-12)
		require.InDelta(t, squares/all, want.Variance, 1e-9)
	})
}

// whole draws values that often tie.
func whole(from, to int) *rapid.Generator[float64] {
	return rapid.Map(rapid.IntRange(from, to), func(i int) float64 { return float64(i) })
}

func permute(values []float64, visit func([]float64)) {
	var from func(order []float64, i int)
	from = func(order []float64, i int) {
		if i == len(order) {
			visit(order)
			return
		}
		for k := i; k < len(order); k++ {
			order[i], order[k] = order[k], order[i]
			from(order, i+1)
			order[i], order[k] = order[k], order[i]
		}
	}
	from(slices.Clone(values), 0)
}

// TestTheNormalTakesOverSmoothly compares both sides of the limit between the exact and the normal form.
func TestTheNormalTakesOverSmoothly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(whole(0, 12), 20, 20).Draw(t, "values")
		got := stat.MannKendall(values)
		if got.Variance == 0 {
			return
		}
		z := (float64(got.S) - sign(got.S)) / math.Sqrt(got.Variance)
		require.InDelta(t, math.Erfc(z/math.Sqrt2)/2, got.Rise, 0.04)
	})
}

func sign(s int) float64 { return float64(cmp.Compare(s, 0)) }

func TestATrendIsInTheOrderAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(whole(-100, 100), 0, 40).Draw(t, "values")
		got := stat.MannKendall(values)
		moved := slices.Clone(values)
		for i := range moved {
			moved[i] = 8*moved[i] + 3
		}
		require.Equal(t, got, stat.MannKendall(moved), "shifted and scaled")
		slices.Reverse(moved)
		require.Equal(t, -got.S, stat.MannKendall(moved).S, "backwards")
		require.GreaterOrEqual(t, got.Rise, 0.0)
		require.LessOrEqual(t, got.Rise, 1.0)
	})
}

func TestNothingIsNoTrend(t *testing.T) {
	for name, values := range map[string][]float64{"none": nil, "one": {1}, "constant": {3, 3, 3, 3}, "long": make([]float64, 50)} {
		t.Run(name, func(t *testing.T) {
			assert.InDelta(t, 1.0, stat.MannKendall(values).Rise, 0)
			x := make([]float64, len(values))
			assert.Zero(t, stat.TheilSen(x, values))
		})
	}
}

func TestTheilSen(t *testing.T) {
	year := func(n int) (x []float64) {
		for i := range n {
			x = append(x, float64(i))
		}
		return x
	}
	assert.InDelta(t, 1.0, stat.TheilSen(year(4), []float64{2, 3, 400, 5}), 0, "an outlier moves nothing")
	assert.InDelta(t, 3.0, stat.TheilSen([]float64{1, 4, 5}, []float64{3, 12, 15}), 1e-12, "rounds may be missing")
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-100, 100), 2, 20).Draw(t, "y")
		slope := rapid.Float64Range(-5, 5).Draw(t, "slope")
		steeper := slices.Clone(y)
		for i := range steeper {
			steeper[i] += slope * float64(i)
		}
		require.InDelta(t, stat.TheilSen(year(len(y)), y)+slope, stat.TheilSen(year(len(y)), steeper), 1e-9)
	})
}

func TestMedian(t *testing.T) {
	assert.InDelta(t, 2.0, stat.Median([]float64{9, 1, 2}), 0)
	assert.InDelta(t, 3.0, stat.Median([]float64{9, 1, 2, 4}), 0)
	assert.Panics(t, func() { stat.Median(nil) })
}
