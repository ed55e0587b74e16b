package filter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

func schema(name string) (filter.Field, bool) {
	field, ok := map[string]filter.Field{
		"a": {}, "b": {}, "labels.x": {}, "n": {Kind: filter.Number}, "at": {Kind: filter.Time},
		"level": {Kind: filter.Number, Names: []string{"LOW", "MIDDLE", "HIGH"}},
	}[name]
	return field, ok
}

// thing has a = "One two", labels.x = "x", n = 500, level = MIDDLE, at = noon, and no b.
func thing(name string) (filter.Value, bool) {
	v, ok := map[string]filter.Value{
		"a": {Text: "One two"}, "labels.x": {Text: "x"}, "n": {Number: 500}, "level": {Number: 1},
		"at": {Time: time.Date(2025, 9, 16, 12, 0, 0, 0, time.UTC)},
	}[name]
	return v, ok
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                true,
		" \n ":                            true,
		`a="one TWO"`:                     true, // text has no case
		`a="one"`:                         false,
		`a:"E T"`:                         true,
		`a!="one"`:                        true,
		`a != "One two"`:                  false,
		`labels.x=x`:                      true,
		`b="x"`:                           false,
		`b:""`:                            false, // what is not there holds not even nothing
		`b!="x"`:                          true,
		`NOT b="x"`:                       true,
		`n=500`:                           true,
		`n="500"`:                         true,
		`n>500`:                           false,
		`n>=500 AND n<=500`:               true,
		`n<500`:                           false,
		`n!=500`:                          false,
		`level>=MIDDLE`:                   true,
		`level>=high`:                     false,
		`level<"HIGH"`:                    true,
		`at>="2025-09-16T12:00:00Z"`:      true,
		`at>"2025-09-16T12:00:00.000Z"`:   false,
		`at<"2025-09-16T14:00:01+02:00"`:  true,
		`a:one AND n=1`:                   false,
		`a:one OR n=1`:                    true,
		`n=1 AND a:one OR a:two`:          false, // n=1 AND (a:one OR a:two)
		`(n=1 AND a:one) OR a:two`:        true,
		`NOT n=1 AND NOT (a:x OR n=2)`:    true,
		`NOT NOT n=500`:                   true,
		`a:one AND n=500 AND level=LOW`:   false,
		`NOT a:one OR n=500`:              true,
		`a="One two"AND(n=500)`:           true,
		`a="AND" OR a = "One\u0020two"`:   true,
		"a:\"one\"\n  AND n >= 1e2":       true,
		`labels.x="X" AND NOT labels.x:y`: true,
	} {
		f, err := filter.Parse(text, schema)
		require.NoError(t, err, text)
		assert.Equal(t, want, f.Match(thing), text)
	}
}

func TestWhatIsNoFilter(t *testing.T) {
	for _, text := range []string{
		"a", "a=", "=x", `"One"`, `a="x`, `a="\q"`, "a=x b=y", "a=x AND", "AND a=x", "a=x OR OR a=y", "NOT",
		"a=x and a=y", "(a=x", "a=x)", "()", "c=x", "labels.y=x", `a>"x"`, "n:5", "n=five", "n=NaN", "at>=yesterday",
		`at:"2025"`, "level>=HIGHER", "level>=1", "a=~x", "-a=x", "a=*", "a=x,y", "a=(x OR y)", "a=AND", "a==x", "a=x; b=x",
		"a='x'", "a=x -- a comment", "é=x", strings.Repeat("(", 200) + "a=x" + strings.Repeat(")", 200),
		strings.Repeat("NOT ", 200) + "a=x", strings.Repeat(" ", 20001),
	} {
		_, err := filter.Parse(text, schema)
		assert.Error(t, err, text)
	}
}

func TestDemands(t *testing.T) {
	f, err := filter.Parse(`a="x" AND (a="y" AND NOT a="z") AND (a="p" OR b="q") AND n=1`, schema)
	require.NoError(t, err)
	assert.Equal(t, []string{"x", "y"}, f.Demands("a"))
	assert.Empty(t, f.Demands("b"))
	assert.Empty(t, filter.Filter{}.Demands("a"))
}

// What parses is written in one way, which parses to the same filter.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", `a="x" AND NOT (n>=500 OR level<HIGH)`, `at>="2025-09-16T12:00:00Z"`, `a:"\x00\"é"`, "((((", "NOT NOT", `a="\xff"`, "a=x OR",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text, schema)
		if err != nil {
			return
		}
		again, err := filter.Parse(parsed.String(), schema)
		if len(parsed.String()) > 20000 || strings.Count(text, "(")+strings.Count(text, "NOT") > 40 {
			return // the full form may be too long or too deep
		}
		require.NoError(t, err, "%q became %q", text, parsed)
		require.Equal(t, parsed.String(), again.String())
		require.Equal(t, parsed.Match(thing), again.Match(thing))
	})
}
