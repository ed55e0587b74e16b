package replay

import "time"

// A beat is a sign of life that a session heard, of which the story may have waited for the first.
type beat struct {
	at      time.Duration
	session string
	inVain  bool
}

// shortestIdle is how long a story idles at least. What comes sooner came by itself, with what came before it: a
// target may show that it is there around every frame.
const shortestIdle = 100 * time.Millisecond

// idle finds the signs of life that the story waited for: the first after a rest in which it did nothing,
// if it went on soon after it; and those for which it waited in vain.
func (g *reading) idle() {
	var waits []*Act
	for _, b := range g.beats {
		before, after, busy := g.around(b.at)
		if busy && !b.inVain || after == 0 || len(waits) > 0 && waits[len(waits)-1].End >= before {
			continue
		}
		if rest := b.at - before; b.inVain || rest >= shortestIdle && after-b.at < rest/4 {
			waits = append(waits, &Act{Start: before, End: b.at, User: userOf(b.session), Session: b.session, What: whatIdle,
				needs: []string{b.session}, do: idle(b.session)})
		}
	}
	g.Acts = append(g.Acts, waits...)
	g.order()
}

// around is when the last act before a time ended, when the next begins (0: none does), and whether one was
// under way.
func (g *reading) around(at time.Duration) (before, after time.Duration, busy bool) {
	for _, a := range g.Acts {
		switch {
		case a.End < at:
			before = max(before, a.End)
		case a.Start <= at:
			busy = true
		case after == 0:
			after = a.Start
		}
	}
	return before, after, busy
}
