package judge

import (
	"cmp"
	"slices"
	"time"
)

var togetherRules = []Rule{{
	ID: "isolation/serialised", Source: "issue #2, Stories",
	Says:  "Runs that users ask for together overlap: nobody is served only when the others are done. Hard where agents compute.",
	State: serialised,
}}

// A span is a run as its server worked at it: from its first event to its outcome.
type span struct {
	user                      *User
	sent, first, end          time.Duration
	sentSeq, firstSeq, endSeq uint64
}

const (
	// inTurn is how many runs, one after the other, are no accident: two may well miss one another.
	inTurn = 3
	// timeSlice is within what a processor that has much else to do may well take three short runs in turn.
	timeSlice = 20 * time.Millisecond
	// maxSpans bounds the runs that are compared; so many in turn are proof enough.
	maxSpans = 4096
)

// serialised compares the spans of the runs that were asked for together (history.Intent.Together).
// When the prompts were sent says little: a server that takes one run at a time lets prompts wait.
func serialised() Hooks {
	var spans []span
	return Hooks{
		Outcome: func(v *View) {
			run, st := v.Run, v.Stream
			if run.Intent.Together && st.Session == run.Session && len(spans) < maxSpans {
				spans = append(spans, span{run.User, run.SentAt, st.FirstAt, st.EndAt, run.SentSeq, st.FirstSeq, st.EndSeq})
			}
		},
		End: func(v *View) {
			byBeginning(spans)
			turns, overlap := turnsOf(spans)
			if overlap || turns < inTurn || !crowded(spans) || spans[len(spans)-1].first-spans[0].first < timeSlice {
				return
			}
			a, b := spans[0], spans[1]
			v.ReportAs(v.Exact(), []uint64{a.sentSeq, b.sentSeq, a.endSeq, b.firstSeq},
				"%d runs, asked for together within %s, were served in %d turns, one user after the other, the last of them %s after the first",
				len(spans), sending(spans), turns, spans[len(spans)-1].first-a.first)
		},
	}
}

// crowded tells whether every prompt was sent before the first run ended, so that only the target can
// have kept the runs apart, and not a story that was slow to ask.
func crowded(spans []span) bool {
	bySent := func(a, b span) int { return cmp.Compare(a.sent, b.sent) }
	byEnd := func(a, b span) int { return cmp.Compare(a.end, b.end) }
	return slices.MaxFunc(spans, bySent).sent < slices.MinFunc(spans, byEnd).end
}

func byBeginning(spans []span) {
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
}

// turnsOf counts the turns that the runs, sorted by their beginning, took: those of one user that
// overlap are one turn. Overlap is whether runs of different users do.
func turnsOf(spans []span) (turns int, overlap bool) {
	users := map[*User]bool{}
	var turn span // all runs of the current turn are its user's
	for _, s := range spans {
		users[s.user] = true
		switch {
		case turn.user == nil || s.first >= turn.end:
			turns++
			turn = s
		case s.user != turn.user:
			return turns, true
		default:
			turn.end = max(turn.end, s.end)
		}
	}
	if len(users) < 2 {
		return 0, false
	}
	return turns, false
}

// sending is the time between the first prompt and the last.
func sending(spans []span) time.Duration {
	bySent := func(a, b span) int { return cmp.Compare(a.sent, b.sent) }
	return slices.MaxFunc(spans, bySent).sent - slices.MinFunc(spans, bySent).sent
}
