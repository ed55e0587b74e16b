package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

var refusedRules = []Rule{{
	ID: "accumulation/sessions", Hard: true, Criterion: "P3", Source: "deployment.md 6, at the end; 7, P3",
	Says:  "Over rounds of use, a user who has connected and left can connect again.",
	State: refusedAgain,
}}

// refusedAgain reports a connect that the server refused, after others of the rounds; one that did not reach
// it is infra's.
func refusedAgain() Hooks {
	cycles, refused := 0, 0
	return Hooks{
		Frame: func(v *View) {
			if v.Use.Round > 0 && v.Session.WelcomeSeq == v.Record.Seq {
				cycles++
			}
		},
		SessionEnd: func(v *View) {
			s := v.Session
			if cycles == 0 || s.Welcomed() || s.Closed == nil || s.ExpectsRefusal() || s.Intent.Freed {
				return
			}
			if c := s.Closed; c.Status != 0 {
				refused++
				v.Report(v.Here(s.DialSeq), "after %d cycles a connect was refused with %s", cycles, status(c.Status))
			} else if c.By == history.ByServer {
				refused++
				v.Report(v.Here(s.DialSeq), "after %d cycles a connect was refused with %s", cycles, closeCode(c.Code))
			}
		},
		End: func(v *View) {
			if v.Use.Round > 0 {
				v.Shows("P3", "%d sessions and %d samples in %d rounds, %d connects refused", cycles, len(v.Use.samples), v.Use.Round, refused)
			}
		},
	}
}
