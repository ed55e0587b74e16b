package faults

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// changing changes every event of a type before it is numbered and sent.
func (s *seams) changing(kind string, change func(e *refstaging.Event)) {
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if e.Type == kind {
			change(&e)
		}
		next(e)
	})
}

// onTurn treats the events of one run of every user in another way, the first, second or n-th.
func (s *seams) onTurn(n int, treat func(next func(refstaging.Event), e refstaging.Event)) {
	var mu sync.Mutex
	begun, turns := map[string]int{}, map[string]int{} // by user; by run id
	turn := func(e refstaging.Event) int {
		mu.Lock()
		defer mu.Unlock()
		if turns[e.RunID] == 0 {
			begun[e.UserID]++
			turns[e.RunID] = begun[e.UserID]
		}
		return turns[e.RunID]
	}
	s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
		if turn(e) == n {
			treat(next, e)
			return
		}
		next(e)
	})
}

// delivering treats the frames of events in another way, with the sessions locked.
func (s *seams) delivering(treat func(next refstaging.Deliver, to refstaging.Address, frame []byte)) {
	around(&s.Hooks.Emitter.Deliver, func(next refstaging.Deliver) refstaging.Deliver {
		return func(to refstaging.Address, frame []byte) { treat(next, to, frame) }
	})
}

// following delivers something else after every event of a type.
func (s *seams) following(kind string, more func(next refstaging.Deliver, to refstaging.Address)) {
	s.delivering(func(next refstaging.Deliver, to refstaging.Address, frame []byte) {
		next(to, frame)
		if isOf(frame, kind) {
			more(next, to)
		}
	})
}

// isOf tells whether a frame says that it is of a type.
func isOf(frame []byte, kind string) bool { return bytes.Contains(frame, []byte(`"type":"`+kind+`"`)) }

// redelivered delivers what came before a tool's completion once more, after it.
func redelivered(s *seams) {
	last := map[string][]byte{} // by user; touched with the sessions locked
	s.delivering(func(next refstaging.Deliver, to refstaging.Address, frame []byte) {
		next(to, frame)
		if before := last[to.UserID]; before != nil && isOf(frame, refstaging.ToolCompleted) {
			next(to, before)
		}
		last[to.UserID] = frame
	})
}

// replacedAtRoot is a frame with another value of one member at its root, at the end of it.
func replacedAtRoot(frame []byte, name string, value any) []byte {
	member, _ := json.Marshal(map[string]any{name: value}) // strings, numbers and nil
	rest := without(frame, name)
	return append(append(bytes.TrimSuffix(rest, []byte("}")), ','), member[1:]...)
}
