package report_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"The sum is 697.":            "The sum is 697.",
		"\x1b[31mred\x1b[0m":         `\u001b[31mred\u001b[0m`,
		"a\nb\tc\r":                  `a\nb\tc\u000d`,
		"user\u202egpj.exe":          `user\u202egpj.exe`,
		"zero\u200bwidth":            `zero\u200bwidth`,
		"::error file=x::boom":       `:\:error file=x:\:boom`,
		":::":                        `:\:\:`,
		"##[error]boom":              `#\#[error]boom`,
		"##vso[task.x]":              `#\#vso[task.x]`,
		"\xff\xfe":                   `\xff\xfe`,
		"ünïcödé 漢字":                 "ünïcödé 漢字",
		"\u009b31m":                  `\u009b31m`,
		"https://[::1]:80/":          `https://[:\:1]:80/`,
		"\U000e0041tag":              `\ue0041tag`,
		"replacement \uFFFD is text": "replacement \uFFFD is text",
	} {
		assert.Equal(t, want, report.Clean(in))
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"\x1b[31m", "::error::", "##[x]", "\xff\u202e\u200b\U000e0041", "a\r\nb\tc", ":::###"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := report.Clean(in)
		assert.LessOrEqual(t, len(out), 6*len(in))
		assert.NotContains(t, out, "::")
		assert.NotContains(t, out, "##")
		for _, r := range out {
			assert.True(t, unicode.IsPrint(r), "%q", r)
		}
		assert.Equal(t, out, report.Clean(out), "what is harmless stays as it is")
	})
}

// TestCleanTextIsHarmless holds for any bytes: what Clean returns is one line of printable text
// without a command of a CI system.
func TestCleanTextIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte(":#[\x1b\n")))).Draw(t, "in"))
		out := report.Clean(in)
		assert.True(t, utf8.ValidString(out))
		assert.NotContains(t, out, "::")
		assert.NotContains(t, out, "##")
		for _, r := range out {
			assert.True(t, unicode.IsPrint(r), "%q", r)
		}
	})
}
