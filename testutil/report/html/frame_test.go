package html

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestAFrameIsLaidOut(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"ping","data":{"a":[1,{}],"b":"x, {y}: \"z\""}}`: "{\n  \"type\": \"ping\",\n  \"data\": {\n    \"a\": [\n      1,\n      {}\n    ],\n    \"b\": \"x, {y}: \\\"z\\\"\"\n  }\n}",
		`{"cut":{"short":"in the mid`:                             "{\n  \"cut\": {\n    \"short\": \"in the mid",
		"{\"filter\":1}\n{\"entries\":[]}":                        "{\n  \"filter\": 1\n}\n{\n  \"entries\": []\n}",
		"no JSON,\nat all":                                        `no JSON,\nat all`,
		"{\"\x1b[31m\":\"::error::\u202e\"}":                      "{\n  \"\\u001b[31m\": \":\\:error:\\:\\u202e\"\n}",
		"":                                                        "",
	} {
		assert.Equal(t, want, pretty(in))
	}
}

// A frame of nothing but brackets would be laid out as a triangle of spaces.
func TestADeepFrameStaysSmall(t *testing.T) {
	for _, deep := range []string{strings.Repeat("[", 4<<10), strings.Repeat("[", 2<<10) + strings.Repeat("]", 2<<10), strings.Repeat(`{"a":`, 800)} {
		assert.Less(t, len(pretty(deep)), 16<<10)
	}
}

// Whatever it is, all of it is there, nothing acts, and it is not much longer.
func FuzzPretty(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":"c\"d"}],"e":null}`, "[[[", "}]", "{\"\xff\u202e\x1b\"::##\r\n\t}", `{"a`, "{}\n\n[]"} {
		f.Add(seed)
	}
	plain := regexp.MustCompile(`^[ -\[\]-~]*$`) // without backslashes
	bare := strings.NewReplacer(" ", "", "\n", "", `\`, "")
	f.Fuzz(func(t *testing.T, raw string) {
		out := pretty(raw)
		if len(out) > 10*len(raw)+maxLines*(2*deepest+1) {
			t.Errorf("%d bytes of %d", len(out), len(raw))
		}
		for _, r := range out {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q is there", r)
			}
		}
		for _, line := range strings.Split(out, "\n") {
			if strings.Contains(line, "::") || strings.Contains(line, "##") {
				t.Errorf("%q is a command", line)
			}
		}
		if plain.MatchString(raw) && bare.Replace(out) != bare.Replace(raw) {
			t.Errorf("%q became %q", raw, out)
		}
	})
}
