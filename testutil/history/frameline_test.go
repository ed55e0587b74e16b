package history

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oddLines are near what Log writes for a frame, and some are not JSON at all.
var oddLines = []string{
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06.5Z","kind":"recv","user":"u1","session":"u1.s1","run":"r","type":"ping","frame":{"type":"ping"}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06+02:00","kind":"send","user":"u1","frame":{"type":"user_message","payload":{"content":"x"}}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"send","frame":{"type":"ping"},"intent":{"expect":"failure"}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"http","frame":{"type":"ping"}}`,
	`{"n":01,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":0,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":00.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":2147483648.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":2147483647.999999999,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":-1.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":0.0000000010,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":0.00000000x,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{}}`,
	`{"n":1,"at":0.000000001,"wall":"yesterday","kind":"recv","frame":{}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","user":"u\u0031","frame":{}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","user":"ü","frame":{}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{"a":1}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{"a":1}}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{"a":1},"user":"u2"}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{"a":1},"frame":{"b":2}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame": {"a":1} }`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":[]}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","frame":{"a":nil}}`,
	`{"n":1,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"recv","user":"u1`,
	`{"n":1,"at":0.000000001,`, `{"n":`, `{}`, ``,
}

// agrees holds the short way to the long one: what it reads, encoding/json reads alike.
func agrees(t *testing.T, text string) (short bool) {
	got, ok := parseFrame([]byte(text))
	if !ok {
		return false
	}
	want, err := parseLine([]byte(text))
	require.NoError(t, err, "%s", text)
	require.Equal(t, want, got, "%s", text)
	return true
}

func TestTheShortWayReadsWhatTheLongOneReads(t *testing.T) {
	short := 0
	for _, text := range oddLines {
		if agrees(t, text) {
			short++
		}
	}
	assert.Equal(t, 3, short, "lines that Log could have written")
}

func TestNearlyEveryFrameGoesTheShortWay(t *testing.T) {
	files, err := filepath.Glob("testdata/v*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	short, long := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			switch {
			case agrees(t, strings.TrimSuffix(line, "\n")):
				short++
			case strings.Contains(line, `"kind":"recv"`):
				long++
			}
		}
	}
	assert.Positive(t, short)
	assert.Zero(t, long)
}

// FuzzFrameLine finds a line that the two ways read differently. A frame may be one level deeper on the short
// way, since it is no member there.
func FuzzFrameLine(f *testing.F) {
	for _, text := range oddLines {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if json.Valid([]byte(text)) || strings.Count(text, "{")+strings.Count(text, "[") < 10_000 {
			agrees(t, text)
		}
	})
}
