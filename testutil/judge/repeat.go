package judge

import (
	"hash/maphash"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// repeats knows which events a stream has brought already (websocket.md 5.4): the same event_id
// again, or, without one, an attempt of 2 or more equal in type, run, agent, tool and timestamp. It
// keeps hashes, eight bytes each, and forgets with the run.
type repeats struct {
	byID map[uint64]uint64   // event_id to content
	bare map[uint64]struct{} // contents without an event_id
}

// maxRepeats bounds what one run can make a stream remember.
const maxRepeats = 1 << 16

var seed = maphash.MakeSeed()

// note takes an event in. It tells whether the event is a repeat, whether the target marked it as a
// retry, and whether its event_id had belonged to another event.
func (s *repeats) note(e *wire.Event) (repeat, retry, reused bool) {
	content := contentOf(e)
	if e.EventID == "" {
		_, known := s.bare[content]
		if known && e.Attempt >= 2 {
			return true, true, false
		}
		if s.bare == nil {
			s.bare = map[uint64]struct{}{}
		}
		if len(s.bare) < maxRepeats {
			s.bare[content] = struct{}{}
		}
		return false, false, false
	}
	id := maphash.String(seed, e.EventID)
	before, known := s.byID[id]
	if known {
		same := before == content
		return same, same && e.Attempt >= 2, !same
	}
	if s.byID == nil {
		s.byID = map[uint64]uint64{}
	}
	if len(s.byID) < maxRepeats {
		s.byID[id] = content
	}
	return false, false, false
}

func (s *repeats) clear() {
	if len(s.byID)+len(s.bare) > 1024 {
		*s = repeats{} // a map never shrinks
		return
	}
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
