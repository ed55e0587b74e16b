package history_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// long is a history of several batches.
func long(t require.TestingT) []byte {
	var records []history.Record
	for i := range 2000 {
		frame := fmt.Sprintf(`{"type":"agent_thinking","thought":"%d%s"}`, i, strings.Repeat(".", 300))
		records = append(records, history.Record{Kind: history.Recv, User: "u1", Frame: frame})
	}
	file, _ := write(t, records...)
	return file
}

// all is what a reader gives, either way: the records and the error that ends them.
func all(t require.TestingT, file []byte, ahead bool) (records []history.Record, failure string, complete bool) {
	r, err := history.Read(bytes.NewReader(file))
	require.NoError(t, err)
	if ahead {
		for next, err := range r.All() {
			if err != nil {
				return records, err.Error(), r.Complete()
			}
			records = append(records, *next)
		}
		return records, "EOF", r.Complete()
	}
	for {
		next, err := r.Next()
		if err != nil {
			return records, err.Error(), r.Complete()
		}
		records = append(records, *next)
	}
}

func TestAllGivesWhatNextGives(t *testing.T) {
	whole := long(t)
	header := bytes.IndexByte(whole, '\n') + 1
	rapid.Check(t, func(t *rapid.T) {
		file := bytes.Clone(whole)
		switch rapid.SampledFrom([]string{"whole", "cut", "broken", "gap", "two"}).Draw(t, "damage") {
		case "cut":
			file = file[:rapid.IntRange(header, len(file)).Draw(t, "length")]
		case "two":
			file[rapid.IntRange(header, len(file)-1).Draw(t, "second")] = 0
			fallthrough
		case "broken":
			file[rapid.IntRange(header, len(file)-1).Draw(t, "byte")] = 0
		case "gap":
			lines := bytes.SplitAfter(file, []byte("\n"))
			n := rapid.IntRange(1, len(lines)-2).Draw(t, "line")
			file = bytes.Join(append(lines[:n:n], lines[n+1:]...), nil)
		}
		want, failure, complete := all(t, file, false)
		got, gotFailure, gotComplete := all(t, file, true)
		assert.Equal(t, failure, gotFailure)
		assert.Equal(t, complete, gotComplete)
		require.Equal(t, want, got)
	})
}

// Whoever stops early leaves nobody reading; goleak watches.
func TestAllMayBeLeftEarly(t *testing.T) {
	r, err := history.Read(bytes.NewReader(long(t)))
	require.NoError(t, err)
	seen := 0
	for range r.All() {
		if seen++; seen == 3 {
			break
		}
	}
	assert.Equal(t, 3, seen)
}
