package diagnosis

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A run is what came of one prompt, on the session that sent it.
type run struct {
	user, session, agent, kind string
	seq                        uint64
	intent                     history.Intent
	seen                       [5]bool // which of its events came, as in wire.TheFive
	events                     int
	team                       team
	failed                     bool
	lost                       bool // the suite restarted the target meanwhile
	acknowledged, echoed       bool
}

// open tells whether nothing ended the run yet.
func (r *run) open() bool { return !r.failed && !r.team.done }

func (w *Witness) send(r *history.Record) {
	d := w.sessions[r.Session]
	if d == nil {
		return
	}
	if r.Run == "" {
		w.control(d, r)
		return
	}
	next := &run{user: r.User, session: r.Session, seq: r.Seq}
	if r.Intent != nil {
		next.intent = *r.Intent
	}
	next.agent = next.intent.Agent
	if e := r.Event; e != nil {
		next.kind = e.WireType + " " + place(r.Frame)
	}
	w.runs = append(w.runs, next)
	w.running[r.Run], d.last = next, next
}

// place is where a prompt has its text: other places are other forms of the same message.
func place(frame string) string {
	if strings.Contains(frame, `"payload":`) {
		return "in its payload"
	}
	return ""
}

// control takes in a message that is no prompt.
func (w *Witness) control(d *dial, r *history.Record) {
	if r.Intent != nil && r.Intent.Expect != "" && r.Intent.Expect != history.Failure {
		d.toClose = true
		return
	}
	if r.Intent != nil && r.Intent.Expect == history.Failure {
		w.tried["malformed"] = true
		d.provoked = r.Seq
		return
	}
	if r.Event != nil && (r.Event.Type == wire.Ping || r.Event.Type == wire.Heartbeat) {
		w.tried["control"] = true
	}
}

func (w *Witness) receive(r *history.Record) {
	d := w.sessions[r.Session]
	if d == nil || r.Event == nil {
		return
	}
	w.greet(d, r)
	of := w.running[r.Run]
	if r.Run == "" {
		of = d.last
	}
	if of == nil || of.session != r.Session {
		return
	}
	of.hear(r.Event)
}

func (r *run) hear(e *wire.Event) {
	switch {
	case isError(e.Type):
		r.failed = true
	case e.Type == wire.Ack, strings.HasSuffix(e.WireType, "_acknowledged"):
		r.acknowledged = true
		return
	case strings.HasSuffix(e.WireType, "_response"):
		r.echoed = true
		return
	}
	nth := slices.Index(wire.TheFive, e.Type)
	if nth < 0 {
		return
	}
	r.seen[nth] = true
	r.events++
	r.team.hear(e)
}

func (w *Witness) concludeRuns() {
	var all []attempt
	for _, r := range w.runs {
		switch {
		case r.intent.Abandon:
			w.tried["left"] = true
			continue
		case r.lost || r.intent.Spoofs != "" || r.intent.Expect == history.Tolerated:
			continue
		case r.intent.Expect != "":
			w.failing(r)
			continue
		}
		w.tried["run"] = true
		good := w.course(r)
		all = append(all, attempt{seq: r.seq, user: r.user, kind: r.kind, agent: r.agent, good: good})
	}
	w.pattern("runs", "some-forms", all)
}

// failing takes in a run that is to fail.
func (w *Witness) failing(r *run) {
	w.tried["failing"] = true
	switch {
	case r.failed:
	case r.team.done:
		w.see(r.seq, "failing:completed", "a run that is to fail completed")
	default:
		w.see(r.seq, "failing:silent", "a run that is to fail did not say so")
	}
}

// course notes what is missing in a run that is to succeed, and tells whether it did.
func (w *Witness) course(r *run) bool {
	switch {
	case r.failed:
		w.see(r.seq, "run:error", "an error ended a run")
		return false
	case r.events > 0:
		return w.parts(r)
	case r.acknowledged:
		w.see(r.seq, "run:acknowledged", "a prompt was acknowledged, and no event followed")
	case r.echoed:
		w.see(r.seq, "run:echoed", "a prompt was answered with an echo")
	default:
		w.see(r.seq, "run:silent", "nothing followed a prompt")
	}
	return false
}

// parts notes which of the five events a run lacks, and tells whether none.
func (w *Witness) parts(r *run) bool {
	good := true
	for nth, kind := range wire.TheFive {
		isTools := kind == wire.ToolExecuting || kind == wire.ToolCompleted
		if r.seen[nth] || isTools && !r.intent.NeedsTool {
			continue
		}
		good = false
		name := strings.ReplaceAll(strings.TrimPrefix(kind, "agent_"), "_", "-")
		w.see(r.seq, "run:no-"+name, "a run has no %s", kind)
	}
	if r.team.done {
		return good
	}
	w.see(r.seq, "run:stops", "a run began and did not end")
	switch open, ended := r.team.parts(); {
	case open > 0:
		w.see(r.seq, "run:stops-in-part", "a run stopped at an agent that works for another")
	case ended > 0:
		w.see(r.seq, "run:parts-only", "in a run all agents completed but the one that they work for")
	}
	return false
}
