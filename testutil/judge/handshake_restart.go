package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

var restartRules = []Rule{{
	ID: "handshake/restart", Hard: true, Source: "websocket.md 3.8; issue #3, Sessions over time",
	Says: "A backend that is restarted closes its sessions within the reply budget, with 1001. Another code but 1011, " +
		"and a cut, are advice where the target declares no shape.",
	Hooks: Hooks{SessionEnd: closedByRestart},
}}

// restart notes that the backend is restarted under every session that is open, and every run, and
// forgets the threads, which a backend that keeps them in memory has lost now.
func (v *View) restart() {
	clear(v.Threads)
	for _, s := range v.sessions {
		if s.Closed == nil && s.Welcomed() {
			s.Restarted, s.RestartedAt = v.Record.Seq, v.Now
		}
	}
	for _, run := range v.runs {
		run.Restarted = run.Restarted || !run.ended()
	}
}

func closedByRestart(v *View) {
	s := v.Session
	if s.Restarted == 0 {
		return
	}
	proof := []uint64{s.Restarted, s.CloseSeq}
	took := v.Now - s.RestartedAt
	late := over(took, v.Header.Budgets.Reply)
	switch c := s.Closed; {
	case c == nil || c.By == history.ByClient:
		if late {
			v.Report(proof, "the session was not closed %s after the restart: %s", took, s.ending())
		}
	case late:
		v.Report(proof, "the session ended %s after the restart, budget %s: %s", took, v.Header.Budgets.Reply, s.ending())
	case c.Code == closeServerError:
		v.Report(proof, "the session ended as if the server had failed, %s after the restart: %s", took, s.ending())
	case c.Code != closeGoingAway:
		v.ReportAs(v.Declared(), proof, "the session did not end with %s after the restart: %s", closeCode(closeGoingAway), s.ending())
	}
}
