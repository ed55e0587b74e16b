package diagnosis

import (
	"strconv"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A dial is a session, or what was to become one.
type dial struct {
	user, url  string
	seq        uint64
	intent     history.Intent
	at, opened time.Duration
	isOpen     bool
	welcomed   bool
	refusal    bool // an error frame came in place of the welcome
	closed     bool
	cutAt      time.Duration // 0: it was not cut
	last       *run
	provoked   uint64 // the message wrong on purpose that stands unanswered
	toClose    bool   // a message of the story asks for a close frame
}

func (w *Witness) dial(r *history.Record) {
	d := &dial{user: r.User, seq: r.Seq, at: r.At}
	if r.Intent != nil {
		d.intent = *r.Intent
	}
	if r.Dialled != nil {
		d.url = r.Dialled.URL
	}
	w.sessions[r.Session] = d
	w.dials = append(w.dials, d)
	if !d.intent.Provokes() {
		w.tried["upgrade"] = true
	}
}

func (w *Witness) open(r *history.Record) {
	d := w.sessions[r.Session]
	if d == nil {
		return
	}
	d.isOpen, d.opened = true, r.At
	if d.intent.Provokes() {
		return
	}
	w.tried["welcome"] = true
	if budget := w.header.Budgets.Connect; budget > 0 && 2*(r.At-d.at) > budget {
		w.see(r.Seq, "upgrade:late", "an upgrade took more than half of the connect budget")
	}
}

// greet takes in a frame of a session: whether it is its welcome, an error in its place, or an error about nothing.
func (w *Witness) greet(d *dial, r *history.Record) {
	switch e := r.Event; {
	case e.Type == wire.Welcome:
		d.welcomed = true
		w.tried["session"] = true
	case !isError(e.Type):
	case !d.welcomed:
		d.refusal = true
	case d.provoked != 0:
		d.provoked = 0
	case d.last == nil:
		w.see(r.Seq, "session:error", "a session heard an error that it asked nothing for")
	}
}

func isError(kind string) bool {
	switch kind {
	case wire.Error, wire.ConnectionErr, wire.SystemErr, wire.AgentError, wire.AgentDeath, wire.AgentTimeout:
		return true
	}
	return false
}

func (w *Witness) close(r *history.Record) {
	d, c := w.sessions[r.Session], r.Closed
	if d == nil || c == nil || d.closed {
		return
	}
	d.closed = true
	switch {
	case d.intent.Expect != "":
		w.shut(d, r.Seq, c)
	case d.intent.Provokes(), d.toClose && c.Code != 1011:
	case d.provoked != 0 && c.By == history.ByServer && c.Code == 1011:
		w.see(r.Seq, "malformed:closed-1011", "a message that is wrong was answered with close 1011")
	case !d.isOpen:
		w.refused(r, c)
	case !d.welcomed:
		w.unwelcome(d, r, c)
	default:
		w.ended(d, r, c)
	}
}

// refused takes in an upgrade that was not answered 101.
func (w *Witness) refused(r *history.Record, c *history.Closed) {
	w.count(backend, r.Seq, answered(c.Status, c.Broken))
	switch {
	case c.Status != 0:
		w.see(r.Seq, "upgrade:"+strconv.Itoa(c.Status), "an upgrade with a good token was answered %d", c.Status)
		if isPage(c.Header) {
			w.see(r.Seq, "upgrade:edge", "an upgrade was answered with a web page")
		}
	case c.Broken != nil && c.Broken.Timeout && answered(c.Status, c.Broken) != unreached:
		w.see(r.Seq, "upgrade:late", "an upgrade was not answered in time")
		w.see(r.Seq, "upgrade:silent", "an upgrade was not answered at all")
	case c.Broken != nil:
		w.see(r.Seq, "upgrade:unreached", "an upgrade broke at step %s", c.Broken.Step)
	}
}

// unwelcome takes in a session that was opened and ended before its welcome.
func (w *Witness) unwelcome(d *dial, r *history.Record, c *history.Closed) {
	if d.refusal {
		w.see(r.Seq, "welcome:error", "an error came in place of a welcome")
	}
	switch {
	case c.Code != 0:
		w.see(r.Seq, "welcome:closed-"+strconv.Itoa(c.Code), "a session was closed with %d before its welcome", c.Code)
	case c.By == history.ByNetwork:
		w.see(r.Seq, "welcome:cut", "a session was cut before its welcome")
	default:
		w.see(r.Seq, "welcome:silent", "no welcome came in time")
	}
	if budget := w.header.Budgets.Connect; budget > 0 && 10*(r.At-d.opened) > budget {
		w.see(r.Seq, "welcome:late", "a session ended only a while after its upgrade, without a welcome")
	}
}

// ended takes in the end of a good session.
func (w *Witness) ended(d *dial, r *history.Record, c *history.Closed) {
	switch c.By {
	case history.ByServer:
		w.see(r.Seq, "session:closed-"+strconv.Itoa(c.Code), "the target closed a session with %d", c.Code)
	case history.ByNetwork:
		d.cutAt = r.At
		w.see(r.Seq, "session:cut", "a session was cut without a close frame")
	default:
		return
	}
	if d.last != nil && d.last.open() {
		w.see(r.Seq, "session:cut-in-run", "a session ended in the middle of a run")
	}
}

// together is how close in time sessions are cut that are cut at once.
const together = time.Second

func (w *Witness) concludeDials() {
	var all []attempt
	var cut *dial
	for _, d := range w.dials {
		if d.cutAt != 0 {
			if cut != nil && (d.cutAt-cut.cutAt).Abs() < together {
				w.see(d.seq, "session:cut-together", "sessions were cut at once")
			}
			cut = d
		}
		if !d.intent.Provokes() && (d.closed || d.welcomed) {
			all = append(all, attempt{seq: d.seq, user: d.user, kind: d.url + " " + d.intent.Token, good: d.welcomed})
		}
	}
	w.pattern("connect", "some-forms", all)
	w.pattern("doors", "some-forms", w.doors)
}
