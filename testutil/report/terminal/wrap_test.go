package terminal

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	assert.Equal(t, "one two\n  three\n  four", Wrap("one two three four", 9, 2))
	assert.Equal(t, "one\n  a-very-long-word\n  two", Wrap("one a-very-long-word two", 9, 2))
	assert.Equal(t, "one two", Wrap("one two", 0, 2))
	assert.Equal(t, "", Wrap("", 9, 2))
}

func TestWrapKeepsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zä世]{1,8}`)).Draw(t, "words"), " ")
		width := rapid.IntRange(20, 40).Draw(t, "width")
		wrapped := Wrap(text, width, 4)
		assert.Equal(t, strings.Fields(text), strings.Fields(wrapped))
		for line := range strings.SplitSeq(wrapped, "\n") {
			assert.LessOrEqual(t, uniseg.StringWidth(line), width)
		}
	})
}

func TestClip(t *testing.T) {
	assert.Equal(t, "one", Clip("one", 3))
	assert.Equal(t, "on…", Clip("ones", 3))
	assert.Equal(t, "世…", Clip("世界", 3))
	assert.Equal(t, "ones", Clip("ones", 0))
}
