package replay

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A talk is a session of the recording that is being read.
type talk struct {
	dial    *dialling
	dialect wire.Dialect
	greeted bool
	waiting []waiting // for a reply that belongs to no run
	burst   *bursting
	runs    []*asked // that were asked here
	refused bool     // it was to be refused
	left    bool     // by the story
	broke   bool     // something on it failed, with which the story's part there ended

	overheard map[*asked]bool // runs of other sessions whose outcome was awaited here
}

func intentOf(r *history.Record) history.Intent {
	if r.Intent == nil {
		return history.Intent{}
	}
	return *r.Intent
}

// send is what the story, or the client by itself, said on a session.
func (g *reading) send(r *history.Record) {
	t := g.talks[r.Session]
	if t == nil {
		g.miss("what is said on %s, of which no dial is recorded", r.Session)
		return
	}
	intent := intentOf(r)
	switch {
	case r.Run != "":
		g.ask(t, r, intent)
	case intent.Expect == history.Tolerated:
		t.bursting(g, r, intent)
	case intent.Expect != "":
		g.provoke(t, r, intent)
	case r.Event != nil:
		g.say(t, r)
	}
}

// say is a message that asks for a reply of its own.
func (g *reading) say(t *talk, r *history.Record) {
	switch e := r.Event; e.Type {
	case wire.Pong, wire.HeartbeatAck, wire.HandshakeAck: // the client's own
	case "handshake_request":
		t.dial.resume = e.ThreadID
		t.dial.act.needs = append(t.dial.act.needs, e.ThreadID)
	default:
		control, known := controls[e.Type]
		if !known {
			g.miss("a message of type %q, which no story sends", e.Type)
			return
		}
		g.wait(t, r, e.Type, control(e.ThreadID), replies(e.Type))
	}
}

func (g *reading) provoke(t *talk, r *history.Record, intent history.Intent) {
	at := slices.IndexFunc(staging.Provocations, func(p staging.Provocation) bool { return p.Name == intent.Why })
	if at < 0 {
		g.miss("the wrong message %q, which this suite does not know", intent.Why)
		return
	}
	g.wait(t, r, intent.Why, provocation(staging.Provocations[at]), answers)
}

// wait adds an act on a session that ends with a reply.
func (g *reading) wait(t *talk, r *history.Record, what string, do onSession, by func(*wire.Event) bool) {
	a := g.add(&Act{Start: r.At, User: r.User, Session: r.Session, What: whatSay + " " + what, needs: []string{r.Session}})
	a.do = do.at(r.Session)
	if r.Event != nil && r.Event.ThreadID != "" {
		a.needs = append(a.needs, r.Event.ThreadID)
	}
	t.waiting = append(t.waiting, waiting{a, by})
}

// A waiting is an act that ends with a reply, and what that is. Who waits does not go on for anything else: what a
// fault sends besides is none.
type waiting struct {
	act *Act
	by  func(*wire.Event) bool
}

// answers tells whether an event is about a message that is wrong.
func answers(e *wire.Event) bool {
	return slices.Contains([]string{wire.Error, wire.ConnectionErr, wire.SystemErr, wire.Ack}, e.Type)
}

// replies are what each message asks for: an event of a type, and a system_message with a status (websocket.md 4.3).
func replies(message string) func(*wire.Event) bool {
	kind, status := wire.SystemMessage, ""
	switch message {
	case "ping":
		kind = wire.Pong
	case "heartbeat":
		kind = wire.HeartbeatAck
	case "connect":
		status = "connected"
	case "disconnect":
		status = "disconnect_acknowledged"
	default:
		status = "typing_acknowledged"
	}
	return func(e *wire.Event) bool { return e.Type == kind && (status == "" || e.Status == status) }
}

// A bursting is a burst of which the frames are being read.
type bursting struct {
	act    *Act
	frames int // that are yet to be answered
}

// bursting begins a burst with its first frame. The intent tells how many there are.
func (t *talk) bursting(g *reading, r *history.Record, intent history.Intent) {
	if t.burst != nil {
		return
	}
	n, err := strconv.Atoi(intent.Why[strings.LastIndexByte(intent.Why, ' ')+1:])
	if err != nil {
		g.miss("a burst of nobody knows how many frames (%q)", intent.Why)
		return
	}
	a := g.add(&Act{Start: r.At, User: r.User, Session: r.Session, What: whatSay + " a burst", needs: []string{r.Session}})
	a.do = burst(n).at(r.Session)
	t.burst = &bursting{a, n}
}

// hear ends what waited for an event.
func (g *reading) hear(r *history.Record) {
	t, e := g.talks[r.Session], r.Event
	if t == nil || e == nil {
		return
	}
	if asked := g.asked[r.Run]; asked != nil {
		asked.hear(g, r)
		return
	}
	switch e.Type {
	case wire.Welcome, wire.HandshakeResponse, wire.HandshakeComplete:
		t.greet(g, r)
	case wire.Heartbeat, wire.Ping:
		g.beats = append(g.beats, beat{at: r.At, session: r.Session})
	default:
		if !t.greeted {
			return // a refusal, which the close ends
		}
		t.reply(r.At, e)
	}
}

// reply ends the first act that waits for this event; without one, the first that waits at all.
func (t *talk) reply(at time.Duration, e *wire.Event) {
	first := slices.IndexFunc(t.waiting, func(w waiting) bool { return e == nil || w.by(e) })
	switch {
	case first >= 0:
		t.waiting[first].act.End = at
		t.waiting = slices.Delete(t.waiting, first, first+1)
	case t.burst != nil && t.burst.frames > 0 && (e == nil || e.Type == wire.Pong || answers(e)):
		t.burst.act.End = at
		t.burst.frames--
	}
}

// gaveUp ends what was waited for in vain.
func (g *reading) gaveUp(r *history.Record) {
	t := g.talks[r.Session]
	if t != nil {
		t.broke = true
	}
	switch asked := g.asked[r.Run]; {
	case asked != nil && asked.act.Session == r.Session:
		asked.end(r.At)
	case asked != nil:
		g.overhear(asked, r)
	case t != nil && r.Note.Text == history.AwaitedHeartbeat:
		g.beats = append(g.beats, beat{at: r.At, session: r.Session, inVain: true})
	case t != nil:
		t.reply(r.At, nil)
	}
}

// close ends a session, and all that waited for something on it.
func (g *reading) close(r *history.Record) {
	t := g.talks[r.Session]
	if t == nil {
		return
	}
	if !t.greeted || t.refused {
		t.dial.act.End = max(t.dial.act.End, r.At)
	}
	for _, w := range t.waiting {
		w.act.End = r.At
	}
	t.waiting = nil
	for _, asked := range t.runs {
		asked.end(r.At)
	}
	if t.burst != nil && t.burst.frames > 0 {
		t.burst.act.End = r.At
	}
	if r.Closed.By == history.ByClient && !t.refused && !g.over {
		t.left = true
		g.add(&Act{Start: r.At, End: r.At, User: r.User, Session: r.Session, What: whatLeave, needs: []string{r.Session},
			do: leave(r.Closed.Code != 0).at(r.Session)})
	}
}
