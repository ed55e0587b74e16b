package report_test

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

func TestWrap(t *testing.T) {
	assert.Equal(t, "one two\n  three\n  four", report.Wrap("one two three four", 9, 2))
	assert.Equal(t, "one\n  a-very-long-word\n  two", report.Wrap("one a-very-long-word two", 9, 2))
	assert.Equal(t, "one two", report.Wrap("one two", 0, 2))
	assert.Equal(t, "", report.Wrap("", 9, 2))
}

func TestWrapKeepsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zä世]{1,8}`)).Draw(t, "words"), " ")
		width := rapid.IntRange(20, 40).Draw(t, "width")
		wrapped := report.Wrap(text, width, 4)
		assert.Equal(t, strings.Fields(text), strings.Fields(wrapped))
		for line := range strings.SplitSeq(wrapped, "\n") {
			assert.LessOrEqual(t, uniseg.StringWidth(line), width)
		}
	})
}

func TestClip(t *testing.T) {
	assert.Equal(t, "one", report.Clip("one", 3))
	assert.Equal(t, "on…", report.Clip("ones", 3))
	assert.Equal(t, "世…", report.Clip("世界", 3))
	assert.Equal(t, "ones", report.Clip("ones", 0))
}
