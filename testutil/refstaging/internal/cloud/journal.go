package cloud

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// journalLimit bounds the memory of a deployment that runs for days; the oldest arrivals go first.
const journalLimit = 20_000

// journal holds the log entries of a project.
type journal struct {
	mu      sync.Mutex
	entries []Entry // in the order of arrival
	last    int64
}

// add stores an entry that can be read from received on.
func (j *journal) add(e Entry, received time.Time) {
	e.received = received
	e.Timestamp, e.Received = stamp(e.at), stamp(received)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	e.number = j.last
	if len(j.entries) >= journalLimit {
		j.entries = slices.Delete(j.entries, 0, journalLimit/10)
	}
	j.entries = append(j.entries, e)
}

// find returns what can be read now and matches, oldest first.
func (j *journal) find(f filter.Filter, now time.Time) []Entry {
	var found []Entry
	j.mu.Lock()
	for _, e := range j.entries {
		if !e.received.After(now) && f.Match(e.value) {
			found = append(found, e)
		}
	}
	j.mu.Unlock()
	slices.SortFunc(found, func(a, b Entry) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.number, b.number))
	})
	return found
}

// key orders entries as text.
func (e Entry) key() string { return fmt.Sprintf("%020d/%012d", e.at.UnixNano(), e.number) }
