package judge

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A sieve must never miss a clue, wherever it stands.
func TestSieveMissesNothing(t *testing.T) {
	for _, s := range []*sieve{frameClues, cannedText.sieve, errorText.sieve} {
		require.NotEmpty(t, s.groups)
	}
	rapid.Check(t, func(t *rapid.T) {
		clue := rapid.SampledFrom(leakClues).Filter(func(c string) bool { return len(c) >= shortClue }).Draw(t, "clue")
		before := rapid.StringMatching(`[a-z{}":, ]{0,40}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z{}":, ]{0,40}`).Draw(t, "after")
		text := before + clue + after
		for i := frameClues.next(text, 0); ; i = frameClues.next(text, i+sieveStride) {
			require.GreaterOrEqual(t, i, 0, "%q in %q", clue, text)
			if wordAt(text, i, clue) == len(before) {
				return
			}
		}
	})
}

func TestSieveOfAnEmptyText(t *testing.T) {
	for n := range 8 {
		require.Equal(t, -1, frameClues.next(strings.Repeat("~", n), 0))
	}
}

func TestWordsAroundAPlace(t *testing.T) {
	const text = "xxuser_id"
	for i, want := range []int{-1, -1, 2, 2, 2, -1} {
		require.Equal(t, want, wordAt(text, i, "user_id"), i)
	}
	require.Equal(t, -1, wordAt("Traceback", 0, "user_id"))
}

func TestIDsAfterAKey(t *testing.T) {
	for _, try := range []struct{ text, want string }{
		{`"user_id":"abc"`, "abc"},
		{`"user_id" : "abc"`, "abc"},
		{`{\"user_id\":\"abc\"}`, "abc"},
		{`"user_id":17}`, "17"},
		{`"user_id":null,`, ""},
		{`"user_id":""`, ""},
		{`"user_id":{"a":1}`, ""},
		{`the user_id is missing`, ""},
		{`"user_id":`, ""},
		{`"user_id`, ""},
	} {
		at := strings.Index(try.text, "user_id") + len("user_id")
		require.Equal(t, try.want, valueAfter(try.text, at), try.text)
	}
}

func TestFreshUsers(t *testing.T) {
	for _, try := range []struct{ text, want string }{
		{"go-20250917-abcdef234567@staging", "go-20250917-abcdef234567"},
		{"go-20250917-abcdef234567", "go-20250917-abcdef234567"},
		{"go-2025-fish", ""},
		{"go-20250917-abc", ""},
		{"go-2", ""},
		{"go-202509x7-abcdefgh", ""},
	} {
		require.Equal(t, try.want, freshUser(try.text), try.text)
	}
}

func TestQuoting(t *testing.T) {
	require.Equal(t, `"a\x1b[0m\nb"`, quote("a\x1b[0m\nb"))
	require.Equal(t, `"\u202e"`, quote("\u202e"))
	require.True(t, strings.HasSuffix(quote(strings.Repeat("é", 500)), `"…`))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		require.LessOrEqual(t, len(bounded(s)), quoted)
		require.True(t, strings.HasPrefix(s, bounded(s)))
		require.True(t, !utf8.ValidString(s) || utf8.ValidString(bounded(s)))
	})
}

func TestSecretsAreNotCarriedFurther(t *testing.T) {
	for _, text := range []string{`{"jwt_secret":"s3cr3t-value"}`, token, "https://me:s3cr3t-value@host/"} {
		for i := range secrets {
			found := secrets[i].find(text)
			require.NotContains(t, found, "s3cr3t")
			require.NotContains(t, found, "eyJzdWIi")
		}
	}
}

func TestAgentNames(t *testing.T) {
	for _, other := range []string{"data", "Data", "data_agent", "DataAgent", "data-agent"} {
		require.True(t, sameAgent("data", other), other)
	}
	require.False(t, sameAgent("data", "triage"))
	require.False(t, sameAgent("data", "metadata"))
}

func FuzzSift(f *testing.F) {
	f.Add(`{"user_id":"e2e-go-20250917-000000007919","x":"go-20250917-abcdef234567"}`)
	f.Add(`user_id\":\"`)
	f.Add(token)
	f.Fuzz(func(t *testing.T, text string) {
		s := newStory()
		c := s.user().connect()
		c.ask().started()
		c.raw(text, "u1.s1.r1")
		s.judged()
		plainErr := errorText.find(text)
		require.True(t, strings.Contains(text, plainErr))
	})
}
