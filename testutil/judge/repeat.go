package judge

import (
	"hash/maphash"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// repeats knows which events a stream has brought already (websocket.md 5.4): the same event_id
// again, or, without one, an attempt of 2 or more equal in type, run, agent, tool and timestamp. It
// keeps hashes, eight bytes each, and forgets with the run.
type repeats struct {
	few  []delivery          // the first events with an event_id: all of them, in most runs
	byID map[uint64]uint64   // of those after them: event_id to content
	bare map[uint64]struct{} // contents without an event_id
}

// A delivery is the hash of an event's event_id, and that of its content.
type delivery struct{ id, content uint64 }

const (
	// fewEvents is how many events are looked through one by one, which is quicker than a map: they lie
	// side by side, and those of a thousand sessions are in no cache.
	fewEvents = 48
	// maxRepeats bounds what one run can make a stream remember.
	maxRepeats = 1 << 16
)

var seed = maphash.MakeSeed()

// note takes an event in. It tells whether the event is a repeat, whether the target marked it as a
// retry, and whether its event_id had belonged to another event.
func (s *repeats) note(e *wire.Event) (repeat, retry, reused bool) {
	content := contentOf(e)
	if e.EventID == "" {
		repeat = s.noteBare(content, e.Attempt)
		return repeat, repeat, false
	}
	before, known := s.noteID(maphash.String(seed, e.EventID), content)
	same := known && before == content
	return same, same && e.Attempt >= 2, known && !same
}

// noteID returns the content that the event_id had before, if it is known.
func (s *repeats) noteID(id, content uint64) (before uint64, known bool) {
	for _, d := range s.few {
		if d.id == id {
			return d.content, true
		}
	}
	if len(s.few) < fewEvents {
		s.few = append(s.few, delivery{id, content})
		return 0, false
	}
	if before, known = s.byID[id]; known {
		return before, true
	}
	if s.byID == nil {
		s.byID = map[uint64]uint64{}
	}
	if len(s.byID) < maxRepeats {
		s.byID[id] = content
	}
	return 0, false
}

// noteBare tells whether an event without an event_id is a retry.
func (s *repeats) noteBare(content uint64, attempt int) (repeat bool) {
	if _, known := s.bare[content]; known && attempt >= 2 {
		return true
	}
	if s.bare == nil {
		s.bare = map[uint64]struct{}{}
	}
	if len(s.bare) < maxRepeats {
		s.bare[content] = struct{}{}
	}
	return false
}

func (s *repeats) clear() {
	if len(s.byID)+len(s.bare) > 1024 {
		*s = repeats{} // a map never shrinks
		return
	}
	s.few = s.few[:0]
	clear(s.byID)
	clear(s.bare)
}

// contentOf is a hash of what makes two events the same.
func contentOf(e *wire.Event) uint64 {
	content := uint64(e.Time.UnixNano())
	for _, s := range [...]string{e.Type, e.RunID, e.Agent, e.Tool} {
		content = (content ^ maphash.String(seed, s)) * 0x9E3779B97F4A7C15
	}
	return content
}
