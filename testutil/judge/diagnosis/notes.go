package diagnosis

import "github.com/netra-systems/staging-e2e/testutil/history"

// note takes in what the story says: that it stopped waiting, or restarts the target.
func (w *Witness) note(r *history.Record) {
	d := w.sessions[r.Session]
	switch {
	case r.Note == nil:
		return
	case r.Note.Topic == history.TopicRestart:
		w.restart()
		return
	case d == nil || r.Note.Topic != history.TopicGaveUp:
		return
	}
	if r.Run != "" {
		w.missed(r)
		return
	}
	switch {
	case r.Note.Text == history.AwaitedHeartbeat:
		w.see(r.Seq, "heartbeat:silent", "an idle session heard no heartbeat")
	case d.provoked != 0:
		d.provoked = 0
		w.see(r.Seq, "malformed:silent", "a message that is wrong was not answered")
	case d.welcomed:
		w.see(r.Seq, "control:silent", "a message that asks for a direct reply got none")
	}
}

// missed takes in that the outcome of a run did not come where its user listened on, after its own session had
// been left.
func (w *Witness) missed(r *history.Record) {
	if of := w.running[r.Run]; of != nil && of.intent.Abandon && of.session != r.Session {
		w.see(r.Seq, "left:silent", "a run whose session was left was not heard to its end by another one")
	}
}

// restart takes in that the suite ends all sessions and runs now.
func (w *Witness) restart() {
	for _, d := range w.dials {
		d.toClose = true
	}
	for _, r := range w.runs {
		r.lost = r.lost || r.open()
	}
}
