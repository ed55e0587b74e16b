package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Stream is one run as one session sees it.
type Stream struct {
	Run     *Run
	Session *Session
	// Whole tells whether the session was open when the prompt was sent, and in October on the run's
	// thread, so that every event is due.
	Whole bool

	Events            int
	FirstAt, LastAt   time.Duration
	FirstSeq, LastSeq uint64
	First             string // canonical type of the first event
	Seen              Five
	WireRun, ThreadID string // the run's ids, as its events first gave them
	Variant           wire.Variant

	Track    wire.Tracker
	Thoughts int // thinking events
	// Executing and Completed count tool events; Tools are the pairs that stand open, or were closed
	// without having been opened.
	Executing, Completed int
	Tools                []Pair
	// Agents are those that started or completed, the root first.
	Agents []Agent

	// Outcome is wire.Open until the run ended here.
	Outcome wire.Outcome
	EndAt   time.Duration
	EndSeq  uint64
	// Answer and AnswerSeq are the text of the root's completion; Error and ErrorSeq are the last
	// error's.
	Answer, Error       string
	AnswerSeq, ErrorSeq uint64
	// Errors counts error events, Direct those of them that are direct replies to the prompt, Extra what
	// came after the end, repeats left out.
	Errors, Direct, Extra int

	seen repeats
	// ownRun and ownThread tell whether WireRun and ThreadID are known to be the user's.
	ownRun, ownThread bool

	failing bool      // an error of the root, or of the run as a whole
	clock   time.Time // the latest timestamp of its events
}

// A Pair counts the events of one tool of one agent.
type Pair struct {
	Agent, Tool string
	Open        int // executing minus completed
	Seq         uint64
}

// Five is a set of the five agent events.
type Five uint8

// Has tells whether the canonical type is in the set.
func (f Five) Has(eventType string) bool { return f&five(eventType) != 0 }

// Missing lists those of the five that are not in the set.
func (f Five) Missing() []string {
	var missing []string
	for _, t := range wire.TheFive {
		if !f.Has(t) {
			missing = append(missing, t)
		}
	}
	return missing
}

func five(eventType string) Five {
	for i, t := range wire.TheFive {
		if t == eventType {
			return 1 << i
		}
	}
	return 0
}

// A Step is what one event did to its stream.
type Step struct {
	First  bool // it is the first event of the stream
	Repeat bool // it was delivered before (websocket.md 5.4)
	Retry  bool // of a repeat: the target marked it as a retry
	Reused bool // another event had the same event_id
	Late   bool // the run had ended here, and this is neither the bridge's extra pair nor the end of a failure
	Again  bool // the run claims another outcome
	Alone  bool // a tool_completed whose tool_executing did not come
	// Unstarted tells whether its agent has not started, or has completed before.
	Unstarted bool
	// Backwards is how far its timestamp lies before an earlier event's of the stream, 0 if it does not.
	Backwards time.Duration
	// Gap is the silence before it: since the event before, or since the prompt. Before is the record
	// at the gap's other end.
	Gap    time.Duration
	Before uint64
	// Concludes tells whether the run ended here with this event.
	Concludes bool
}

// stream makes the view that a session has of a run.
func (v *View) stream(run *Run, s *Session) *Stream {
	var stream *Stream
	if n := len(v.spare); n > 0 {
		stream, v.spare = v.spare[n-1], v.spare[:n-1]
	} else {
		stream = &Stream{}
	}
	stream.Run, stream.Session = run, s
	stream.Whole = (s == run.Session || s.Welcomed() && s.WelcomeAt <= run.SentAt) && s.hears(run)
	run.streams = append(run.streams, stream)
	return stream
}

// release makes the memory of a stream ready for another.
func (v *View) release(s *Stream) {
	seen, tools, agents := s.seen, s.Tools[:0], s.Agents[:0]
	seen.clear()
	*s = Stream{seen: seen, Tools: tools, Agents: agents}
	if len(v.spare) < 256 {
		v.spare = append(v.spare, s)
	}
}
