package replay

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What fails because of a few units together is reduced to exactly these, in their order.
func TestSmallestIsTheCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := make([]int, rapid.IntRange(1, 60).Draw(t, "units"))
		for i := range units {
			units[i] = i
		}
		cause := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom(units), 0, 5, rapid.ID).Draw(t, "cause")))
		asked := 0
		found, err := smallestOf(units, func(part []int) (bool, error) {
			asked++
			assert.True(t, slices.IsSorted(part))
			return !slices.ContainsFunc(cause, func(u int) bool { return !slices.Contains(part, u) }), nil
		})
		require.NoError(t, err)
		assert.Empty(t, less2(found, cause))
		assert.Len(t, found, len(cause))
		assert.Less(t, asked, 60*60)
	})
}

func less2(all, others []int) (rest []int) {
	for _, u := range all {
		if !slices.Contains(others, u) {
			rest = append(rest, u)
		}
	}
	return rest
}

// Nothing can be left out of what is found, even where parts fail that smaller ones do not.
func TestNothingOfTheSmallestCanBeLeftOut(t *testing.T) {
	odd := func(part []int) (bool, error) { return len(part)%2 == 1 && slices.Contains(part, 3), nil }
	found, err := smallestOf([]int{1, 2, 3, 4, 5}, odd)
	require.NoError(t, err)
	assert.Equal(t, []int{3}, found)
}

func TestASearchEndsWithAnError(t *testing.T) {
	broken := errors.New("no target")
	left, err := smallestOf([]int{1, 2, 3}, func([]int) (bool, error) { return false, broken })
	require.ErrorIs(t, err, broken)
	assert.Equal(t, []int{1, 2, 3}, left)
}
