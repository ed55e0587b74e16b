package wire

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A sample is one line of the sample frames (fixtures/frames/README.md).
type sample struct {
	name      string // file:line
	Dir       string
	Frame     json.RawMessage
	Canonical canonical
}

// canonical is the decoded meaning that a sample line states.
type canonical struct {
	Type     string
	RunID    string `json:"run_id"`
	ThreadID string `json:"thread_id"`
	UserID   string `json:"user_id"`
	Agent    string
	Tool     string
	Text     string
}

func canonicalOf(e Event) canonical {
	return canonical{e.Type, e.RunID, e.ThreadID, e.UserID, e.Agent, e.Tool, e.Text}
}

// samples returns every line of the sample files.
func samples(tb testing.TB) []sample {
	tb.Helper()
	files, err := filepath.Glob("../../fixtures/frames/*.jsonl")
	require.NoError(tb, err)
	require.NotEmpty(tb, files, "no sample frames")
	var all []sample
	for _, path := range files {
		f, err := os.Open(path)
		require.NoError(tb, err)
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			s := sample{name: fmt.Sprintf("%s:%d", filepath.Base(path), n)}
			decoder := json.NewDecoder(strings.NewReader(lines.Text()))
			decoder.DisallowUnknownFields()
			require.NoError(tb, decoder.Decode(&s), s.name)
			all = append(all, s)
		}
		require.NoError(tb, lines.Err())
		require.NoError(tb, f.Close())
	}
	return all
}

// decode decodes a sample in its direction.
func (s sample) decode() (Event, error) {
	if s.Dir == "send" {
		return DecodeSent(string(s.Frame))
	}
	return Decode(string(s.Frame))
}

func TestEverySampleDecodesToItsCanonicalForm(t *testing.T) {
	for _, s := range samples(t) {
		e, err := s.decode()
		if assert.NoError(t, err, s.name) {
			assert.Equal(t, s.Canonical, canonicalOf(e), s.name)
		}
	}
}

// Which dialect and variants each file holds.
func TestSamplesAreRecognised(t *testing.T) {
	want := map[string]struct {
		dialect Dialect
		variant Variant
	}{
		"september_s1_main.jsonl": {September, Normative},
		"september_s0.jsonl":      {SeptemberS0, E1},
		"october.jsonl":           {October, OctoberEvent},
		"e1.jsonl":                {SeptemberS0, E1},
		"e2.jsonl":                {September, E2},
		"e3.jsonl":                {SeptemberS0, E3},
		"e4.jsonl":                {September, E4},
		"e5.jsonl":                {Demo, E5},
		"e6.jsonl":                {SeptemberS0, E6},
		"e7.jsonl":                {UnknownDialect, E7},
		"e8.jsonl":                {September, E8},
		"demo.jsonl":              {Demo, E5},
		"errors.jsonl":            {UnknownDialect, E4},
	}
	for _, s := range samples(t) {
		file, _, _ := strings.Cut(s.name, ":")
		e, err := s.decode()
		require.NoError(t, err)
		switch {
		case e.Type == Welcome:
			assert.Equal(t, want[file].dialect, e.Dialect, s.name)
			assert.Empty(t, e.Variant, s.name)
		case isOneOfTheFive(e.Type):
			assert.Equal(t, want[file].variant, e.Variant, s.name)
			assert.Empty(t, e.Dialect, s.name)
		default:
			assert.Empty(t, e.Dialect, s.name)
			assert.Empty(t, e.Variant, s.name)
		}
	}
}
