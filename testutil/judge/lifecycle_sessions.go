package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var everySessionRules = []Rule{
	{
		ID: "lifecycle/every-session", Hard: true, Source: "websocket.md 2.4, 7",
		Says:  "Every session of a user that was open when a prompt was sent, and in October is on its thread, hears all events of the run.",
		Hooks: Hooks{RunEnd: everySession},
	},
	{
		ID: "lifecycle/own-thread", Source: "websocket.md 2.5, 7",
		Says:  "In October a session hears only runs on the thread of its handshake. Hard where the target declares October or its shape.",
		Hooks: Hooks{RunEnd: ownThread},
	},
}

// everySession compares what the sessions of a user heard of a run. Direct replies go to their own
// session only (websocket.md 7), so shapes and errors that are direct replies are left alone.
func everySession(v *View) {
	most := v.Run.streams[0]
	for _, st := range v.Run.streams[1:] {
		if st.Whole && st.shared() > most.shared() {
			most = st
		}
	}
	if isDirect(most.Variant) || most.Outcome == wire.Open || v.Run.Restarted {
		return
	}
	for _, st := range v.Run.streams {
		if !st.Whole || st.shared() >= most.shared() {
			continue
		}
		if sure, due := v.dueAt(st.Session, most); due {
			v.look(st)
			v.ReportAs(sure, []uint64{v.Run.SentSeq, most.EndSeq, st.LastSeq}, "session %s heard %d events of the run, session %s heard %d",
				st.Session.Label, st.Events, most.Session.Label, most.Events)
		}
	}
}

// shared counts the events that every session of the user is due.
func (s *Stream) shared() int { return s.Events - s.Direct }

// ownThread compares the thread of a run, as its events name it, with those of the sessions that heard it.
func ownThread(v *View) {
	for _, st := range v.Run.streams {
		h := st.Session.Handshake
		if thread := first(st.ThreadID, v.Run.route()); st.shared() > 0 && h.Thread != "" && h.Thread != thread {
			v.look(st)
			v.ReportAs(v.exactHandshake(), []uint64{h.ResponseSeq, v.Run.SentSeq, st.FirstSeq},
				"session %s, on thread %s, heard %d events of a run on thread %s", st.Session.Label, quote(h.Thread), st.shared(), quote(thread))
		}
	}
}

// dueAt tells whether the session should have heard all that the stream brought, and whether that is
// sure: a frame arrived there that the target stamped later, for order holds within a session, or the gap
// budget passed, or the story gave up waiting for the run there. If it only settled, the rest may have been
// on its way; and a frame without a later stamp may have been queued before the rest.
func (v *View) dueAt(s *Session, most *Stream) (sure, due bool) {
	end, last := most.LastAt, v.Now
	if s.Closed != nil {
		if s.Closed.By != history.ByClient && s.ClosedAt <= end {
			return false, false // it was cut: infra/cut, handshake/closed
		}
		last = s.ClosedAt
	}
	gaveUp := s == v.Run.Session && v.Run.GaveUp.Seq > most.LastSeq
	later := s.LastSeq > most.LastSeq && s.Stamped.After(most.clock)
	sure = gaveUp || later || last-end >= max(v.Header.Budgets.Gap, time.Second)
	return sure, sure || s.SettledAt > end
}

// isDirect tells whether events of the variant are direct replies.
func isDirect(variant wire.Variant) bool {
	return variant == wire.E3 || variant == wire.E5 || variant == wire.E6
}
