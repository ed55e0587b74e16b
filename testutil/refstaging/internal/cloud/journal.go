package cloud

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// What bounds the memory of a deployment that runs for days; the oldest arrivals go first. The bytes are
// those of [Entry.size].
const (
	journalLimit = 20_000
	journalBytes = 16 << 20
)

// journal holds the log entries of a project.
type journal struct {
	mu      sync.Mutex
	entries []Entry // in the order of arrival
	bytes   int
	last    int64
}

// add stores an entry that can be read from received on.
func (j *journal) add(e Entry, received time.Time) {
	e.received = received
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	e.number = j.last
	if j.bytes += e.size(); len(j.entries) >= journalLimit || j.bytes > journalBytes {
		j.forget()
	}
	j.entries = append(j.entries, e)
}

// forget makes room for a tenth of what may be kept.
func (j *journal) forget() {
	n := 0
	for n < len(j.entries) && (len(j.entries)-n > journalLimit*9/10 || j.bytes > journalBytes*9/10) {
		j.bytes -= j.entries[n].size()
		n++
	}
	j.entries = slices.Delete(j.entries, 0, n)
}

// size is about what an entry takes, in bytes: its own structures, and the texts that nothing else holds.
func (e Entry) size() int {
	n := 512 + len(e.InsertID) + len(e.TextPayload) + len(e.JSONPayload) + len(e.Trace) + len(e.SpanID)
	if r := e.HTTPRequest; r != nil {
		n += len(r.URL) + len(r.UserAgent) + len(r.RemoteIP) + len(r.Latency)
	}
	return n
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
