package cloud

import (
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
