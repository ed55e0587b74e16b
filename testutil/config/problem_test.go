package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestEditsIsADistance(t *testing.T) {
	word := rapid.StringMatching(`[AB_]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		assert.Equal(t, a == b, edits(a, b) == 0)
		assert.Equal(t, edits(a, b), edits(b, a))
		assert.LessOrEqual(t, edits(a, c), edits(a, b)+edits(b, c))
		assert.LessOrEqual(t, edits(a, b), max(len(a), len(b)))
		assert.Equal(t, 1, edits(a, a+"C"))
	})
	assert.Equal(t, 3, edits("kitten", "sitting"))
}

func TestNearest(t *testing.T) {
	assert.Equal(t, "ab", nearest("abc", []string{"x", "ab", "bc"}))
	assert.Empty(t, nearest("abc", nil))
}
