package cloud

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// The journal of a long run keeps the newest arrivals, and shows them by their own time.
func TestJournalIsBounded(t *testing.T) {
	var j journal
	begin := time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC)
	for n := range journalLimit + 1 {
		j.add(Entry{at: begin.Add(-time.Duration(n) * time.Second)}, begin)
	}
	found := j.find(filter.Filter{}, begin)
	require.Len(t, found, journalLimit-journalLimit/10+1)
	assert.Equal(t, int64(journalLimit+1), found[0].number, "the last arrival is the oldest by its time")
	assert.Empty(t, j.find(filter.Filter{}, begin.Add(-time.Nanosecond)))
}

// Entries that are large are fewer: what the journal takes is bounded in bytes too, and the newest is there.
func TestJournalIsBoundedInBytes(t *testing.T) {
	var j journal
	begin := time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC)
	large := strings.Repeat("x", 100_000)
	for n := range 1000 {
		j.add(Entry{TextPayload: large}, begin)
		total := 0
		for _, e := range j.entries {
			total += e.size()
		}
		require.Equal(t, total, j.bytes)
		require.LessOrEqual(t, total, journalBytes)
		require.Equal(t, int64(n+1), j.entries[len(j.entries)-1].number)
	}
	assert.Greater(t, len(j.entries), 140, "no more than needed went")
	j.add(Entry{TextPayload: strings.Repeat("x", 2*journalBytes)}, begin)
	assert.Len(t, j.entries, 1)
}
